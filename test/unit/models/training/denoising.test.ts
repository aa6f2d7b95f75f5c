import { expect, test } from "vitest";
import { denoisingQueries } from "../../../../models/training/denoising.ts";
import { randomStream, shuffled } from "../../../../models/training/random.ts";

const truth = [
  {
    classes: Int32Array.of(1, 0, 2),
    boxes: Float64Array.of(0.5, 0.5, 0.2, 0.1, 0.3, 0.3, 0.1, 0.1, 0.7, 0.6, 0.04, 0.06),
  },
  { classes: Int32Array.of(2), boxes: Float64Array.of(0.4, 0.6, 0.3, 0.2) },
];
const noise = { queries: 12, labelNoise: 0.5, boxNoise: 1 };
const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

test("the densest image decides how many groups there are", () => {
  const made = denoisingQueries(truth, 3, 7, noise, randomStream(1))!;
  expect(made.groups).toBe(4);
  expect(made.count).toBe(4 * 2 * 3);
  const dense = { classes: new Int32Array(40), boxes: new Float64Array(160).fill(0.5) };
  expect(denoisingQueries([dense], 3, 7, noise, randomStream(1))).toMatchObject({
    groups: 1,
    count: 80,
  });
});

test("near copies are matched with their objects, padding and far copies are not", () => {
  const { matches, labels, count } = denoisingQueries(
    truth,
    3,
    7,
    { ...noise, labelNoise: 0 },
    randomStream(2),
  )!;
  expect(matches.query).toHaveLength(4 * (3 + 1));
  matches.query.forEach((query, k) => {
    const image = matches.image[k]!;
    expect(Math.floor(query / 3) % 2).toBe(0);
    expect(labels[image * count + query]).toBe(truth[image]!.classes[matches.truth[k]!]);
  });
  expect(labels[count + 1]).toBe(3);
});

test("near corners stay within half the box's size, far ones lie between half and all of it", () => {
  const single = [{ classes: Int32Array.of(0), boxes: Float64Array.of(0.5, 0.5, 0.2, 0.1) }];
  const { boxLogits, count } = denoisingQueries(
    single,
    3,
    7,
    { ...noise, queries: 200 },
    randomStream(3),
  )!;
  for (let query = 0; query < count; query++) {
    const [cx, cy, w, h] = Array.from(boxLogits.subarray(query * 4, query * 4 + 4), sigmoid) as [
      number,
      number,
      number,
      number,
    ];
    if (Math.abs(w) < 2e-5 || h < 2e-5) continue; // corners crossed: clamped by the logit's margin
    const left = Math.abs(cx - w / 2 - 0.4) / 0.1;
    const top = Math.abs(cy - h / 2 - 0.45) / 0.05;
    const far = query % 2 === 1;
    for (const moved of [left, top]) {
      expect(moved).toBeLessThan(far ? 2.001 : 1.001);
      if (far) expect(moved).toBeGreaterThan(0.999);
    }
  }
});

test("groups see themselves and the selected queries, which see no group", () => {
  const { mask, count, groups } = denoisingQueries(truth, 3, 7, noise, randomStream(4))!;
  const size = count + 7;
  const per = count / groups;
  const open = (from: number, to: number) => mask[from * size + to] === 0;
  expect(open(0, per - 1)).toBe(true);
  expect(open(0, per)).toBe(false);
  expect(open(0, count)).toBe(true);
  expect(open(count, 0)).toBe(false);
  expect(open(count, count + 6)).toBe(true);
});

test("a batch without boxes has no denoising queries", () => {
  const empty = { classes: new Int32Array(0), boxes: new Float64Array(0) };
  expect(denoisingQueries([empty, empty], 3, 7, noise, randomStream(5))).toBeNull();
});

test("a stream goes on from its state, and an order holds every index once", () => {
  const stream = randomStream(42);
  stream.next();
  const copy = randomStream(stream.state());
  expect([copy.next(), copy.next()]).toEqual([stream.next(), stream.next()]);
  expect([...shuffled(9, stream)].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
});
