import type { FailureReason, ImageDetail } from "../../../shared/api/images.ts";
import { boxSide, intersectionOverUnion } from "../../../shared/geometry/boxes.ts";
import {
  BELOW_SCORE,
  boxOf,
  FALSE_ALARM,
  isTruth,
  MISS,
  UNMATCHED,
  verdictNames,
  type Judgement,
  type Scene,
} from "../../canvas/scene/scene.ts";
import { HIDDEN } from "../../canvas/scene/visibility.ts";

export const objectSorts = ["size", "score", "file"] as const;
export type ObjectSort = (typeof objectSorts)[number];

/** One object as the list and the read-out show it. */
export interface ObjectRow {
  /** Place in the scene. */
  readonly object: number;
  readonly kind: "truth" | "prediction";
  readonly verdict: (typeof verdictNames)[number];
  readonly categoryId: number;
  /** null for ground truth. */
  readonly score: number | null;
  readonly w: number;
  readonly h: number;
  readonly bucket: string | null;
  /** It lies where tiles met. */
  readonly atSeam: boolean;
  readonly match: number | null;
  /** With the match; null without one. */
  readonly iou: number | null;
}

export function rowOf(
  detail: ImageDetail,
  scene: Scene,
  judgement: Judgement,
  object: number,
): ObjectRow {
  const truth = isTruth(scene, object);
  const view = truth ? detail.annotations[object]! : detail.predictions[object - scene.truthCount]!;
  const match = judgement.match[object]!;
  const box = boxOf(scene, object);
  return {
    object,
    kind: truth ? "truth" : "prediction",
    verdict: verdictNames[judgement.verdict[object]!]!,
    categoryId: view.categoryId,
    score: truth ? null : scene.score[object]!,
    w: box[2],
    h: box[3],
    bucket: view.bucket,
    atSeam: view.atSeam ?? false,
    match: match === UNMATCHED ? null : match,
    iou: match === UNMATCHED ? null : intersectionOverUnion(box, boxOf(scene, match)),
  };
}

/**
 * Why an object is a failure; null where it is none. That of a false alarm is the same at every score threshold, that
 * of a miss is not: `atScore` is the image as the host judged it at the threshold, null while that has not come.
 */
export function reasonOf(
  detail: ImageDetail,
  scene: Scene,
  judgement: Judgement,
  object: number,
  atScore: ImageDetail | null,
): FailureReason | null {
  const verdict = judgement.verdict[object];
  if (verdict === FALSE_ALARM) {
    return detail.predictions[object - scene.truthCount]?.reason ?? null;
  }
  if (verdict !== MISS) return null;
  if (scene.match[object] !== UNMATCHED) return "below-score";
  const told = atScore?.image.id === detail.image.id ? atScore : detail;
  return told.annotations[object]?.reason ?? null;
}

/** The objects that are shown, in the order in which one steps through them. */
export function listObjects(scene: Scene, shown: Uint8Array, sort: ObjectSort): readonly number[] {
  const objects: number[] = [];
  for (let i = 0; i < scene.count; i += 1) if (shown[i] !== HIDDEN) objects.push(i);
  if (sort === "size") {
    const sides = Float64Array.from({ length: scene.count }, (_, i) => boxSide(boxOf(scene, i)));
    objects.sort((a, b) => sides[a]! - sides[b]! || a - b);
  }
  if (sort === "score") objects.sort((a, b) => scene.score[b]! - scene.score[a]! || a - b);
  return objects;
}

export function isFailure(judgement: Judgement, object: number): boolean {
  const verdict = judgement.verdict[object];
  return verdict === MISS || verdict === FALSE_ALARM;
}

/** The next failure of the list after an object, or from its start; null where there is none. */
export function nextFailure(
  list: readonly number[],
  judgement: Judgement,
  after: number | null,
): number | null {
  const from = after === null ? 0 : list.indexOf(after) + 1;
  for (let at = from; at < list.length; at += 1)
    if (isFailure(judgement, list[at]!)) return list[at]!;
  return null;
}

/** The object of the other kind that overlaps most, whatever its class; null where none overlaps. */
export function bestOverlap(
  scene: Scene,
  judgement: Judgement,
  object: number,
): { readonly object: number; readonly iou: number } | null {
  const box = boxOf(scene, object);
  const [x, y, w, h] = box;
  let best: { object: number; iou: number } | null = null;
  scene.index.query({ x, y, w, h }, (other) => {
    if (isTruth(scene, other) === isTruth(scene, object)) return;
    if (judgement.verdict[other] === BELOW_SCORE) return;
    const iou = intersectionOverUnion(box, boxOf(scene, other));
    if (iou > (best?.iou ?? 0)) best = { object: other, iou };
  });
  return best;
}

/** How an object is written in the address: `gt-412` by annotation id, `p-7` by place in the image's predictions. */
export function addressOf(detail: ImageDetail, scene: Scene, object: number): string {
  return isTruth(scene, object)
    ? `gt-${detail.annotations[object]!.id}`
    : `p-${object - scene.truthCount}`;
}

/** null where the address names no object of this image. */
export function objectAt(detail: ImageDetail, scene: Scene, address: string): number | null {
  const [, kind, digits] = /^(gt|p)-(\d+)$/.exec(address) ?? [];
  if (digits === undefined) return null;
  const number = Number(digits);
  if (kind === "p") return number < detail.predictions.length ? scene.truthCount + number : null;
  const object = detail.annotations.findIndex((truth) => truth.id === number);
  return object < 0 ? null : object;
}
