/**
 * A training's checkpoint: a folder that any reader of the weights layout can load (config.json, model.safetensors with
 * the averaged weights), plus all that going on needs (training.safetensors, state.json). Replaced whole.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { AppError } from "../../shared/domain/app-error.ts";
import { writeCheckpoint } from "../rtdetr/checkpoint.ts";
import { toFileValues } from "../rtdetr/parameters.ts";
import { SafetensorsFile } from "../weights/safetensors.ts";
import { writeSafetensors, type TensorToWrite } from "../weights/write-safetensors.ts";
import type { TrainingState } from "./step.ts";

/** Where a training stands between two steps. */
export interface TrainingPosition {
  readonly step: number;
  readonly epoch: number;
  /** Steps of the epoch that are done. */
  readonly stepInEpoch: number;
  /** State of the stream that denoising draws from. */
  readonly random: number;
  readonly best: { readonly step: number; readonly ap: number } | null;
}

const STATE = "state.json";
const TOLD = "told.json";
const PREPROCESSOR = "preprocessor_config.json";
const TENSORS = "training.safetensors";

export interface SaveOptions {
  /** The network's, noted for whoever runs the weights. */
  readonly input: { readonly height: number; readonly width: number };
  /** Only the weights: nothing to go on from. */
  readonly weightsOnly: boolean;
  /** JSON that goes with the state, for `savedTelling`. */
  readonly told?: readonly unknown[];
}

/**
 * Writes `folder`; what was there stays until the new one is whole.
 * Throws `training/not-saved` with the reason, a full disk included.
 */
export function saveTraining(
  folder: string,
  state: TrainingState,
  position: TrainingPosition,
  options: SaveOptions,
): void {
  const fresh = `${folder}.new`;
  const old = `${folder}.old`;
  try {
    rmSync(fresh, { recursive: true, force: true });
    mkdirSync(fresh, { recursive: true });
    writeAll(fresh, state, position, options);
    if (existsSync(folder)) {
      rmSync(old, { recursive: true, force: true });
      renameSync(folder, old);
    }
    renameSync(fresh, folder);
    rmSync(old, { recursive: true, force: true });
  } catch (error) {
    rmSync(fresh, { recursive: true, force: true });
    throw new AppError(
      "training/not-saved",
      `The checkpoint ${folder} could not be saved at step ${position.step}: ${(error as Error).message} ` +
        "The one saved before it is whole. Make room on the disk, then resume.",
    );
  }
}

function writeAll(
  folder: string,
  state: TrainingState,
  position: TrainingPosition,
  { input: { height, width }, weightsOnly, told = [] }: SaveOptions,
): void {
  const { model } = state;
  writeCheckpoint(folder, model.config, (spec) =>
    toFileValues(spec, state.average.get(spec.name)!),
  );
  if (!weightsOnly)
    writeSafetensors(
      join(folder, TENSORS),
      [...trainingTensors(state)].map(([name, tensor]) => toWrite(name, tensor)),
    );
  const preprocessor = { do_resize: true, do_rescale: true, do_normalize: false, do_pad: false };
  writeFileSync(
    join(folder, PREPROCESSOR),
    `${JSON.stringify({ image_processor_type: "RTDetrImageProcessor", ...preprocessor, size: { height, width } }, null, 2)}\n`,
  );
  if (!weightsOnly) writeFileSync(join(folder, TOLD), JSON.stringify(told));
  writeFileSync(join(folder, STATE), `${JSON.stringify(position)}\n`);
}

/** Where a saved training lies whole; null where there is none. A kill between two renames leaves the old name. */
export function savedTraining(folder: string): string | null {
  return [folder, `${folder}.old`].find((place) => existsSync(join(place, STATE))) ?? null;
}

export function removeTraining(folder: string): void {
  for (const place of [folder, `${folder}.new`, `${folder}.old`])
    rmSync(place, { recursive: true, force: true });
}

/** Puts a saved training into a freshly made state of the same model and settings. */
export function restoreTraining(folder: string, state: TrainingState): TrainingPosition {
  const from = savedTraining(folder);
  if (from === null)
    throw new AppError(
      "training/no-checkpoint",
      `${folder} holds no checkpoint to go on from. Start the training anew.`,
    );
  using file = new SafetensorsFile(join(from, TENSORS));
  for (const slot of ["first", "second"] as const) {
    for (const name of file.entries.keys()) {
      if (name.startsWith(`${slot}.`))
        state.optimizer[slot].set(name.slice(slot.length + 1), read(file, name));
    }
  }
  for (const [name, tensor] of state.model.tensors) {
    const saved = read(file, `weight.${name}`);
    if (tensor instanceof tf.Variable) {
      tensor.assign(saved);
      saved.dispose();
    } else {
      tensor.dispose();
      state.model.tensors.set(name, saved);
    }
  }
  for (const [name, tensor] of state.average) {
    tensor.dispose();
    state.average.set(name, read(file, `average.${name}`));
  }
  restoreGenerator(file, state);
  const position = JSON.parse(readFileSync(join(from, STATE), "utf8")) as TrainingPosition;
  state.optimizer.step = position.step;
  return position;
}

/** What went with the saved training as `told`. */
export function savedTelling(folder: string): readonly unknown[] {
  const from = savedTraining(folder);
  if (from === null || !existsSync(join(from, TOLD))) return [];
  return JSON.parse(readFileSync(join(from, TOLD), "utf8")) as unknown[];
}

function* trainingTensors(state: TrainingState): Generator<[string, tf.Tensor | Float32Array]> {
  for (const [name, tensor] of state.model.tensors) yield [`weight.${name}`, tensor];
  for (const [name, tensor] of state.average) yield [`average.${name}`, tensor];
  for (const [name, tensor] of state.optimizer.first) yield [`first.${name}`, tensor];
  for (const [name, tensor] of state.optimizer.second) yield [`second.${name}`, tensor];
  for (const [name, { variable }] of state.generator?.trained ?? []) yield [name, variable];
  for (const [part, { mean, variance }] of Object.entries(state.generator?.weights.running ?? {})) {
    yield [`generator.${part}.running_mean`, Float32Array.from(mean)];
    yield [`generator.${part}.running_var`, Float32Array.from(variance)];
  }
}

function toWrite(name: string, values: tf.Tensor | Float32Array): TensorToWrite {
  if (values instanceof Float32Array)
    return { name, dtype: "F32", shape: [values.length], values: () => values };
  return { name, dtype: "F32", shape: values.shape, values: () => values.dataSync<"float32">() };
}

function read(file: SafetensorsFile, name: string): tf.Tensor {
  const entry = file.entries.get(name);
  if (!entry)
    throw new AppError(
      "training/checkpoint-damaged",
      `${file.path} lacks "${name}". Start the training anew from its weights.`,
    );
  return tf.tensor(file.read(name), [...entry.shape]);
}

function restoreGenerator(file: SafetensorsFile, { generator }: TrainingState): void {
  if (!generator) return;
  for (const [name, { variable }] of generator.trained) {
    const saved = read(file, name);
    variable.assign(saved);
    generator.weights.parameters.get(name.slice("generator.".length))!.set(saved.dataSync());
    saved.dispose();
  }
  for (const [part, { mean, variance }] of Object.entries(generator.weights.running)) {
    mean.set(file.read(`generator.${part}.running_mean`));
    variance.set(file.read(`generator.${part}.running_var`));
  }
}
