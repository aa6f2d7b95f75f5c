/** Checkpoint folders: config.json beside model.safetensors, in the layout of the released models. */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { AppError } from "../../shared/domain/app-error.ts";
import { fewNames } from "../../shared/domain/few-names.ts";
import { SafetensorsFile } from "../weights/safetensors.ts";
import { writeSafetensors, type TensorToWrite } from "../weights/write-safetensors.ts";
import { parseRtdetrConfig, toConfigText, type RtdetrConfig } from "./config.ts";
import { initialValue, type RandomSource } from "./initial-values.ts";
import { canonicalName } from "./names.ts";
import { countedNorms, parameterTable, type ParameterSpec } from "./parameter-table.ts";
import type { HostParameters } from "./parameters.ts";

export interface Checkpoint {
  readonly config: RtdetrConfig;
  readonly values: HostParameters;
  /** What the user should know, one sentence each. */
  readonly notes: readonly string[];
}

export interface NewClasses {
  readonly labels: readonly string[];
  readonly random: RandomSource;
}

const CONFIG = "config.json";
const WEIGHTS = "model.safetensors";

/**
 * Reads a checkpoint folder. With `newClasses` the model is made for those classes: each has the head of the class of its
 * name (letters' case and surrounding blanks aside), or an untrained one where there is none, and a note says so.
 * Throws an AppError that names the file and the tensor before any weight is read.
 */
export function readCheckpoint(folder: string, newClasses: NewClasses | null = null): Checkpoint {
  const fileConfig = readConfig(folder);
  const config =
    newClasses === null ? fileConfig : { ...fileConfig, labels: [...newClasses.labels] };
  using file = new SafetensorsFile(findWeights(folder));
  const names = new Map<string, string>();
  for (const name of file.entries.keys()) {
    const canonical = canonicalName(name);
    // The table's own name wins over an alias of the same tensor.
    if (canonical === name || !names.has(canonical)) names.set(canonical, name);
  }
  const heads = newClasses === null ? null : classHeads(fileConfig.labels, newClasses.labels);
  const plan = planReading(file, names, config, heads);
  const values = new Map<string, Float32Array>();
  for (const { spec, source, rows } of plan) {
    const read = file.read(source);
    values.set(
      spec.name,
      rows === null ? read : withRows(initialValue(spec, config, newClasses!.random), read, rows),
    );
  }
  return { config, values, notes: notesOf(plan, names, config, fileConfig, file) };
}

/** By class the place of the head it takes over, or UNTRAINED; null where all stay where they are. */
function classHeads(before: readonly string[], labels: readonly string[]): Int32Array | null {
  const plain = (name: string) => name.trim().toLowerCase();
  const places = new Map(before.map((name, place) => [plain(name), place]));
  const same = (name: string, place: number) => plain(before[place] ?? "") === plain(name);
  if (labels.length === before.length && labels.every(same)) return null;
  return Int32Array.from(labels, (name) => places.get(plain(name)) ?? UNTRAINED);
}

const UNTRAINED = -1;

/** `into`, with those of its rows that have a place in `from` taken from there. */
function withRows(into: Float32Array, from: Float32Array, rows: Int32Array): Float32Array {
  const width = into.length / rows.length;
  rows.forEach((place, row) => {
    if (place !== UNTRAINED)
      into.set(from.subarray(place * width, (place + 1) * width), row * width);
  });
  return into;
}

/** Reads and checks only the configuration. */
export function readConfig(folder: string): RtdetrConfig {
  const path = join(folder, CONFIG);
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw new AppError(
      "model/no-config",
      `${path} cannot be read (${(error as Error).message}). A model is a folder with ${CONFIG} and ${WEIGHTS}.`,
    );
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new AppError("model/config-invalid", `${path} is not JSON: ${(error as Error).message}.`);
  }
  return parseRtdetrConfig(json, path);
}

function findWeights(folder: string): string {
  const path = join(folder, WEIGHTS);
  if (existsSync(path)) return path;
  const other = ["pytorch_model.bin", `${WEIGHTS}.index.json`].find((name) =>
    existsSync(join(folder, name)),
  );
  const found = other === undefined ? "" : ` The folder has ${other}, which cannot be read.`;
  throw new AppError(
    "weights/missing",
    `${folder} has no ${WEIGHTS}.${found} Save the model as one ${WEIGHTS} file.`,
  );
}

interface PlannedTensor {
  readonly spec: ParameterSpec;
  /** Name in the file. */
  readonly source: string;
  /** By row of a class head the row in the file, or UNTRAINED; null where the tensor is taken as it is. */
  readonly rows: Int32Array | null;
}

/** Checks names, shapes and types of all tensors before any is read. */
function planReading(
  file: SafetensorsFile,
  names: ReadonlyMap<string, string>,
  config: RtdetrConfig,
  heads: Int32Array | null,
): PlannedTensor[] {
  const table = parameterTable(config);
  const missing = table.filter(({ name }) => !names.has(name)).map(({ name }) => name);
  if (missing.length > 0)
    throw new AppError(
      "weights/missing-tensors",
      `${file.path} lacks ${missing.length} of the ${table.length} tensors that ${CONFIG} asks for, the first being ${missing.slice(0, 3).join(", ")}. Use the ${CONFIG} that belongs to these weights.`,
    );
  return table.map((spec) => {
    const source = names.get(spec.name)!;
    const { shape, dtype } = file.entries.get(source)!;
    if (!["F32", "F16", "BF16", "F64"].includes(dtype))
      throw new AppError(
        "weights/wrong-type",
        `${file.path}: tensor "${source}" is of type ${dtype}; weights must be floating-point numbers.`,
      );
    if (heads && isClassHead(spec) && shape.slice(1).join() === spec.shape.slice(1).join())
      return { spec, source, rows: rowsOf(spec, heads, shape[0]!) };
    if (shape.join() === spec.shape.join()) return { spec, source, rows: null };
    throw shapeMismatch(file.path, spec, shape, config);
  });
}

function isClassHead({ kind }: ParameterSpec): boolean {
  return kind === "class matrix" || kind === "class bias" || kind === "class embedding";
}

/** An embedding has one row more, for no class. */
function rowsOf({ kind }: ParameterSpec, heads: Int32Array, rowsBefore: number): Int32Array {
  const rows = kind === "class embedding" ? [...heads, rowsBefore - 1] : [...heads];
  return Int32Array.from(rows, (place) => (place < rowsBefore ? place : UNTRAINED));
}

function shapeMismatch(
  path: string,
  spec: ParameterSpec,
  shape: readonly number[],
  config: RtdetrConfig,
): AppError {
  const where = `${path}: tensor "${spec.name}" has shape [${shape.join()}], expected [${spec.shape.join()}]`;
  const advice = isClassHead(spec)
    ? `the weights are for ${shape[0]! - (spec.kind === "class embedding" ? 1 : 0)} classes but ${CONFIG} names ${config.labels.length}. Correct id2label in ${CONFIG}.`
    : `use the ${CONFIG} that belongs to these weights.`;
  return new AppError("weights/shape-mismatch", `${where}; ${advice}`);
}

function notesOf(
  plan: readonly PlannedTensor[],
  names: ReadonlyMap<string, string>,
  { labels }: RtdetrConfig,
  { labels: before }: RtdetrConfig,
  file: SafetensorsFile,
): string[] {
  const notes: string[] = [];
  const rows = plan.find(({ spec }) => spec.kind === "class matrix")?.rows ?? null;
  if (rows !== null) {
    const kept = labels.filter((_, label) => rows[label] !== UNTRAINED);
    const fresh = labels.filter((_, label) => rows[label] === UNTRAINED);
    const heads = `The weights know ${before.length} classes (${fewNames(before)})`;
    if (fresh.length === 0) notes.push(`${heads}; the heads of ${fewNames(kept)} are taken over.`);
    else
      notes.push(
        `${heads}; ${kept.length === 0 ? "their heads were replaced" : `the heads of ${fewNames(kept)} are taken over`}, those of ${fewNames(fresh)} are untrained: train the model before using their scores.`,
      );
  }
  const known = new Set(plan.map(({ spec }) => spec.name));
  const unused = [...names.keys()].filter(
    (name) => !known.has(name) && !name.endsWith(".num_batches_tracked"),
  );
  if (unused.length > 0)
    notes.push(
      `${unused.length} tensors of ${file.path} have no place in this model and were left out, for example ${unused[0]}.`,
    );
  return notes;
}

/** Writes a folder that `readCheckpoint` and other programs can load. Both files are replaced whole. */
export function writeCheckpoint(
  folder: string,
  config: RtdetrConfig,
  valuesOf: (spec: ParameterSpec) => Float32Array,
): void {
  mkdirSync(folder, { recursive: true });
  const tensors: TensorToWrite[] = parameterTable(config).map((spec) => ({
    name: spec.name,
    dtype: "F32",
    shape: spec.shape,
    values: () => valuesOf(spec),
  }));
  for (const norm of countedNorms(config))
    tensors.push({
      name: `${norm}.num_batches_tracked`,
      dtype: "I64",
      shape: [],
      values: () => BigInt64Array.of(0n),
    });
  writeSafetensors(join(folder, WEIGHTS), tensors);
  const path = join(folder, CONFIG);
  writeFileSync(`${path}.${process.pid}.tmp`, toConfigText(config));
  renameSync(`${path}.${process.pid}.tmp`, path);
}
