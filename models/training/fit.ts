/** Trains a detector from start or checkpoint to end: steps, validation, checkpoints. */
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { AppError } from "../../shared/domain/app-error.ts";
import type { TrainingSettings } from "../../shared/domain/training.ts";
import { loadTensorFlow } from "../runtime/load.ts";
import { epochBatches, stepsPerEpoch } from "./data-feed.ts";
import { lossConfigOf, stepSettingsOf } from "./loss-settings.ts";
import { createModelVariables } from "./model-variables.ts";
import { randomStream, type RandomStream } from "./random.ts";
import { startingModel, type StartingPoint } from "./starting-point.ts";
import {
  createTrainingState,
  disposeTrainingState,
  trainStep,
  type StepReport,
  type TrainingState,
} from "./step.ts";
import { restoreTraining, saveTraining, type TrainingPosition } from "./training-checkpoint.ts";
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
}

export interface FitEvents {
  readonly signal: AbortSignal;
  /** After each step; `of` is the number of all steps. */
  step(report: StepReport, epoch: number, of: number): void;
  validated(report: ValidationReport, step: number, isBest: boolean): void;
  /** Sentences for the user. */
  note(text: string): void;
}

export interface FitResult {
  readonly position: TrainingPosition;
  readonly finished: boolean;
}

/** Ends early with what is saved where the signal aborts. Throws `training/no-images`, `training/not-finite`, `weights/write-failed`. */
export async function fit(input: FitInput, events: FitEvents): Promise<FitResult> {
  if (input.train.length === 0)
    throw new AppError(
      "training/no-images",
      "There is no image to train on. Choose a dataset or a split with images.",
    );
  await loadTensorFlow();
  const { settings } = input;
  const random = randomStream(settings.seed);
  const { config, values, notes } = startingModel(input.start, input.labels, random);
  for (const note of notes) events.note(note);
  const model = createModelVariables(config, values, {
    trainBackboneNorms: settings.norms === "all",
    backboneRate: settings.optimizer.backboneFactor,
  });
  const state = createTrainingState(model, lossConfigOf(settings), random);
  try {
    const start = beginning(input, state, random);
    return await run(input, events, state, start);
  } finally {
    disposeTrainingState(state);
  }
}

const LAST = "last";
const BEST = "best";

interface Beginning {
  readonly position: TrainingPosition;
  readonly random: RandomStream;
}

function beginning(
  { folder, resume }: FitInput,
  state: TrainingState,
  random: RandomStream,
): Beginning {
  const last = join(folder, LAST);
  if (resume && (existsSync(last) || existsSync(`${last}.old`))) {
    const position = restoreTraining(last, state);
    return { position, random: randomStream(position.random) };
  }
  rmSync(last, { recursive: true, force: true });
  return {
    position: { step: 0, epoch: 0, stepInEpoch: 0, random: random.state(), best: null },
    random,
  };
}

async function run(
  input: FitInput,
  events: FitEvents,
  state: TrainingState,
  { position: start, random }: Beginning,
): Promise<FitResult> {
  const { settings, folder } = input;
  const stepSettings = stepSettingsOf(settings);
  const perEpoch = stepsPerEpoch(input.train.length, settings.batch);
  const total = perEpoch * settings.epochs;
  let position = start;
  const save = (name: string) => {
    saveTraining(join(folder, name), state, position);
  };
  for (let epoch = start.epoch; epoch < settings.epochs; epoch++) {
    const from = epoch === start.epoch ? start.stepInEpoch : 0;
    let done = from;
    for await (const batch of epochBatches(input.train, settings, epoch, from)) {
      if (events.signal.aborted) {
        batch.pixels.dispose();
        save(LAST);
        return { position, finished: false };
      }
      const report = trainStep(state, batch, stepSettings, random);
      done += 1;
      position = {
        ...position,
        step: report.step,
        epoch,
        stepInEpoch: done,
        random: random.state(),
      };
      events.step(report, epoch, total);
    }
    position = { ...position, epoch: epoch + 1, stepInEpoch: 0 };
    if (input.validation.length > 0 && isDue(epoch, settings)) {
      const report = await validate(state, input.validation, settings.input, events.signal);
      const ap = report.ap[settings.validation.bucket] ?? null;
      const isBest = ap !== null && ap > (position.best?.ap ?? -1) && !events.signal.aborted;
      if (isBest) position = { ...position, best: { step: position.step, ap } };
      events.validated(report, position.step, isBest);
      if (isBest) save(BEST);
    }
    save(LAST);
  }
  return { position, finished: true };
}

function isDue(epoch: number, { validation, epochs }: TrainingSettings): boolean {
  return (epoch + 1) % validation.everyEpochs === 0 || epoch + 1 === epochs;
}
