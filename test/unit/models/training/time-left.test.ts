import { expect, test } from "vitest";
import { isDue, TimeLeft } from "../../../../models/training/time-left.ts";
import { tinyPreset, type TrainingSettings } from "../../../../shared/domain/training.ts";

/** Validations after the epochs 3 and 5. */
const settings: TrainingSettings = {
  ...tinyPreset,
  epochs: 5,
  batch: 2,
  validation: { everyEpochs: 3, bucket: "all" },
};

test("epochs are validated as often as asked, and the last one always", () => {
  expect([0, 1, 2, 3, 4].filter((epoch) => isDue(epoch, settings))).toEqual([2, 4]);
});

test("nothing is said before the second step, and the slow first one does not count", () => {
  const left = new TimeLeft(settings, 0);
  expect(left.seconds(100, 0)).toBeNull();
  left.step(30);
  expect(left.seconds(99, 0)).toBeNull();
  left.step(2);
  expect(left.seconds(98, 0)).toBe(196);
});

test("validations that are to come are counted in: guessed by their images, then as the last one took", () => {
  const left = new TimeLeft(settings, 12);
  left.step(30);
  left.step(3);
  // 12 images are 6 batches of 3 s, a third of it each; two validations are to come.
  expect(left.seconds(10, 0)).toBeCloseTo(10 * 3 + 2 * 6, 9);
  left.validated(50);
  expect(left.seconds(10, 0)).toBeCloseTo(10 * 3 + 2 * 50, 9);
  expect(left.seconds(4, 3)).toBeCloseTo(4 * 3 + 50, 9);
});

test("a step of another scale moves the time left a little", () => {
  const left = new TimeLeft(settings, 0);
  left.step(9);
  for (let k = 0; k < 40; k++) left.step(1);
  left.step(4);
  expect(left.seconds(100, 0)).toBeCloseTo(100 * (1 + 3 / 30), 9);
});
