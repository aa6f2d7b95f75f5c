import type { ChangedObject, RunComparison } from "../../shared/api/analysis.ts";
import type { Parsed } from "../../shared/api/contract.ts";
import { AppError } from "../../shared/domain/app-error.ts";
import { compareRuns, type BucketChange } from "../../shared/evaluation/failures/compare.ts";
import { boxAt } from "./image-detail.ts";
import type { JudgedRun } from "./judged.ts";
import type { AnalysisState } from "./methods.ts";
import { refuseOtherDataset } from "./stored-run.ts";

/** What became of each object from one run to another. Throws `run/not-found`, `run/other-dataset`. */
export function compareTwoRuns(state: AnalysisState, input: Parsed<"runs/compare">): RunComparison {
  const { run, changes } = changesOf(state, input);
  const { runId, otherRunId } = input;
  const buckets = changes.map(({ label, gained, lost, both, neither }) => ({
    label,
    gained: gained.length,
    lost: lost.length,
    both: both.length,
    neither: neither.length,
  }));
  return { runId, otherRunId, revision: run.dataset.revision, buckets };
}

/** The objects behind one number of the comparison, the smallest first. Throws `run/unknown-bucket` too. */
export function comparedObjects(
  state: AnalysisState,
  input: Parsed<"runs/compareObjects">,
): { total: number; objects: ChangedObject[] } {
  const { run, changes } = changesOf(state, input);
  const bucket = changes.find(({ label }) => label === input.bucket);
  if (!bucket) {
    const labels = changes.map(({ label }) => label).join(", ");
    throw new AppError(
      "run/unknown-bucket",
      `"${input.bucket}" is not a bucket of this run; it has ${labels}.`,
    );
  }
  const { area } = run.rows.set.truth;
  const rows = bucket[input.change].toSorted((a, b) => area[a]! - area[b]!);
  const page = rows.subarray(input.offset, input.offset + input.limit);
  return { total: rows.length, objects: Array.from(page, (t) => changedObject(run, t)) };
}

function changesOf(
  { judged }: AnalysisState,
  { runId, otherRunId, iou, score }: Parsed<"runs/compare">,
): { run: JudgedRun; changes: BucketChange[] } {
  const run = judged.run(runId, iou);
  const other = judged.run(otherRunId, iou);
  refuseOtherDataset(run.dataset, other.dataset);
  const first = judged.verdicts(run, score);
  const second = judged.verdicts(other, score);
  return { run, changes: compareRuns(run.rows.set.truth, run.params, first, second) };
}

function changedObject({ dataset, rows }: JudgedRun, t: number): ChangedObject {
  const row = rows.annotationOf ? rows.annotationOf[t]! : t;
  const { id, path, width, height } = dataset.images[dataset.image[row]!]!;
  return {
    imageId: id,
    imagePath: path,
    imageWidth: width,
    imageHeight: height,
    annotationId: dataset.annotationId[row]!,
    categoryId: dataset.categories[dataset.category[row]!]!.id,
    box: boxAt(dataset.boxes, row),
  };
}
