/** Checkpoint folders: config.json beside model.safetensors, in the layout of the released models. */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { AppError } from "../../shared/domain/app-error.ts";
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
 * Reads a checkpoint folder. With `newClasses` the model is made for those classes: heads for another
 * number of classes are replaced by untrained ones, and a note says so.
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
  const plan = planReading(file, names, config, newClasses !== null);
  const values = new Map<string, Float32Array>();
  for (const { spec, source } of plan)
    values.set(
      spec.name,
      source === null ? initialValue(spec, config, newClasses!.random) : file.read(source),
    );
  return { config, values, notes: notesOf(plan, names, config, file) };
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
  /** Name in the file; null where the tensor is replaced by an untrained one. */
  readonly source: string | null;
}

/** Checks names, shapes and types of all tensors before any is read. */
function planReading(
  file: SafetensorsFile,
  names: ReadonlyMap<string, string>,
  config: RtdetrConfig,
  mayReplaceHeads: boolean,
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
    if (shape.join() === spec.shape.join()) return { spec, source };
    if (
      mayReplaceHeads &&
      isClassHead(spec) &&
      shape.slice(1).join() === spec.shape.slice(1).join()
    )
      return { spec, source: null };
    throw shapeMismatch(file.path, spec, shape, config);
  });
}

function isClassHead({ kind }: ParameterSpec): boolean {
  return kind === "class matrix" || kind === "class bias" || kind === "class embedding";
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
  config: RtdetrConfig,
  file: SafetensorsFile,
): string[] {
  const notes: string[] = [];
  const replaced = plan.find(({ spec, source }) => source === null && spec.kind === "class matrix");
  if (replaced !== undefined) {
    const before = file.entries.get(names.get(replaced.spec.name)!)!.shape[0];
    notes.push(
      `The heads for ${before} classes were replaced by untrained ones for ${config.labels.length} classes; train the model before using its scores.`,
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
