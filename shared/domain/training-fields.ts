/** Every setting of a training as data: what it is called, what it may be, and where its default comes from. */
import type { AreaRange } from "./protocols.ts";
import type { TrainingSettings } from "./training.ts";

type Leaves<T, Path extends string = ""> = {
  [Key in keyof T & string]: NonNullable<T[Key]> extends
    readonly unknown[] | string | number | boolean
    ? `${Path}${Key}`
    : Leaves<NonNullable<T[Key]>, `${Path}${Key}.`>;
}[keyof T & string];

/** Dotted path of a setting: `optimizer.baseRate`. */
export type SettingKey = Leaves<TrainingSettings>;

export type FieldGroup =
  | "schedule"
  | "input"
  | "optimizer"
  | "denoising"
  | "tile"
  | "validation"
  | "samplePoints"
  | "scaleAlignedTarget"
  | "reweighting";

export interface FieldSource {
  /** The paper, RT-DETR's released configuration, or a choice of this program. */
  readonly from: "paper" | "rt-detr" | "own";
  /** The place in it, or the reason. */
  readonly where: string;
}

export type FieldKind =
  /** `low` and `high` are allowed, unless `above`: then `low` is not. */
  | {
      readonly kind: "number";
      readonly low: number;
      readonly high: number;
      readonly above?: true;
    }
  /** `step`: a multiple of it. */
  | {
      readonly kind: "whole";
      readonly low: number;
      readonly high: number;
      readonly step?: number;
    }
  | { readonly kind: "switch" }
  | {
      readonly kind: "choice";
      readonly choices: readonly { readonly value: string; readonly title: string }[];
    }
  /** Numbers, at least one and at most `most`. */
  | {
      readonly kind: "list";
      readonly low: number;
      readonly high: number;
      readonly most: number;
    };

export interface TrainingField {
  readonly group: FieldGroup;
  readonly title: string;
  readonly hint: string;
  /** null where it has none. */
  readonly unit: string | null;
  readonly kind: FieldKind;
  /** What null stands for; fields without it are never null. */
  readonly off?: string;
  /** Where the value of the preset "Paper" comes from. */
  readonly source: FieldSource;
}

/** What AP is measured on while training, and what the best checkpoint is chosen by: everything, then SODA-D's buckets. */
export const validationRanges: readonly AreaRange[] = [
  { label: "all", low: 0, high: 1e10 },
  { label: "eS", low: 0, high: 144 },
  { label: "rS", low: 144, high: 400 },
  { label: "gS", low: 400, high: 1024 },
  { label: "N", low: 1024, high: 2000 },
  { label: "large", low: 2000, high: 1e10 },
];

const ANY = 1e9;
const paper = (where: string): FieldSource => ({ from: "paper", where });
const rtdetr = (where: string): FieldSource => ({ from: "rt-detr", where });
const own = (where: string): FieldSource => ({ from: "own", where });
const setUp = paper("training set-up");

export const trainingFields = {
  epochs: {
    group: "schedule",
    title: "Epochs",
    hint: "Times that every image is seen",
    unit: null,
    kind: { kind: "whole", low: 1, high: 10_000 },
    source: setUp,
  },
  batch: {
    group: "schedule",
    title: "Batch",
    hint: "Images a step; more need more memory",
    unit: "images",
    kind: { kind: "whole", low: 1, high: 256 },
    source: own("what a workstation holds"),
  },
  seed: {
    group: "schedule",
    title: "Seed",
    hint: "Same seed on the same machine, same losses (on a GPU but for rounding); others show how far results spread",
    unit: null,
    kind: { kind: "whole", low: 0, high: 2 ** 32 - 1 },
    source: own("any number"),
  },
  "input.width": {
    group: "input",
    title: "Input width",
    hint: "Images are stretched to the network's input",
    unit: "px",
    kind: { kind: "whole", low: 32, high: 4096, step: 32 },
    source: rtdetr("image processor, 640 × 640"),
  },
  "input.height": {
    group: "input",
    title: "Input height",
    hint: "Larger inputs keep small objects larger, and cost time and memory",
    unit: "px",
    kind: { kind: "whole", low: 32, high: 4096, step: 32 },
    source: rtdetr("image processor, 640 × 640"),
  },
  scales: {
    group: "input",
    title: "Scales",
    hint: "Factors of the input, one drawn for each batch; 1 alone for none",
    unit: null,
    kind: { kind: "list", low: 0.25, high: 4, most: 32 },
    source: own("multi-scale as in the paper's set-up; it gives no sizes: 480 to 800 px"),
  },
  "augment.colour": {
    group: "input",
    title: "Colour distortion",
    hint: "Brightness, contrast, saturation and hue",
    unit: null,
    kind: { kind: "switch" },
    source: setUp,
  },
  "augment.expand": {
    group: "input",
    title: "Zoom out",
    hint: "Places the image on a larger canvas: objects get smaller",
    unit: null,
    kind: { kind: "switch" },
    source: setUp,
  },
  "augment.crop": {
    group: "input",
    title: "IoU crop",
    hint: "Cuts a part that keeps enough of its objects: they get larger",
    unit: null,
    kind: { kind: "switch" },
    source: setUp,
  },
  "augment.flip": {
    group: "input",
    title: "Horizontal flip",
    hint: "Every other image, drawn by chance",
    unit: null,
    kind: { kind: "switch" },
    source: setUp,
  },
  "optimizer.baseRate": {
    group: "optimizer",
    title: "Learning rate",
    hint: "Of AdamW, after the warm-up",
    unit: null,
    kind: { kind: "number", low: 0, high: 1, above: true },
    source: setUp,
  },
  "optimizer.backboneFactor": {
    group: "optimizer",
    title: "Backbone factor",
    hint: "The backbone's learning rate is this times the learning rate",
    unit: null,
    kind: { kind: "number", low: 0, high: 10 },
    source: setUp,
  },
  "optimizer.warmupSteps": {
    group: "optimizer",
    title: "Warm-up",
    hint: "The rate grows linearly over these steps",
    unit: "steps",
    kind: { kind: "whole", low: 0, high: ANY },
    source: setUp,
  },
  "optimizer.weightDecay": {
    group: "optimizer",
    title: "Weight decay",
    hint: "None on norms and biases",
    unit: null,
    kind: { kind: "number", low: 0, high: 1 },
    source: setUp,
  },
  "optimizer.clipNorm": {
    group: "optimizer",
    title: "Gradient clip",
    hint: "Largest norm of all gradients together",
    unit: null,
    kind: { kind: "number", low: 0, high: ANY, above: true },
    off: "No clipping",
    source: rtdetr("gradient-norm clip 0.1"),
  },
  "optimizer.averageDecay": {
    group: "optimizer",
    title: "Average decay",
    hint: "The moving average of the weights is what is validated and kept",
    unit: null,
    kind: { kind: "number", low: 0, high: 1 },
    source: setUp,
  },
  "optimizer.averageRamp": {
    group: "optimizer",
    title: "Average ramp",
    hint: "decay × (1 − exp(−step / ramp)): early steps are forgotten sooner",
    unit: "steps",
    kind: { kind: "number", low: 0, high: ANY },
    source: setUp,
  },
  norms: {
    group: "optimizer",
    title: "Batch norms that learn",
    hint: "Frozen where batches are small and weights released",
    unit: null,
    kind: {
      kind: "choice",
      choices: [
        { value: "frozen", title: "None" },
        { value: "heads", title: "All but the backbone's" },
        { value: "all", title: "All" },
      ],
    },
    source: rtdetr("freeze_backbone_batch_norms"),
  },
  denoising: {
    group: "denoising",
    title: "Contrastive denoising",
    hint: "Extra queries learn to clean noisy boxes; training only",
    unit: null,
    kind: { kind: "switch" },
    source: rtdetr("100 queries, label noise 0.5, box noise 1.0"),
  },
  "samplePoints.mode": {
    group: "samplePoints",
    title: "Distance",
    hint: "Hinge leaves points between box and expanded box alone; boundary pulls every outside point to the expanded box, outward too",
    unit: null,
    kind: {
      kind: "choice",
      choices: [
        { value: "hinge", title: "Hinge: outside the expanded box" },
        { value: "boundary", title: "Boundary: to the expanded box" },
      ],
    },
    source: own("reading of Eq. 5, which as printed would pull points across the box"),
  },
  "samplePoints.units": {
    group: "samplePoints",
    title: "Units",
    hint: "Image: large boxes weigh more. Box: a 6 px object counts like a 60 px one; then use a weight of about 0.1",
    unit: null,
    kind: {
      kind: "choice",
      choices: [
        { value: "image", title: "Share of the image" },
        { value: "box", title: "Share of the box" },
      ],
    },
    source: paper("Eq. 5"),
  },
  "samplePoints.eta": {
    group: "samplePoints",
    title: "η by decoder layer",
    hint: "How far boxes are expanded; spread over the layers there are",
    unit: null,
    kind: { kind: "list", low: 0, high: 100, most: 16 },
    source: paper("Eq. 5 and the ablation of η"),
  },
  "samplePoints.offsetWeight": {
    group: "samplePoints",
    title: "Weight of offsets",
    hint: "Of L_offset in the total",
    unit: null,
    kind: { kind: "number", low: 0, high: ANY },
    source: paper("Eq. 22"),
  },
  "samplePoints.attentionWeight": {
    group: "samplePoints",
    title: "Weight of attention",
    hint: "Of L_atten in the total",
    unit: null,
    kind: { kind: "number", low: 0, high: ANY },
    source: paper("Eq. 22"),
  },
  "samplePoints.ramp": {
    group: "samplePoints",
    title: "Ramp",
    hint: "Released weights take it better when it grows over the warm-up",
    unit: null,
    kind: {
      kind: "choice",
      choices: [
        { value: "none", title: "Full from the start" },
        { value: "warmup", title: "Grows over the warm-up" },
      ],
    },
    source: own("the paper's set-up names no ramp"),
  },
  "scaleAlignedTarget.beta": {
    group: "scaleAlignedTarget",
    title: "β",
    hint: "1 is IoU alone, 0 is the agreement of sizes alone",
    unit: null,
    kind: { kind: "number", low: 0, high: 1 },
    source: paper("Eq. 7–15, ablation of β"),
  },
  "scaleAlignedTarget.theta": {
    group: "scaleAlignedTarget",
    title: "θ",
    hint: "How sharply a wrong size is punished",
    unit: null,
    kind: { kind: "number", low: 0, high: 1000, above: true },
    source: paper("Eq. 7–15, ablation of θ"),
  },
  "reweighting.variant": {
    group: "reweighting",
    title: "Variant",
    hint: "As printed the weights fall to a constant within some hundred steps; stable keeps them alive",
    unit: null,
    kind: {
      kind: "choice",
      choices: [
        { value: "paper", title: "As printed" },
        { value: "stable", title: "Stable" },
      ],
    },
    source: paper("Eq. 16–19"),
  },
  "reweighting.alpha": {
    group: "reweighting",
    title: "α",
    hint: "Weight of negatives",
    unit: null,
    kind: { kind: "number", low: 0, high: 100 },
    source: paper("Eq. 20, ablation of γ and α"),
  },
  "reweighting.gamma": {
    group: "reweighting",
    title: "γ",
    hint: "How little easy negatives count",
    unit: null,
    kind: { kind: "number", low: 0, high: 100 },
    source: paper("Eq. 20, ablation of γ and α"),
  },
  "tile.size": {
    group: "tile",
    title: "Tile",
    hint: "Side of the squares that large images are cut into",
    unit: "px",
    kind: { kind: "whole", low: 64, high: 4096 },
    source: own("SODA-D's 800 px where tiles are on"),
  },
  "tile.overlap": {
    group: "tile",
    title: "Overlap",
    hint: "So that what a cut divides is whole in the next tile",
    unit: "px",
    kind: { kind: "whole", low: 0, high: 2048 },
    source: own("SODA-D's 150 px where tiles are on"),
  },
  "validation.everyEpochs": {
    group: "validation",
    title: "Every",
    hint: "Measured on the averaged weights with the evaluator of this program",
    unit: "epochs",
    kind: { kind: "whole", low: 1, high: 10_000 },
    source: own("a point for each epoch"),
  },
  "validation.bucket": {
    group: "validation",
    title: "Best by AP of",
    hint: "The checkpoint with the highest AP of this bucket is kept as best",
    unit: null,
    kind: {
      kind: "choice",
      choices: validationRanges.map(({ label }) => ({
        value: label,
        title: label === "all" ? "all sizes" : label,
      })),
    },
    source: own("all sizes"),
  },
} as const satisfies Record<SettingKey, TrainingField>;

export const settingKeys = Object.keys(trainingFields) as readonly SettingKey[];

export function fieldOf(key: SettingKey): TrainingField {
  return trainingFields[key];
}
