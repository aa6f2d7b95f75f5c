import type { Parsed } from "../../shared/api/contract.ts";
import type { RunConfusion } from "../../shared/api/analysis.ts";
import { AppError } from "../../shared/domain/app-error.ts";
import { confusionMatrix, type ConfusionMatrix } from "../../shared/evaluation/errors/confusion.ts";
import type { JudgedRun } from "./judged.ts";
import type { AnalysisState } from "./methods.ts";

type CellInput = Parsed<"runs/confusionImages">;

export function runConfusion(state: AnalysisState, input: Parsed<"runs/confusion">): RunConfusion {
  const { run, matrix } = matrixOf(state, input);
  const { size, counts } = matrix;
  const { classes } = run.rows;
  return {
    runId: input.runId,
    revision: run.dataset.revision,
    categoryIds: classes.map(({ id }) => id),
    names: classes.map(({ name }) => name),
    counts: Array.from({ length: size }, (_, row) =>
      Array.from(counts.subarray(row * size, (row + 1) * size)),
    ),
  };
}

/** Throws `category/not-found`. */
export function confusionImages(state: AnalysisState, input: CellInput): { imageIds: number[] } {
  const { run, matrix } = matrixOf(state, input);
  const { size, images, imageStart } = matrix;
  const cell = placeOf(run, input.truthCategoryId) * size + placeOf(run, input.predictedCategoryId);
  const behind = images.subarray(imageStart[cell], imageStart[cell + 1]);
  return { imageIds: Array.from(behind, (i) => run.dataset.images[i]!.id) };
}

function matrixOf(
  { judged }: AnalysisState,
  { runId, iou, score }: Parsed<"runs/confusion">,
): { run: JudgedRun; matrix: ConfusionMatrix } {
  const run = judged.run(runId, iou);
  return { run, matrix: confusionMatrix(run.rows.set, run.judgement, score) };
}

function placeOf({ rows: { classes } }: JudgedRun, categoryId: number | null): number {
  if (categoryId === null) return classes.length;
  const place = classes.findIndex(({ id }) => id === categoryId);
  if (place >= 0) return place;
  throw new AppError(
    "category/not-found",
    `Category ${categoryId} is not a class that this run scores.`,
  );
}
