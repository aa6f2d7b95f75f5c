import { z } from "zod";
import type { TrainingSettings } from "../domain/training.ts";

const share = z.number().min(0).max(1);
const positive = z.number().positive();
const pixels = z.int().min(32).max(4096).multipleOf(32);

/** Every choice of a training, checked. */
export const trainingSettings = z.strictObject({
  /** Network input in pixels. */
  input: z.strictObject({ height: pixels, width: pixels }),
  /** Factors of the input drawn anew for each batch; [1] for none. Results are rounded to multiples of 32. */
  scales: z.array(z.number().min(0.25).max(4)).min(1).max(32).readonly(),
  epochs: z.int().min(1).max(10_000),
  batch: z.int().min(1).max(256),
  seed: z
    .int()
    .min(0)
    .max(2 ** 32 - 1),
  optimizer: z.strictObject({
    baseRate: positive,
    backboneFactor: z.number().min(0),
    warmupSteps: z.int().min(0),
    weightDecay: z.number().min(0),
    clipNorm: positive.nullable(),
    averageDecay: share,
    averageRamp: z.number().min(0),
  }),
  /** `frozen`: no batch norm learns. `heads`: the backbone's do not. `all`: from scratch. */
  norms: z.enum(["frozen", "heads", "all"]),
  denoising: z.boolean(),
  augment: z.strictObject({
    colour: z.boolean(),
    expand: z.boolean(),
    crop: z.boolean(),
    flip: z.boolean(),
  }),
  /** Sample point refinement; null: off. */
  samplePoints: z
    .strictObject({
      mode: z.enum(["hinge", "boundary"]),
      units: z.enum(["image", "box"]),
      eta: z.array(z.number().min(0)).min(1).max(16).readonly(),
      offsetWeight: z.number().min(0),
      attentionWeight: z.number().min(0),
      ramp: z.enum(["none", "warmup"]),
    })
    .nullable(),
  /** Scale-aligned target; null: off. */
  scaleAlignedTarget: z.strictObject({ beta: share, theta: positive }).nullable(),
  /** Sample reweighting; null: off. */
  reweighting: z
    .strictObject({
      variant: z.enum(["paper", "stable"]),
      alpha: z.number().min(0),
      gamma: z.number().min(0),
    })
    .nullable(),
  /** Train on tiles of large pictures; null: whole pictures. */
  tile: z
    .strictObject({ size: z.int().min(64).max(4096), overlap: z.int().min(0).max(2048) })
    .nullable(),
  validation: z.strictObject({
    everyEpochs: z.int().min(1),
    /** The best checkpoint is the one with the highest AP of this area range. */
    bucket: z.string().min(1).max(40),
  }),
}) satisfies z.ZodType<TrainingSettings>;
