import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import type { ExportFormat, PredictionExportFormat } from "../../../shared/domain/file-formats.ts";
import { AppError } from "../../../shared/domain/app-error.ts";
import type { Db } from "../../db/open.ts";
import { exportQueries } from "../../db/queries/exports.ts";
import { labelWriters } from "../../formats/label-writers.ts";
import { counted, leftOutLosses } from "../../formats/loss-words.ts";
import { surveyLabels } from "../../formats/survey-labels.ts";
import type { LabelSet } from "../../formats/export-records.ts";
import { predictionWriters } from "../../formats/write-predictions.ts";
import type { Pace } from "../imports/pace.ts";
import { exportTarget, type LabelPlace, refuseOccupied, targetState } from "./export-target.ts";
import { storedLabels, type LabelsToWrite, type StoredLabels } from "./label-set.ts";
import { storedPredictions } from "./stored-predictions.ts";
import { type PictureCopy, resultPath, writeExport } from "./write-export.ts";

export interface LabelExport extends LabelsToWrite {
  readonly format: ExportFormat;
  readonly path: string;
  readonly pictures: boolean;
  readonly overwrite: boolean;
}

export interface PredictionExport {
  readonly predictionSetId: number;
  readonly format: PredictionExportFormat;
  readonly path: string;
  readonly overwrite: boolean;
}

export interface LabelExportResult {
  readonly path: string;
  readonly files: number;
  readonly images: number;
  readonly annotations: number;
  readonly notes: readonly string[];
}

export interface LabelExportCheck {
  readonly images: number;
  readonly annotations: number;
  readonly losses: readonly string[];
  readonly occupied: readonly string[];
  readonly originals: readonly string[];
}

export interface PredictionExportResult {
  readonly path: string;
  readonly files: number;
  readonly predictions: number;
  readonly notes: readonly string[];
}

/** Writes the labels of a dataset. All of it is of one moment, edits in the meantime do not show. */
export async function exportLabels(
  db: Db,
  input: LabelExport,
  pace: Pace,
): Promise<LabelExportResult> {
  const writer = labelWriters[input.format];
  const target = exportTarget(input.path, writer.single);
  if (target.isFile && input.pictures) {
    throw new AppError(
      "export/no-folder",
      `${target.path} is one file, beside which pictures have no place. Name a folder, or leave the pictures out.`,
    );
  }
  const stored = storedLabels(db, input);
  const survey = surveyLabels(paced(stored, "Counting", pace), writer);
  const set = paced(stored, "Writing labels", pace);
  const files = () => writer.files(set, survey);
  const pictures = input.pictures ? picturesOf(stored, writer.pictureFolder) : [];
  const places = labelPlaces(db);
  const state = targetState(target, pathsOf(files()), places);
  refuseOccupied(target, state, places, input.overwrite);
  const there = pictures.filter(({ source }) => existsSync(source));
  const written = await writeExport(target, files(), there, pace);
  const notes = [...leftOutLosses(survey), ...writer.losses(set, survey)];
  const missing = pictures.length - there.length;
  if (missing > 0) {
    notes.push(
      `${counted(missing, "picture is not where it was and was", "pictures are not where they were and were")} not copied.`,
    );
  }
  if (written.kept > 0) {
    notes.push(
      `${counted(written.kept, "picture of the same name was there already and stays as it is", "pictures of the same names were there already and stay as they are")}.`,
    );
  }
  return {
    path: resultPath(target, writer.single),
    files: written.files,
    images: set.images.length,
    annotations: survey.annotations,
    notes,
  };
}

/** What an export would do; writes nothing. A target that cannot be used is told when it is exported. */
export function checkLabels(db: Db, input: LabelExport, pace: Pace): LabelExportCheck {
  const writer = labelWriters[input.format];
  const target = exportTarget(input.path, writer.single);
  const set = paced(storedLabels(db, input), "Counting", pace);
  const survey = surveyLabels(set, writer);
  const files = pathsOf(writer.files(set, survey));
  const { occupied, originals } = targetState(target, files, labelPlaces(db));
  return {
    images: set.images.length,
    annotations: survey.annotations,
    losses: [...leftOutLosses(survey), ...writer.losses(set, survey)],
    occupied,
    originals,
  };
}

/** Writes a prediction set. */
export async function exportPredictions(
  db: Db,
  input: PredictionExport,
  pace: Pace,
): Promise<PredictionExportResult> {
  const writer = predictionWriters[input.format];
  const target = exportTarget(input.path, writer.single);
  const stored = storedPredictions(db, input.predictionSetId);
  const holds = writer.holds(stored);
  const counts = { leftOut: 0, empty: 0 };
  let predictions = 0;
  const set = {
    ...stored,
    predictionsOf(index: number) {
      pace.at("Writing predictions", index, stored.images.length, "images");
      const all = stored.predictionsOf(index);
      const held = all.filter(holds);
      counts.leftOut += all.length - held.length;
      counts.empty += held.length === 0 ? 1 : 0;
      predictions += held.length;
      return held;
    },
  };
  const places = labelPlaces(db);
  const state = targetState(target, pathsOf(writer.files(set)), places);
  refuseOccupied(target, state, places, input.overwrite);
  const { files } = await writeExport(target, writer.files(set), [], pace);
  return {
    path: resultPath(target, writer.single),
    files,
    predictions,
    notes: writer.losses(set, counts),
  };
}

/** The same set, saying how far it is and stopping when cancelled. */
function paced<Set extends LabelSet>(set: Set, phase: string, pace: Pace): Set {
  return {
    ...set,
    annotationsOf(index: number) {
      pace.at(phase, index, set.images.length, "images");
      return set.annotationsOf(index);
    },
  };
}

function* pathsOf(files: Iterable<{ readonly path: string }>): Generator<string> {
  for (const { path } of files) yield path;
}

function picturesOf({ images, root }: StoredLabels, folder: string): PictureCopy[] {
  return images.map(({ path }) => ({
    path: folder === "" ? path : `${folder}/${path}`,
    source: join(root, path),
  }));
}

/** Files and folders that hold labels of the user's. A list of pictures stands for the folder it lies in, too. */
function labelPlaces(db: Db): readonly LabelPlace[] {
  return exportQueries(db)
    .labelPlaces()
    .flatMap(({ name, path }) => {
      if (!path.toLowerCase().endsWith(".txt")) return [{ name, path }];
      const folder = dirname(path);
      const isVoc = /[/\\]ImageSets[/\\]Main$/.test(folder);
      return [
        { name, path },
        { name, path: isVoc ? join(folder, "..", "..", "Annotations") : join(folder, "labels") },
      ];
    });
}
