import type { PredictSettings } from "../../../shared/api/models.ts";
import type { ModelDescription } from "../../../shared/compute/messages.ts";

/** What the dialog's fields hold; a field that was emptied is null. */
export interface PredictDraft {
  ownSize: boolean;
  width: number | null;
  height: number | null;
  tiled: boolean;
  tile: number | null;
  overlap: number | null;
  merge: "seams" | "nms";
  score: number | null;
  maxDets: number | null;
  batch: number | null;
}

/** Tiles hold more objects than single images. */
const MOST_IN_IMAGE = 300;
const MOST_IN_TILED = 1000;

export function newDraft(): PredictDraft {
  return {
    ownSize: true,
    width: null,
    height: null,
    tiled: false,
    tile: 800,
    overlap: 150,
    merge: "seams",
    score: 0.01,
    maxDets: MOST_IN_IMAGE,
    batch: 1,
  };
}

/** Follows the switch where the user has not chosen a number of boxes. */
export function setTiled(draft: PredictDraft, tiled: boolean): void {
  const [before, after] = tiled ? [MOST_IN_IMAGE, MOST_IN_TILED] : [MOST_IN_TILED, MOST_IN_IMAGE];
  draft.tiled = tiled;
  if (draft.maxDets === before) draft.maxDets = after;
}

export type DraftFault = "size" | "overlap" | "missing";

/** The settings, or what is wrong with the fields. */
export function settingsOf(
  draft: PredictDraft,
  { sizeStep }: Pick<ModelDescription, "sizeStep">,
): PredictSettings | DraftFault {
  const { width, height, tile, overlap, score, maxDets, batch, merge } = draft;
  if (score === null || maxDets === null || batch === null) return "missing";
  if (!draft.ownSize) {
    if (width === null || height === null) return "missing";
    if (width % sizeStep !== 0 || height % sizeStep !== 0) return "size";
  }
  if (draft.tiled) {
    if (tile === null || overlap === null) return "missing";
    if (overlap >= tile) return "overlap";
  }
  return {
    size: draft.ownSize ? null : { width: width!, height: height! },
    tile: draft.tiled ? { size: tile!, overlap: overlap!, merge } : null,
    score,
    maxDets,
    batch,
  };
}
