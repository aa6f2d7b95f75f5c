import type { EvaluationParams } from "../../shared/domain/protocols.ts";
import type { EvaluationSet, EvaluationWarning } from "../../shared/evaluation/types.ts";
import { isWorthTwoThreads, TwoThreads } from "../evaluation/two-threads.ts";
import { openSource } from "../files/byte-source.ts";
import {
  evaluationSet,
  type Dropped,
  type FileSet,
} from "../formats/coco-columns/evaluation-set.ts";
import { readPredictionsFile } from "../formats/coco-columns/read-files.ts";
import {
  moveAnnotation,
  readTruthFile,
  type TruthFile,
} from "../formats/coco-columns/read-truth.ts";
import { ProblemLog } from "../formats/problem-log.ts";
import { looksLikeSodaD, sodaDIgnoreCategory } from "../formats/soda-d.ts";
import type { VisDroneFolders } from "./visdrone-folders.ts";

/** Told what is done now, and the share of it that is done, 0..1. */
export type OnProgress = (phase: string, share: number) => void;

export interface EvaluationInput {
  readonly set: EvaluationSet;
  /** What had to be left out or assumed. */
  readonly warnings: readonly EvaluationWarning[];
  readonly hasMasks: boolean;
  /** To evaluate with and to close; null for small sets. */
  readonly threads: TwoThreads | null;
}

/** Reads a COCO instances and a COCO results file; on two threads where that pays. */
export async function loadCoco(
  gt: string,
  dt: string,
  params: EvaluationParams,
  onProgress: OnProgress,
): Promise<EvaluationInput> {
  const problems = new ProblemLog();
  const truthSource = openSource(gt, gt, problems);
  const predictionSource = openSource(dt, dt, problems);
  const threads = isWorthTwoThreads(predictionSource.size)
    ? new TwoThreads(dt, predictionSource)
    : null;
  try {
    const file = readTruthFile(truthSource);
    const isSodaD = params.protocol === "soda-d";
    const { truth, regionCount } = isSodaD ? withoutRegions(file) : { truth: file, regionCount: 0 };
    const { table, count } = threads
      ? await threads.readPredictions((share) => onProgress(`Reading ${dt}`, share))
      : readPredictionsFile(predictionSource);
    const { set, leftOut } = evaluationSet(truth, table, count);
    const warnings = [
      ...leftOutWarnings(leftOut, gt, dt),
      ...fieldWarnings(truth, regionCount, params, gt),
    ];
    return { set, warnings, hasMasks: truth.hasMasks, threads };
  } catch (error) {
    await threads?.close();
    throw error;
  } finally {
    truthSource.close();
    predictionSource.close();
  }
}

/** SODA-D scores with the annotations of category 10, its ignore regions, taken out. */
function withoutRegions(file: TruthFile): { truth: TruthFile; regionCount: number } {
  const categories = file.categories.map(({ id, name }) => ({ sourceId: id, name }));
  if (!looksLikeSodaD(categories)) return { truth: file, regionCount: 0 };
  const { annotations, annotationCount } = file;
  let kept = 0;
  for (let row = 0; row < annotationCount; row++)
    if (annotations.categoryId[row] !== sodaDIgnoreCategory)
      moveAnnotation(annotations, row, kept++);
  return { truth: { ...file, annotationCount: kept }, regionCount: annotationCount - kept };
}

/** Reads two folders of VisDrone txt files. */
export async function loadVisDrone(folders: VisDroneFolders): Promise<EvaluationInput> {
  // It brings the picture library along, which the other protocols need not wait for.
  const { readVisDroneFolders } = await import("./visdrone-folders.ts");
  const { set, unknownFiles, imagesWithoutSize } = readVisDroneFolders(folders);
  const warnings: EvaluationWarning[] = [];
  if (unknownFiles.length > 0)
    warnings.push({
      code: "predictions/unknown-image",
      message: `Prediction files without a label file are left out (${unknownFiles.length}; the first is ${unknownFiles[0]!}.txt).`,
      count: unknownFiles.length,
    });
  if (imagesWithoutSize > 0 && set.regions && set.regions.image.length > 0)
    warnings.push({
      code: "images/unknown-size",
      message: `Images of unknown size: ${imagesWithoutSize}. Their ignored regions are clipped at the largest extent seen; give the pictures with --images.`,
      count: imagesWithoutSize,
    });
  return { set, warnings, hasMasks: false, threads: null };
}

function leftOutWarnings(leftOut: FileSet["leftOut"], gt: string, dt: string): EvaluationWarning[] {
  const of = (code: string, { count, firstId }: Dropped, what: string, why: string) =>
    count === 0
      ? []
      : [{ code, count, message: `${what} left out: ${count}. ${why} (the first is ${firstId}).` }];
  return [
    ...of(
      "predictions/unknown-image",
      leftOut.predictionsOfUnknownImages,
      `Predictions of ${dt}`,
      `${gt} does not list their image id; are the two files of the same split?`,
    ),
    ...of(
      "predictions/unknown-category",
      leftOut.predictionsOfUnknownCategories,
      `Predictions of ${dt}`,
      `${gt} does not list their category id; do the two files number classes alike?`,
    ),
    ...of(
      "truth/unknown-image",
      leftOut.annotationsOfUnknownImages,
      `Annotations of ${gt}`,
      "Its images do not list their image id",
    ),
    ...of(
      "truth/unknown-category",
      leftOut.annotationsOfUnknownCategories,
      `Annotations of ${gt}`,
      "Its categories do not list their category id",
    ),
  ];
}

function fieldWarnings(
  truth: TruthFile,
  regionCount: number,
  params: EvaluationParams,
  gt: string,
): EvaluationWarning[] {
  const warnings: EvaluationWarning[] = [];
  if (regionCount > 0)
    warnings.push({
      code: "truth/ignore-regions",
      message: `Ignore regions (category ${sodaDIgnoreCategory}) of ${gt} left out, as in SODA-D's evaluation: ${regionCount}.`,
      count: regionCount,
    });
  if (truth.withoutArea > 0)
    warnings.push({
      code: "truth/missing-area",
      message: `Annotations of ${gt} without area: ${truth.withoutArea}. Width times height is taken.`,
      count: truth.withoutArea,
    });
  if (truth.withoutCrowd > 0 && params.protocol === "coco")
    warnings.push({
      code: "truth/missing-iscrowd",
      message: `Annotations of ${gt} without iscrowd: ${truth.withoutCrowd}. 0 is taken.`,
      count: truth.withoutCrowd,
    });
  return warnings;
}
