import type { Parsed } from "../../shared/api/contract.ts";
import type { FailureCard, FailureGroup } from "../../shared/api/images.ts";
import { AppError } from "../../shared/domain/app-error.ts";
import { UNMATCHED } from "../../shared/evaluation/failures/judge.ts";
import {
  FALSE_ALARM,
  MISS,
  reasonOfFalseAlarm,
  reasonOfMiss,
  type Reason,
} from "../../shared/evaluation/failures/verdicts.ts";
import { ScoreSorter } from "../../shared/evaluation/sort-scores.ts";
import { boxAt, bucketLabel } from "./image-detail.ts";
import { NO_BUCKET, type JudgedRun } from "./judged.ts";
import type { AnalysisState } from "./methods.ts";
import { objectTest, passes } from "./object-filter.ts";
import type { SeamFacts } from "./seams.ts";

type FailureInput = Parsed<"failures/query">;

/** Failures in order: a prediction row p as it is, a judged truth row t as -1 - t. */
export interface FoundFailures {
  readonly order: Int32Array;
  readonly groups: readonly FailureGroup[];
  readonly bytes: number;
}

/** Throws `run/not-found`, `failures/no-run`. */
export function queryFailures(
  state: AnalysisState,
  input: FailureInput,
): { total: number; groups: readonly FailureGroup[]; items: FailureCard[]; tiled: boolean } {
  const { filter, offset, limit } = input;
  if (filter.runId === null) {
    throw new AppError(
      "failures/no-run",
      "Failures are those of a run; filter.runId is missing. Choose a run first.",
    );
  }
  const run = state.judged.run(filter.runId, filter.iou);
  const seams = state.seams.of(run);
  const { order, groups } = findFailures(state, run, input);
  const items = Array.from(order.subarray(offset, offset + limit), (code) =>
    failureCard(run, code, filter.score, seams),
  );
  return { total: order.length, groups, items, tiled: seams !== null };
}

function findFailures(state: AnalysisState, run: JudgedRun, input: FailureInput): FoundFailures {
  const { filter, kinds, reasons, sort, atSeam } = input;
  const key = JSON.stringify([run.key, sort, filter, kinds, reasons, atSeam]);
  return state.failures.get(key, () => {
    const codes = collect(state, run, input);
    const order = sortFailures(run, codes, sort);
    const groups = groupFailures(run, order);
    return { order, groups, bytes: 4 * order.length + 100 * groups.length };
  });
}

function collect(
  state: AnalysisState,
  run: JudgedRun,
  { filter, kinds, reasons, atSeam }: FailureInput,
): Int32Array {
  const seams = atSeam ? state.seams.of(run) : null;
  const verdicts = state.judged.verdicts(run, filter.score);
  const test = objectTest(run, filter);
  const needle = filter.text.toLowerCase();
  const inText =
    needle === ""
      ? null
      : run.dataset.images.map(({ path }) => path.toLowerCase().includes(needle));
  const wantedReasons = new Set(reasons);
  const codes: number[] = [];
  const take = (code: number, image: number, category: number, ranges: number) => {
    if (!passes(test, category, ranges) || (inText && !inText[image])) return;
    if (atSeam && !isAtSeam(run, seams, code)) return;
    if (wantedReasons.size > 0 && !wantedReasons.has(reasonOf(run, code, filter.score).reason))
      return;
    codes.push(code);
  };
  const wants = (kind: FailureCard["kind"]) =>
    (kinds.length === 0 || kinds.includes(kind)) &&
    (filter.verdicts.length === 0 || filter.verdicts.includes(kind));
  if (wants("miss")) {
    for (let t = 0; t < verdicts.truth.length; t += 1) {
      if (verdicts.truth[t] !== MISS) continue;
      const row = annotationRow(run, t);
      take(
        -1 - t,
        run.dataset.image[row]!,
        run.dataset.category[row]!,
        run.truthSizes.ranges[row]!,
      );
    }
  }
  if (wants("false-alarm")) {
    const { image, category } = run.predictions;
    for (let p = 0; p < verdicts.prediction.length; p += 1) {
      if (verdicts.prediction[p] !== FALSE_ALARM) continue;
      take(p, image[p]!, category[p]!, run.predictionSizes.ranges[p]!);
    }
  }
  return Int32Array.from(codes);
}

function sortFailures(run: JudgedRun, given: Int32Array, sort: FailureInput["sort"]): Int32Array {
  const { dataset, predictions } = run;
  // Within a group, too, the smallest come first: the sort is stable.
  const codes = sort === "group" ? sortFailures(run, given, "smallest") : given;
  const keyOf = (code: number): number => {
    if (sort === "group") return -groupCell(run, code);
    if (sort === "image")
      return -(code < 0 ? dataset.image[annotationRow(run, -1 - code)]! : predictions.image[code]!);
    if (sort !== "score") return -areaOf(run, code);
    // Misses have no score; they follow the false alarms.
    return code < 0 ? -Infinity : predictions.score[code]!;
  };
  const sorted = descending(codes, keyOf);
  // The order is stable, so within a group the smallest stay first.
  return sort === "group" ? descending(sorted, (code) => -groupOf(run, code)) : sorted;
}

function descending(codes: Int32Array, keyOf: (code: number) => number): Int32Array {
  const order = new ScoreSorter().sort(Float64Array.from(codes, keyOf), codes.length);
  return Int32Array.from(order.subarray(0, codes.length), (at) => codes[at]!);
}

/** A number for kind, bucket and class together, in the order of the groups: misses, then false alarms. */
function groupOf({ dataset, params, predictions, ...run }: JudgedRun, code: number): number {
  const isMiss = code < 0;
  const row = isMiss ? (run.rows.annotationOf?.[-1 - code] ?? -1 - code) : code;
  const bucket = (isMiss ? run.truthSizes : run.predictionSizes).bucket[row]!;
  const category = (isMiss ? dataset : predictions).category[row]!;
  const buckets = params.areaRanges.length + 1;
  const kind = isMiss ? 0 : 1;
  return (
    (kind * buckets + Math.min(bucket, buckets - 1)) * dataset.categories.length +
    Math.max(0, category)
  );
}

/** Place of a failure's kind, bucket and class, the class running fastest. */
function groupCell({ dataset, params, predictions, ...run }: JudgedRun, code: number): number {
  const K = dataset.categories.length;
  const buckets = params.areaRanges.length + 1;
  const row = code < 0 ? (run.rows.annotationOf?.[-1 - code] ?? -1 - code) : code;
  const bucket = (code < 0 ? run.truthSizes : run.predictionSizes).bucket[row]!;
  const category = (code < 0 ? dataset : predictions).category[row]!;
  const kind = code < 0 ? 0 : 1;
  // A class that was removed goes with none: last of all.
  if (category < 0) return 2 * buckets * K;
  return (kind * buckets + Math.min(bucket, buckets - 1)) * K + category;
}

/** How many there are of each kind, bucket and class. */
function groupFailures(run: JudgedRun, order: Int32Array): FailureGroup[] {
  const { dataset, params } = run;
  const K = dataset.categories.length;
  const buckets = params.areaRanges.length + 1;
  const counts = new Int32Array(2 * buckets * K);
  for (const code of order) counts[groupOf(run, code)]! += 1;
  const groups: FailureGroup[] = [];
  counts.forEach((count, group) => {
    if (count === 0) return;
    const bucket = Math.floor(group / K) % buckets;
    groups.push({
      kind: group < buckets * K ? "miss" : "false-alarm",
      bucket: bucketLabel(params, bucket === buckets - 1 ? NO_BUCKET : bucket),
      categoryId: dataset.categories[group % K]!.id,
      count,
    });
  });
  return groups;
}

/** False where there were no tiles. */
function isAtSeam(run: JudgedRun, seams: SeamFacts | null, code: number): boolean {
  if (seams === null) return false;
  return code < 0 ? seams.crosses(annotationRow(run, -1 - code)) : seams.predictions[code] === 1;
}

function failureCard(
  run: JudgedRun,
  code: number,
  score: number,
  seams: SeamFacts | null,
): FailureCard {
  const { dataset, predictions, judgement, params } = run;
  const isMiss = code < 0;
  const row = isMiss ? annotationRow(run, -1 - code) : code;
  const columns = isMiss ? dataset : predictions;
  const sizes = isMiss ? run.truthSizes : run.predictionSizes;
  const i = columns.image[row]!;
  const { id, path, width, height } = dataset.images[i]!;
  const { reason, other } = reasonOf(run, code, score);
  const otherBoxes = isMiss ? predictions.boxes : run.rows.set.truth.boxes;
  return {
    kind: isMiss ? "miss" : "false-alarm",
    imageId: id,
    imagePath: path,
    imageWidth: width,
    imageHeight: height,
    annotationId: isMiss ? dataset.annotationId[row]! : null,
    predictionIndex: isMiss ? null : row - predictions.offsets[i]!,
    categoryId: dataset.categories[columns.category[row]!]?.id ?? -1,
    box: boxAt(columns.boxes, row),
    bucket: bucketLabel(params, sizes.bucket[row]!),
    score: isMiss ? null : predictions.score[row]!,
    reason,
    bestIou: isMiss ? judgement.nearestIou[-1 - code]! : judgement.bestIouAnyClass[row]!,
    other: other === UNMATCHED ? null : boxAt(otherBoxes, other),
    ...(seams && { atSeam: isAtSeam(run, seams, code) }),
  };
}

function reasonOf({ judgement, rows }: JudgedRun, code: number, score: number): Reason {
  return code < 0
    ? reasonOfMiss(judgement, rows.set, -1 - code, score)
    : reasonOfFalseAlarm(judgement, code);
}

function annotationRow({ rows }: JudgedRun, t: number): number {
  return rows.annotationOf ? rows.annotationOf[t]! : t;
}

function areaOf({ dataset, predictions, ...run }: JudgedRun, code: number): number {
  if (code < 0) return dataset.area[run.rows.annotationOf?.[-1 - code] ?? -1 - code]!;
  return predictions.boxes[4 * code + 2]! * predictions.boxes[4 * code + 3]!;
}
