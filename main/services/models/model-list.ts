import { existsSync, readFileSync } from "node:fs";
import { basename, resolve } from "node:path";
import type { Parsed } from "../../../shared/api/contract.ts";
import type { InspectedModel, ModelAnswers, ModelRecord } from "../../../shared/api/models.ts";
import { AppError } from "../../../shared/domain/app-error.ts";
import type { Db } from "../../db/open.ts";
import { modelQueries, type StoredModel } from "../../db/queries/models.ts";
import { writeAtomically } from "../../files/atomic-write.ts";
import { describeModel } from "./describe-model.ts";
import { modelPath, modelSource } from "./model-source.ts";

export function listModels(db: Db): ModelRecord[] {
  return modelQueries(db).all().map(toRecord);
}

/** Throws `model/not-found`. */
export function findModel(db: Db, modelId: number): StoredModel {
  const found = modelQueries(db).byId(modelId);
  if (found) return found;
  throw new AppError(
    "model/not-found",
    `There is no model ${modelId} in this project; it may have been removed.`,
  );
}

/** Says what is at a path; nothing is kept. */
export async function inspectModel(
  db: Db,
  { path, preset }: Parsed<"models/inspect">,
  signal: AbortSignal,
): Promise<InspectedModel> {
  const source = modelSource(resolve(path), preset ?? null);
  const description = await describeModel(source, signal);
  const place = modelPath(source);
  return {
    kind: source.kind,
    path: place,
    suggestedName: basename(place).replace(/\.onnx$/i, ""),
    description,
    knownAs: modelQueries(db).byPath(place)?.name ?? null,
  };
}

/**
 * Puts a model on the project's list. Answers to what an ONNX graph does not tell are kept in `<model>.fovea.json`.
 * Throws `model/known` where it is on the list, `model/layout` where its layout is still not known.
 */
export async function addModel(
  db: Db,
  { path, name, answers }: Parsed<"models/add">,
): Promise<ModelRecord> {
  const source = modelSource(resolve(path), null);
  const place = modelPath(source);
  const queries = modelQueries(db);
  const known = queries.byPath(place);
  if (known)
    throw new AppError("model/known", `${place} is in the project already, as "${known.name}".`);
  let description = await describeModel(source);
  if (answers && source.kind === "onnx") {
    keepAnswers(source.file, answers);
    description = await describeModel(source);
  }
  if (source.kind === "onnx" && description.preset === null)
    throw new AppError(
      "model/layout",
      `${place} does not tell how its outputs are laid out (${description.graph.join(", ")}). Choose one of ${description.presets.map(({ id }) => id).join(", ")}.`,
    );
  if (description.input === null)
    throw new AppError(
      "model/input-size",
      `${place} takes pictures of any size. Say which height and width it was trained with.`,
    );
  const id = queries.insert({
    name,
    kind: source.kind,
    path: place,
    description,
    addedAt: Date.now(),
  });
  return toRecord(findModel(db, id));
}

function keepAnswers(file: string, answers: ModelAnswers): void {
  if (Object.keys(answers).length === 0) return;
  const path = `${file}.fovea.json`;
  // What was answered before stays; the compute process has checked that it can be read.
  const before = existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as ModelAnswers) : {};
  writeAtomically(path, [`${JSON.stringify({ ...before, ...answers }, null, 2)}\n`]);
}

export function renameModel(
  db: Db,
  { modelId, name, notes }: Parsed<"models/rename">,
): ModelRecord {
  findModel(db, modelId);
  modelQueries(db).rename(modelId, name, notes ?? null);
  return toRecord(findModel(db, modelId));
}

export function removeModel(db: Db, modelId: number): void {
  findModel(db, modelId);
  modelQueries(db).remove(modelId);
}

function toRecord(model: StoredModel): ModelRecord {
  return { ...model, present: existsSync(model.path) };
}
