/** How a detector is trained: every choice with its default, and the presets. */

export interface TrainingSettings {
  /** Network input in pixels. */
  readonly input: { readonly height: number; readonly width: number };
  /** Factors of the input drawn anew for each batch; [1] for none. Results are rounded to multiples of 32. */
  readonly scales: readonly number[];
  readonly epochs: number;
  readonly batch: number;
  readonly seed: number;
  readonly optimizer: {
    readonly baseRate: number;
    readonly backboneFactor: number;
    readonly warmupSteps: number;
    readonly weightDecay: number;
    readonly clipNorm: number | null;
    readonly averageDecay: number;
    readonly averageRamp: number;
  };
  /** `frozen`: no batch norm learns. `heads`: the backbone's do not. `all`: from scratch. */
  readonly norms: "frozen" | "heads" | "all";
  readonly denoising: boolean;
  readonly augment: {
    readonly colour: boolean;
    readonly expand: boolean;
    readonly crop: boolean;
    readonly flip: boolean;
  };
  /** Sample point refinement; null: off. */
  readonly samplePoints: {
    readonly mode: "hinge" | "boundary";
    readonly units: "image" | "box";
    readonly eta: readonly number[];
    readonly offsetWeight: number;
    readonly attentionWeight: number;
    readonly ramp: "none" | "warmup";
  } | null;
  /** Scale-aligned target; null: off. */
  readonly scaleAlignedTarget: { readonly beta: number; readonly theta: number } | null;
  /** Sample reweighting; null: off. */
  readonly reweighting: {
    readonly variant: "paper" | "stable";
    readonly alpha: number;
    readonly gamma: number;
  } | null;
  /** Train on tiles of large pictures; null: whole pictures. */
  readonly tile: { readonly size: number; readonly overlap: number } | null;
  readonly validation: {
    readonly everyEpochs: number;
    /** The best checkpoint is the one with the highest AP of this area range. */
    readonly bucket: string;
  };
}

const everyMethod = {
  samplePoints: {
    mode: "hinge",
    units: "image",
    eta: [1.5, 1.3, 1.2, 1.1, 1.05, 1.0],
    offsetWeight: 1,
    attentionWeight: 1,
    ramp: "warmup",
  },
  scaleAlignedTarget: { beta: 0.73, theta: 6 },
  reweighting: { variant: "stable", alpha: 0.5, gamma: 1.5 },
} as const satisfies Partial<TrainingSettings>;

const everyAugmentation = { colour: true, expand: true, crop: true, flip: true } as const;

/** The set-up of the paper: 72 epochs, reweighting as printed. */
export const paperPreset: TrainingSettings = {
  input: { height: 640, width: 640 },
  scales: [0.75, 0.8, 0.85, 0.9, 0.95, 1, 1.05, 1.1, 1.15, 1.2, 1.25],
  epochs: 72,
  batch: 4,
  seed: 1,
  optimizer: {
    baseRate: 2e-4,
    backboneFactor: 0.1,
    warmupSteps: 2000,
    weightDecay: 1e-4,
    clipNorm: 0.1,
    averageDecay: 0.9999,
    averageRamp: 2000,
  },
  norms: "heads",
  denoising: true,
  augment: everyAugmentation,
  ...everyMethod,
  samplePoints: { ...everyMethod.samplePoints, ramp: "none" },
  reweighting: { ...everyMethod.reweighting, variant: "paper" },
  tile: null,
  validation: { everyEpochs: 1, bucket: "all" },
};

/** From released weights, short. */
export const fineTunePreset: TrainingSettings = {
  ...paperPreset,
  ...everyMethod,
  epochs: 12,
  batch: 2,
  optimizer: {
    ...paperPreset.optimizer,
    baseRate: 1e-4,
    warmupSteps: 500,
    averageDecay: 0.999,
    averageRamp: 500,
  },
};

/** A small network from scratch, for trying out: seconds a step on a processor without a GPU. */
export const tinyPreset: TrainingSettings = {
  ...paperPreset,
  ...everyMethod,
  input: { height: 256, width: 256 },
  scales: [1],
  epochs: 40,
  batch: 4,
  optimizer: {
    ...paperPreset.optimizer,
    baseRate: 1e-3,
    backboneFactor: 1,
    warmupSteps: 50,
    clipNorm: 1,
    averageDecay: 0.99,
    averageRamp: 100,
  },
  norms: "all",
  augment: { colour: true, expand: false, crop: true, flip: true },
  validation: { everyEpochs: 5, bucket: "all" },
};

export const trainingPresets = {
  "fine-tune": fineTunePreset,
  paper: paperPreset,
  tiny: tinyPreset,
} as const satisfies Record<string, TrainingSettings>;

export type TrainingPreset = keyof typeof trainingPresets;

/** How many steps an epoch has; images that do not fill a last batch wait for the next epoch's order. */
export function stepsPerEpoch(images: number, batch: number): number {
  return Math.max(1, Math.floor(images / batch));
}
