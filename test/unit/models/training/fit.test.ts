import { existsSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import sharp from "sharp";
import { beforeAll, expect, test } from "vitest";
import { readCheckpoint } from "../../../../models/rtdetr/checkpoint.ts";
import { fit, type FitInput } from "../../../../models/training/fit.ts";
import { randomStream } from "../../../../models/training/random.ts";
import type { StartingPoint } from "../../../../models/training/starting-point.ts";
import type { TrainingImage } from "../../../../models/training/training-pictures.ts";
import type { ValidationReport } from "../../../../models/training/validate.ts";
import { tinyPreset, type TrainingSettings } from "../../../../shared/domain/training.ts";
import { writeSmallRtdetr } from "../../../fixtures/models/small-rtdetr.ts";

const SIDE = 96;
const LABELS = ["red", "green", "blue"];
let folder = "";
let images: TrainingImage[] = [];

/** Four grey pictures with three coloured squares each. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "fovea-fit-"));
  const random = randomStream(3);
  const colours = ["#ff2020", "#20ff20", "#2020ff"];
  images = await Promise.all(
    Array.from({ length: 4 }, async (_, k) => {
      const path = join(folder, `${k}.png`);
      const boxes: number[] = [];
      const classes: number[] = [];
      const squares = await Promise.all(
        Array.from({ length: 3 }, async (_unused, n) => {
          const label = random.integer(3);
          const side = 12 + random.integer(10);
          // one third of the picture each, so that none hides another
          const left = n * 32 + random.integer(32 - side);
          const top = random.integer(SIDE - side);
          boxes.push(left, top, side, side);
          classes.push(label);
          const square = {
            width: side,
            height: side,
            channels: 3 as const,
            background: colours[label]!,
          };
          return { input: await sharp({ create: square }).png().toBuffer(), left, top };
        }),
      );
      await sharp({ create: { width: SIDE, height: SIDE, channels: 3, background: "#666666" } })
        .composite(squares)
        .png()
        .toFile(path);
      return {
        path,
        tile: null,
        width: SIDE,
        height: SIDE,
        boxes: Float64Array.from(boxes),
        classes: Int32Array.from(classes),
        regions: new Float64Array(0),
      };
    }),
  );
});

/** A network that is made ready sooner, for what is the same with any. */
const small = (): StartingPoint => ({
  kind: "checkpoint",
  folder: writeSmallRtdetr(mkdtempSync(join(folder, "small-")), LABELS),
});

const still = { colour: false, expand: false, crop: false, flip: false };

function input(name: string, changes: Partial<TrainingSettings>, resume = false): FitInput {
  const settings: TrainingSettings = {
    ...tinyPreset,
    input: { height: SIDE, width: SIDE },
    augment: still,
    validation: { everyEpochs: 1000, bucket: "all" },
    ...changes,
  };
  return {
    folder: join(folder, name),
    settings,
    start: { kind: "scratch", network: "tiny" },
    labels: LABELS,
    train: images,
    validation: images,
    resume,
  };
}

interface Seen {
  readonly losses: number[];
  readonly tensors: number[];
  readonly reports: ValidationReport[];
}

async function run(task: FitInput, stopAfter = Infinity): Promise<Seen> {
  const seen: Seen = { losses: [], tensors: [], reports: [] };
  const stop = new AbortController();
  await fit(task, {
    signal: stop.signal,
    step: ({ loss, step }) => {
      seen.losses.push(loss.total);
      seen.tensors.push(tf.memory().numTensors);
      if (step >= stopAfter) stop.abort();
    },
    validated: (report) => seen.reports.push(report),
    note: () => undefined,
  });
  return seen;
}

test("four pictures are learnt from scratch with all three methods on", async () => {
  const optimizer = {
    ...tinyPreset.optimizer,
    baseRate: 2e-3,
    warmupSteps: 10,
    averageDecay: 0.9,
    averageRamp: 10,
  };
  const { losses, reports, tensors } = await run(
    input("learn", { epochs: 70, batch: 4, optimizer }),
  );
  expect(losses.at(-1)!).toBeLessThan(0.1 * losses[0]!);
  expect(reports.at(-1)!.ap50).toBeGreaterThan(0.9);
  expect(new Set(tensors.slice(1)).size).toBe(1);
  const { config } = readCheckpoint(join(folder, "learn", "best"));
  expect(config.labels).toEqual(LABELS);
}, 600_000);

test("a training that was cut off goes on with the losses of one that was not", async () => {
  const changes = { epochs: 3, batch: 2, augment: tinyPreset.augment };
  const start = small();
  const whole = await run({ ...input("whole", changes), start });
  const first = await run({ ...input("parts", changes), start }, 3);
  const rest = await run(input("parts", changes, true));
  expect(whole.losses).toHaveLength(6);
  expect([...first.losses, ...rest.losses]).toEqual(whole.losses);
}, 300_000);

test("a dataset without images is refused before anything is loaded", async () => {
  const task = { ...input("none", {}), train: [] };
  await expect(run(task)).rejects.toMatchObject({ code: "training/no-images" });
  expect(existsSync(join(folder, "none"))).toBe(false);
});

test("pictures without any box are trained on without a stop", async () => {
  const empty = images.map((image) => ({
    ...image,
    boxes: new Float64Array(0),
    classes: new Int32Array(0),
  }));
  const task = input("empty", { epochs: 1, batch: 2 });
  const { losses } = await run({ ...task, start: small(), train: empty });
  expect(losses).toHaveLength(2);
  expect(losses.every(Number.isFinite)).toBe(true);
}, 300_000);
