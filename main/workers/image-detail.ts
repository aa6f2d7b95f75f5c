import type { Parsed } from "../../shared/api/contract.ts";
import type { AnnotationView, ImageDetail, PredictionView } from "../../shared/api/images.ts";
import { AppError } from "../../shared/domain/app-error.ts";
import type { EvaluationParams } from "../../shared/domain/protocols.ts";
import { UNMATCHED } from "../../shared/evaluation/failures/judge.ts";
import {
  FALSE_ALARM,
  MISS,
  predictionVerdict,
  reasonOfFalseAlarm,
  reasonOfMiss,
  truthVerdict,
  verdictNames,
} from "../../shared/evaluation/failures/verdicts.ts";
import { NO_BUCKET, type JudgedRun, type SizedDataset } from "./judged.ts";
import type { AnalysisState } from "./methods.ts";
import type { SeamFacts } from "./seams.ts";

/** Everything on one image: its boxes, and with a run what became of each. Throws `image/not-found`. */
export function imageDetail(
  state: AnalysisState,
  { imageId, filter }: Parsed<"images/get">,
): ImageDetail {
  const datasetId = state.queries.datasetOfImage(imageId);
  if (datasetId === null) {
    throw new AppError(
      "image/not-found",
      `There is no image ${imageId} in this project; it may have been removed.`,
    );
  }
  const { judged } = state;
  const run = filter.runId === null ? null : judged.run(filter.runId, filter.iou);
  if (run && run.dataset.id !== datasetId) {
    throw new AppError(
      "image/other-dataset",
      `Image ${imageId} is not of the dataset that run ${filter.runId} is about.`,
    );
  }
  const sized = run ?? judged.dataset(datasetId);
  const { dataset } = sized;
  const i = dataset.imageIndex.get(imageId)!;
  const { id, sourceId, path, width, height } = dataset.images[i]!;
  const image = { id, sourceId, path, width, height };
  const rows = dataset.byImage.subarray(dataset.offsets[i], dataset.offsets[i + 1]);
  if (!run) {
    const annotations = Array.from(rows, (row) =>
      annotationView(sized, row, { verdict: null, match: null, reason: null }),
    );
    return { image, datasetId, annotations, predictions: [] };
  }
  const { score } = filter;
  const seams = state.seams.of(run);
  return {
    image,
    datasetId,
    annotations: Array.from(rows, (row) =>
      annotationView(run, row, {
        ...truthFate(run, { i, row, score }),
        ...(seams && { atSeam: seams.crosses(row) }),
      }),
    ),
    predictions: predictionViews(run, { i, score }, rows, seams),
  };
}

type TruthFate = Pick<AnnotationView, "verdict" | "match" | "reason" | "atSeam">;

/** A match counts only while its prediction reaches the score threshold. */
function truthFate(
  run: JudgedRun,
  { i, row, score }: { readonly i: number; readonly row: number; readonly score: number },
): TruthFate {
  const t = run.truthOf ? run.truthOf[row]! : row;
  if (t < 0) return { verdict: "ignored", match: null, reason: null };
  const { judgement, predictions, rows } = run;
  const match = judgement.truthMatch[t]!;
  const counts = match !== UNMATCHED && predictions.score[match]! >= score;
  const verdict = truthVerdict(judgement, rows.set, t, score);
  return {
    verdict: verdictNames[verdict],
    match: counts ? match - predictions.offsets[i]! : null,
    reason: verdict === MISS ? reasonOfMiss(judgement, rows.set, t, score).reason : null,
  };
}

function annotationView(
  { dataset, params, truthSizes }: SizedDataset,
  row: number,
  fate: TruthFate,
): AnnotationView {
  return {
    id: dataset.annotationId[row]!,
    imageId: dataset.images[dataset.image[row]!]!.id,
    categoryId: dataset.categories[dataset.category[row]!]!.id,
    box: boxAt(dataset.boxes, row),
    area: dataset.area[row]!,
    crowd: dataset.crowd[row] === 1,
    ignore: dataset.ignore[row] === 1,
    bucket: bucketLabel(params, truthSizes.bucket[row]!),
    ...fate,
  };
}

function predictionViews(
  run: JudgedRun,
  { i, score }: { readonly i: number; readonly score: number },
  annotationRows: Int32Array,
  seams: SeamFacts | null,
): PredictionView[] {
  const { dataset, params, predictions, predictionSizes, judgement, rows } = run;
  const views: PredictionView[] = [];
  for (let p = predictions.offsets[i]!; p < predictions.offsets[i + 1]!; p += 1) {
    const t = judgement.predictionMatch[p]!;
    const annotation = t === UNMATCHED ? UNMATCHED : rows.annotationOf ? rows.annotationOf[t]! : t;
    const match = annotation === UNMATCHED ? -1 : annotationRows.indexOf(annotation);
    const verdict = predictionVerdict(judgement, rows.set, p, score);
    views.push({
      categoryId: dataset.categories[predictions.category[p]!]?.id ?? -1,
      box: boxAt(predictions.boxes, p),
      score: predictions.score[p]!,
      verdict: verdictNames[verdict],
      match: match < 0 ? null : match,
      bestIou: judgement.bestIou[p]!,
      bestIouAnyClass: judgement.bestIouAnyClass[p]!,
      bucket: bucketLabel(params, predictionSizes.bucket[p]!),
      reason: verdict === FALSE_ALARM ? reasonOfFalseAlarm(judgement, p).reason : null,
      ...(seams && { atSeam: seams.predictions[p] === 1 }),
    });
  }
  return views;
}

export function bucketLabel({ areaRanges }: EvaluationParams, bucket: number): string | null {
  return bucket === NO_BUCKET ? null : areaRanges[bucket]!.label;
}

/** boxes: [n,4]. */
export function boxAt(boxes: Float64Array, row: number): [number, number, number, number] {
  return [boxes[4 * row]!, boxes[4 * row + 1]!, boxes[4 * row + 2]!, boxes[4 * row + 3]!];
}
