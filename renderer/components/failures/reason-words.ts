import type { FailureCard, FailureReason } from "../../../shared/api/images.ts";
import { t } from "../../text/t.ts";

/** In the order of the filter. */
export const failureReasons = [
  "no-detection",
  "below-score",
  "poor-box",
  "wrong-class",
  "beyond-max-dets",
  "duplicate",
  "background",
] as const satisfies readonly FailureReason[];

const withoutOverlap: ReadonlySet<FailureReason> = new Set(["no-detection", "background"]);

/** `Box too far off, IoU 0.41`. */
export function reasonInWords({
  reason,
  bestIou,
}: Pick<FailureCard, "reason" | "bestIou">): string {
  const words = t(`reason.${reason}`);
  if (bestIou <= 0 || withoutOverlap.has(reason)) return words;
  return `${words}, ${t("image.matchOf", { iou: bestIou.toFixed(2) })}`;
}
