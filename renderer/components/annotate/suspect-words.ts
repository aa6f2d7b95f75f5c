import type { Suspect, SuspectKind } from "../../../shared/api/suspects.ts";
import { t } from "../../text/t.ts";

/** In the order of the panel. */
export const suspectKindNames = [
  "missing-label",
  "wrong-class",
  "loose-box",
  "duplicate-label",
  "degenerate-box",
] as const satisfies readonly SuspectKind[];

/** What is wrong, in one line. */
export function whyInWords(suspect: Suspect, nameOf: (categoryId: number) => string): string {
  return t(`suspects.why.${suspect.kind}`, {
    name: suspect.proposal ? nameOf(suspect.proposal.categoryId) : "",
    label: suspect.label ? nameOf(suspect.label.categoryId) : "",
    score: suspect.score?.toFixed(2) ?? "",
    iou: suspect.iou?.toFixed(2) ?? "",
  });
}

/** What accepting does. */
export function acceptInWords(suspect: Suspect, nameOf: (categoryId: number) => string): string {
  if (suspect.kind === "degenerate-box" && !suspect.proposal)
    return t("suspects.do.removeDegenerate");
  const name = suspect.proposal ? nameOf(suspect.proposal.categoryId) : "";
  return t(`suspects.do.${suspect.kind}`, { name });
}
