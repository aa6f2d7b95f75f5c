import { z } from "zod";
import type { TrainingPreset, TrainingSettings } from "../domain/training.ts";
import { route } from "./route.ts";
import { trainingSettings } from "./training-settings.ts";

/** `paused`: it can go on from its last checkpoint. `stopped`: ended before its last epoch, and kept. */
export type TrainingState = "queued" | "running" | "paused" | "done" | "stopped" | "failed";

/** What the weights start from. */
export const trainingStart = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("model"), modelId: z.int() }),
  z.object({
    kind: z.literal("scratch"),
    architecture: z.enum(["tiny", "r18", "r34", "r50", "r101"]),
  }),
]);
export type TrainingStart = z.infer<typeof trainingStart>;

/** What AP is measured on while training: another dataset, or images kept apart (drawn by a seed), or nothing. */
export const validationSource = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("dataset"), datasetId: z.int() }),
  z.object({
    kind: z.literal("share"),
    share: z.number().gt(0).lt(1),
    /** Default: the training's. */
    seed: z.int().min(0).optional(),
  }),
  z.object({ kind: z.literal("none") }),
]);
export type ValidationSource = z.infer<typeof validationSource>;

export interface TrainingSummary {
  readonly id: number;
  readonly name: string;
  readonly state: TrainingState;
  /** The job it runs as, or ran as last. */
  readonly jobId: number | null;
  /** null where the dataset was removed since; its name is kept. */
  readonly datasetId: number | null;
  readonly datasetName: string;
  readonly preset: TrainingPreset;
  /** Whether a setting beside the seed differs from the preset. */
  readonly isChanged: boolean;
  readonly step: number;
  readonly steps: number;
  /** Counted from 1; 0 before the first step. */
  readonly epoch: number;
  readonly epochs: number;
  /** Best validation AP of the chosen bucket, 0..1. */
  readonly best: { readonly step: number; readonly ap: number } | null;
  readonly ablationId: number | null;
  /** The model that was added to the project from it; null before it was kept. */
  readonly modelId: number | null;
  readonly error: { readonly code: string; readonly message: string } | null;
  readonly createdAt: number;
  readonly endedAt: number | null;
}

export interface TrainingValidation {
  readonly step: number;
  readonly epoch: number;
  /** AP by area range, 0..1; null where it holds no object. */
  readonly ap: Readonly<Record<string, number | null>>;
  readonly ap50: number | null;
  readonly images: number;
  readonly isBest: boolean;
}

export interface TrainingDetail extends TrainingSummary {
  readonly settings: TrainingSettings;
  readonly start: TrainingStart;
  readonly validationSource: ValidationSource;
  readonly trainImages: number;
  readonly validationImages: number;
  readonly trainObjects: number;
  /** Folder with `last` and `best`. */
  readonly folder: string;
  readonly validations: readonly TrainingValidation[];
  /** Sentences for the user: what was left out, replaced heads, the collapse of the reweighting. */
  readonly notes: readonly string[];
}

/**
 * Curves of a training as columns of equal length, thinned out where there are more steps than asked for: even steps, and
 * between them those with the lowest and highest loss and the largest gradient, so that no spike is lost. Each kept row
 * is a step as it was, not a mean. null where a step has no such value.
 */
export interface TrainingCurves {
  readonly trainingId: number;
  /** The last step there is. */
  readonly lastStep: number;
  readonly step: readonly number[];
  /** It is there for its extreme alone: a mean over the rows goes without it. */
  readonly isExtreme: readonly boolean[];
  readonly epoch: readonly number[];
  /** Total, then each weighted term by its name. */
  readonly loss: readonly number[];
  readonly terms: Readonly<Record<string, readonly (number | null)[]>>;
  readonly learningRate: readonly number[];
  readonly gradientNorm: readonly (number | null)[];
  /** Sample reweighting over both tasks, then each by itself; null columns where it is off. */
  readonly weightMean: readonly (number | null)[];
  readonly weightDeviation: readonly (number | null)[];
  readonly ratioMean: readonly (number | null)[];
  readonly ratioDeviation: readonly (number | null)[];
  /** Share of w within 0.01 of 0.5: near 1 the generator has collapsed. */
  readonly weightAtHalf: readonly (number | null)[];
  readonly tasks: { readonly cls: ReweightingColumns; readonly reg: ReweightingColumns };
  /** Share of the decoder's sampling points outside of the boxes they belong to. */
  readonly pointsOutside: readonly (number | null)[];
  /** Images a second, and seconds that the step waited for pictures. */
  readonly throughput: readonly number[];
  readonly waited: readonly number[];
  /** Resident bytes of the training process, and live tensors. */
  readonly memory: readonly number[];
  readonly tensors: readonly number[];
}

export type LossCurve = Pick<
  TrainingCurves,
  "trainingId" | "lastStep" | "step" | "isExtreme" | "loss"
>;

/** The same of one task's samples alone: classification or boxes. */
export type ReweightingColumns = Pick<
  TrainingCurves,
  "weightMean" | "weightDeviation" | "ratioMean" | "ratioDeviation" | "weightAtHalf"
>;

export interface AblationPreset {
  readonly id: string;
  readonly title: string;
  /** Where its published numbers stand. */
  readonly source: string;
  readonly variants: readonly AblationVariant[];
}

export interface AblationVariant {
  readonly name: string;
  /** Dotted setting and value: `scaleAlignedTarget.beta` 0.73; `samplePoints` null. */
  readonly set: Readonly<Record<string, unknown>>;
  /** As printed, by the table's own column names; null where the table has no such row. */
  readonly published: Readonly<Record<string, number>> | null;
}

export interface AblationRow {
  readonly name: string;
  readonly published: Readonly<Record<string, number>> | null;
  /** One for each seed. */
  readonly trainings: readonly TrainingSummary[];
  /** Mean over seeds of the best validation's AP by area range, and the spread; null before there is one. */
  readonly ap: Readonly<Record<string, number | null>> | null;
  readonly ap50: number | null;
  /** Standard deviation over the seeds; null with fewer than two. */
  readonly deviation: Readonly<Record<string, number | null>> | null;
}

export interface Ablation {
  readonly id: number;
  readonly name: string;
  readonly presetId: string | null;
  readonly createdAt: number;
  readonly rows: readonly AblationRow[];
}

const plan = z.object({
  name: z.string().trim().min(1).max(200).optional(),
  datasetId: z.int(),
  validation: validationSource,
  start: trainingStart,
  preset: z.enum(["fine-tune", "paper", "tiny"]),
  settings: trainingSettings,
});

export const training = {
  "training/start": route<{ readonly trainingId: number; readonly jobId: number }>()(plan),
  /** What a start would use, without starting: images, objects, tiles, steps, what is left out and why. */
  "training/check": route<{
    readonly trainImages: number;
    readonly validationImages: number;
    readonly trainObjects: number;
    readonly steps: number;
    readonly notes: readonly string[];
  }>()(plan),
  /** Newest first. */
  "training/list": route<{ readonly trainings: readonly TrainingSummary[] }>()(z.object({})),
  "training/get": route<TrainingDetail>()(z.object({ trainingId: z.int() })),
  "training/curves": route<TrainingCurves>()(
    z.object({
      trainingId: z.int(),
      /** Steps after this one. */
      after: z.int().min(0).default(0),
      points: z.int().min(2).max(20_000).default(1000),
    }),
  ),
  /** The losses alone of those that are still there, thinned out as `training/curves`, or evenly where `extremes` is false. */
  "training/losses": route<{ readonly losses: readonly LossCurve[] }>()(
    z.object({
      trainingIds: z.array(z.int()).max(1000),
      points: z.int().min(2).max(2000),
      extremes: z.boolean(),
    }),
  ),
  /** Saves and ends at the next step; `training/resume` goes on. */
  "training/pause": route<TrainingSummary>()(z.object({ trainingId: z.int() })),
  "training/resume": route<{ readonly jobId: number }>()(z.object({ trainingId: z.int() })),
  /** Ends it for good at the next step and adds its best (else last) checkpoint to the models. */
  "training/stop": route<TrainingSummary>()(z.object({ trainingId: z.int() })),
  /** Adds its best (else last) checkpoint to the models, while it runs or after. */
  "training/keep": route<{ readonly modelId: number }>()(
    z.object({ trainingId: z.int(), name: z.string().trim().min(1).max(200).optional() }),
  ),
  "training/rename": route<TrainingSummary>()(
    z.object({ trainingId: z.int(), name: z.string().trim().min(1).max(200) }),
  ),
  /** Takes its checkpoints away too, unless a model was made of it. Refused while it runs. */
  "training/remove": route<Record<string, never>>()(z.object({ trainingId: z.int() })),

  "ablations/presets": route<{ readonly presets: readonly AblationPreset[] }>()(z.object({})),
  /** Queues one training for each variant and seed. */
  "ablations/start": route<{ readonly ablationId: number }>()(
    z.object({
      name: z.string().trim().min(1).max(200),
      presetId: z.string().max(40).nullable(),
      plan,
      variants: z
        .array(
          z.object({
            name: z.string().trim().min(1).max(200),
            set: z.record(z.string().max(100), z.unknown()),
          }),
        )
        .min(1)
        .max(64),
      seeds: z.array(z.int().min(0)).min(1).max(16),
    }),
  ),
  "ablations/list": route<{ readonly ablations: readonly Ablation[] }>()(z.object({})),
  "ablations/remove": route<Record<string, never>>()(z.object({ ablationId: z.int() })),
};
