import type { EvaluationParams } from "../../shared/domain/protocols.ts";
import type { EvaluationSet, EvaluationWarning } from "../../shared/evaluation/types.ts";
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
import { readVisDroneFolders, type VisDroneFolders } from "./visdrone-folders.ts";

export interface EvaluationInput {
  readonly set: EvaluationSet;
  readonly warnings: readonly EvaluationWarning[];
}

/** Reads a COCO instances and a COCO results file. */
export function loadCoco(gt: string, dt: string, params: EvaluationParams): EvaluationInput {
  const problems = new ProblemLog();
  const truthSource = openSource(gt, gt, problems);
  const predictionSource = openSource(dt, dt, problems);
  try {
    const file = readTruthFile(truthSource);
    const isSodaD = params.protocol === "soda-d";
    const { truth, regionCount } = isSodaD ? withoutRegions(file) : { truth: file, regionCount: 0 };
    const { table, count } = readPredictionsFile(predictionSource);
    const { set, leftOut } = evaluationSet(truth, table, count);
    const warnings = [...leftOutWarnings(leftOut, gt, dt), ...fieldWarnings(truth, params, gt)];
    if (regionCount > 0)
      warnings.push({
        code: "truth/ignore-regions",
        message: `${regionCount} ignore regions (category ${sodaDIgnoreCategory}) of ${gt} are left out, as SODA-D's evaluation does.`,
        count: regionCount,
      });
    return { set, warnings };
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
export function loadVisDrone(folders: VisDroneFolders): EvaluationInput {
  const { set, unknownFiles, imagesWithoutSize } = readVisDroneFolders(folders);
  const warnings: EvaluationWarning[] = [];
  if (unknownFiles.length > 0)
    warnings.push({
      code: "predictions/unknown-image",
      message: `${unknownFiles.length} prediction files have no label file and are left out; the first is ${unknownFiles[0]!}.txt.`,
      count: unknownFiles.length,
    });
  if (imagesWithoutSize > 0 && set.regions && set.regions.image.length > 0)
    warnings.push({
      code: "images/unknown-size",
      message: `The size of ${imagesWithoutSize} images is not known, so ignored regions are clipped at the largest extent seen. Give the pictures with --images.`,
      count: imagesWithoutSize,
    });
  return { set, warnings };
}

function leftOutWarnings(leftOut: FileSet["leftOut"], gt: string, dt: string): EvaluationWarning[] {
  const of = (code: string, { count, firstId }: Dropped, what: string, why: string) =>
    count === 0
      ? []
      : [
          {
            code,
            count,
            message: `${count} ${what} are left out: ${why}; the first has id ${firstId}.`,
          },
        ];
  return [
    ...of(
      "predictions/unknown-image",
      leftOut.predictionsOfUnknownImages,
      `predictions of ${dt}`,
      `their image is not listed in ${gt}. Are the two files of the same split?`,
    ),
    ...of(
      "predictions/unknown-category",
      leftOut.predictionsOfUnknownCategories,
      `predictions of ${dt}`,
      `their category is not listed in ${gt}`,
    ),
    ...of(
      "truth/unknown-image",
      leftOut.annotationsOfUnknownImages,
      `annotations of ${gt}`,
      "their image is not among the file's images",
    ),
    ...of(
      "truth/unknown-category",
      leftOut.annotationsOfUnknownCategories,
      `annotations of ${gt}`,
      "their category is not among the file's categories",
    ),
  ];
}

function fieldWarnings(
  truth: TruthFile,
  params: EvaluationParams,
  gt: string,
): EvaluationWarning[] {
  const warnings: EvaluationWarning[] = [];
  if (truth.withoutArea > 0)
    warnings.push({
      code: "truth/missing-area",
      message: `${truth.withoutArea} annotations of ${gt} have no area; width times height is taken.`,
      count: truth.withoutArea,
    });
  if (truth.withoutCrowd > 0 && params.protocol === "coco")
    warnings.push({
      code: "truth/missing-iscrowd",
      message: `${truth.withoutCrowd} annotations of ${gt} have no iscrowd; 0 is taken.`,
      count: truth.withoutCrowd,
    });
  return warnings;
}
