/** Trains a detector from start or checkpoint to end: steps, validation, checkpoints. */
import { join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import { AppError } from "../../shared/domain/app-error.ts";
import { fewNames } from "../../shared/domain/few-names.ts";
import { stepsPerEpoch, type TrainingSettings } from "../../shared/domain/training.ts";
import { readConfig } from "../rtdetr/checkpoint.ts";
import { loadTensorFlow } from "../runtime/load.ts";
import { epochBatches, type OnUnreadable } from "./data-feed.ts";
import { lossConfigOf, stepSettingsOf } from "./loss-settings.ts";
import { createModelVariables } from "./model-variables.ts";
import { notFinite, withoutLoss } from "./not-finite.ts";
import { randomStream, type RandomStream } from "./random.ts";
import { startingModel, type StartingPoint } from "./starting-point.ts";
import {
  createTrainingState,
  disposeTrainingState,
  trainStep,
  type Batch,
  type StepReport,
  type StepSettings,
  type TrainingState,
} from "./step.ts";
import {
  removeTraining,
  restoreTraining,
  savedTelling,
  savedTraining,
  saveTraining,
  type TrainingPosition,
} from "./training-checkpoint.ts";
import { isDue } from "./time-left.ts";
import type { TrainingImage } from "./training-pictures.ts";
import { validate, type ValidationReport } from "./validate.ts";

export interface FitInput {
  /** `last` and `best` are written here. */
  readonly folder: string;
  readonly settings: TrainingSettings;
  readonly start: StartingPoint;
  readonly labels: readonly string[];
  readonly train: readonly TrainingImage[];
  readonly validation: readonly TrainingImage[];
  /** Go on from `last` where there is one. */
  readonly resume: boolean;
  /** Seconds between checkpoints within an epoch. */
  readonly saveEvery?: number;
}

/** What a step cost. */
export interface StepCost {
  readonly images: number;
  /** From the end of the step before to the end of this one, what was waited for pictures included. */
  readonly seconds: number;
  readonly waited: number;
}

export interface FitEvents {
  readonly signal: AbortSignal;
  /** Before the first step; `of` is the number of all steps, `told` what `told()` gave when it was saved. */
  began?(position: TrainingPosition, of: number, told: readonly unknown[]): void;
  step(report: StepReport, epoch: number, of: number, cost: StepCost): void;
  validating?(): void;
  validated(report: ValidationReport, position: TrainingPosition, isBest: boolean): void;
  saved?(name: "last" | "best", step: number): void;
  /** JSON to be saved with `last`: what was told and may be lost if everybody else ends now. */
  told?(): readonly unknown[];
  /** Sentences for the user. */
  note(text: string): void;
}

export interface FitResult {
  readonly position: TrainingPosition;
  readonly finished: boolean;
}

/**
 * Ends early with what is saved where the signal aborts. Throws `training/no-images`, `training/no-picture`,
 * `training/not-finite`, `training/not-saved`, `training/classes-changed`.
 */
export async function fit(input: FitInput, events: FitEvents): Promise<FitResult> {
  if (input.train.length === 0)
    throw new AppError(
      "training/no-images",
      "There is no image to train on. Choose a dataset or a split with images.",
    );
  await loadTensorFlow("training");
  const { settings, folder, resume } = input;
  const random = randomStream(settings.seed);
  const last = join(folder, LAST);
  const saved = resume ? savedTraining(last) : null;
  // What it once started from may be gone or changed; its own checkpoint has network and classes.
  const from: StartingPoint = saved ? { kind: "checkpoint", folder: saved } : input.start;
  if (saved) refuseOtherClasses(saved, input.labels);
  const { config, values, notes } = startingModel(from, input.labels, random);
  // Its own checkpoint brings its own heads, under the names that the classes have now.
  if (!saved) for (const note of notes) events.note(note);
  const model = createModelVariables(config, values, {
    trainBackboneNorms: settings.norms === "all",
    backboneRate: settings.optimizer.backboneFactor,
  });
  const state = createTrainingState(model, lossConfigOf(settings), random);
  try {
    if (!saved) for (const name of [LAST, BEST]) removeTraining(join(folder, name));
    const position = saved ? restoreTraining(last, state) : beginning(random);
    return await new Fit(input, events, state, position).run();
  } finally {
    disposeTrainingState(state);
  }
}

function refuseOtherClasses(saved: string, labels: readonly string[]): void {
  const before = readConfig(saved).labels;
  if (before.length === labels.length) return;
  throw new AppError(
    "training/classes-changed",
    `The checkpoint is for ${before.length} classes (${fewNames(before)}) and the dataset has ${labels.length} now (${fewNames(labels)}). Undo the change of classes, or start a new training from its model.`,
  );
}

const LAST = "last";
const BEST = "best";
const SAVE_EVERY_SECONDS = 300;
/** Epochs of a few steps are not each worth a checkpoint. */
const SAVE_EPOCH_SECONDS = 30;

/** Products of such numbers are no finite float32 any more. */
const HUGE = 1e18;

function beginning(random: RandomStream): TrainingPosition {
  return { step: 0, epoch: 0, stepInEpoch: 0, random: random.state(), best: null };
}

class Fit {
  readonly #input: FitInput;
  readonly #events: FitEvents;
  readonly #state: TrainingState;
  readonly #random: RandomStream;
  readonly #unreadable: OnUnreadable;
  readonly #total: number;
  #position: TrainingPosition;
  /** Of the last step that was taken here. */
  #terms: ReadonlyMap<string, number> | null = null;
  #savedAt = performance.now();

  constructor(
    input: FitInput,
    events: FitEvents,
    state: TrainingState,
    position: TrainingPosition,
  ) {
    this.#input = input;
    this.#events = events;
    this.#state = state;
    this.#position = position;
    this.#random = randomStream(position.random);
    this.#unreadable = unreadableNotes(events);
    this.#total = stepsPerEpoch(input.train.length, input.settings.batch) * input.settings.epochs;
  }

  async run(): Promise<FitResult> {
    const { epochs } = this.#input.settings;
    const told = savedTelling(join(this.#input.folder, LAST));
    this.#events.began?.(this.#position, this.#total, told);
    while (this.#position.epoch < epochs) {
      const goesOn = (await this.#stepsOfEpoch()) && (await this.#validateEpoch());
      if (!goesOn) {
        this.#save(LAST);
        return { position: this.#position, finished: false };
      }
      const { epoch } = this.#position;
      this.#position = { ...this.#position, epoch: epoch + 1, stepInEpoch: 0 };
      if (epoch + 1 === epochs || this.#secondsUnsaved() > SAVE_EPOCH_SECONDS) this.#save(LAST);
    }
    return { position: this.#position, finished: true };
  }

  /** false where the signal aborted. */
  async #stepsOfEpoch(): Promise<boolean> {
    const { train, settings, saveEvery = SAVE_EVERY_SECONDS } = this.#input;
    const { epoch, stepInEpoch } = this.#position;
    const stepSettings = stepSettingsOf(settings);
    let before = performance.now();
    const batches = epochBatches(train, settings, epoch, stepInEpoch, this.#unreadable);
    for await (const batch of batches) {
      // Pictures that are ready leave no room for a word from outside.
      await turn();
      if (this.#events.signal.aborted) {
        batch.pixels.dispose();
        return false;
      }
      const waited = (performance.now() - before) / 1000;
      const report = this.#step(batch, stepSettings);
      this.#terms = report.loss.terms;
      const now = performance.now();
      const cost = { images: batch.truth.length, seconds: (now - before) / 1000, waited };
      before = now;
      this.#position = {
        ...this.#position,
        step: report.step,
        stepInEpoch: this.#position.stepInEpoch + 1,
        random: this.#random.state(),
      };
      this.#events.step(report, epoch, this.#total, cost);
      if (this.#secondsUnsaved() > saveEvery) this.#save(LAST);
    }
    return !this.#events.signal.aborted;
  }

  #step(batch: Batch, settings: StepSettings): StepReport {
    try {
      return trainStep(this.#state, batch, settings, this.#random);
    } catch (error) {
      // Kernels stop at coordinates that are no numbers before any loss can be looked at.
      if (error instanceof AppError) throw error;
      const lost = hasLostWeights(this.#state)
        ? "the weights"
        : NO_PLACE.test(String(error))
          ? "the sampling points"
          : null;
      if (lost === null) throw error;
      const what = withoutLoss(lost, this.#terms);
      throw notFinite({ step: this.#position.step + 1, what, images: batch.names });
    }
  }

  /** false where the signal aborted: it is then validated when the training goes on. */
  async #validateEpoch(): Promise<boolean> {
    const { validation, settings } = this.#input;
    if (validation.length === 0 || !isDue(this.#position.epoch, settings)) return true;
    this.#events.validating?.();
    const { input, tile } = settings;
    const { signal } = this.#events;
    const onUnreadable = this.#unreadable;
    const report = await validate(this.#state, validation, { input, tile, signal, onUnreadable });
    if (!report) return false;
    const ap = report.ap[settings.validation.bucket] ?? null;
    const isBest = ap !== null && ap > (this.#position.best?.ap ?? -1);
    if (isBest) {
      this.#position = { ...this.#position, best: { step: this.#position.step, ap } };
      this.#save(BEST);
    }
    this.#events.validated(report, this.#position, isBest);
    return true;
  }

  #secondsUnsaved(): number {
    return (performance.now() - this.#savedAt) / 1000;
  }

  #save(name: typeof LAST | typeof BEST): void {
    const { folder, settings } = this.#input;
    // Nothing good is replaced by what cannot be gone on from.
    if (hasLostWeights(this.#state)) {
      const what = withoutLoss("the weights", this.#terms);
      throw notFinite({ step: this.#position.step, what, images: [] });
    }
    saveTraining(join(folder, name), this.#state, this.#position, {
      input: settings.input,
      weightsOnly: name === BEST,
      told: this.#events.told?.() ?? [],
    });
    if (name === LAST) this.#savedAt = performance.now();
    this.#events.saved?.(name, this.#position.step);
  }
}

function hasLostWeights({ model }: TrainingState): boolean {
  for (const { variable } of model.trained.values())
    if (!variable.dataSync().every((value) => Math.abs(value) < HUGE)) return true;
  return false;
}

/** What TensorFlow says of a row that was computed from no finite number: the least integer comes out. */
const NO_PLACE = /indices\[.*\] = -2147483648 is not in/;

/** More are told of as many: a folder that went away has thousands. */
const NAMED_PICTURES = 5;

/** Each picture is told once, the first ones by name. */
function unreadableNotes(events: FitEvents): OnUnreadable {
  const told = new Set<string>();
  return (path, reason) => {
    if (told.size > NAMED_PICTURES || told.has(path)) return;
    told.add(path);
    events.note(
      told.size <= NAMED_PICTURES
        ? `${path} cannot be read (${reason}); other pictures take its place.`
        : "More pictures cannot be read than are named here; others take their place.",
    );
  };
}
