import { buildGridIndex, type GridIndex } from "../scene/grid-index.ts";
import type { XywhPixels } from "../../../shared/domain/records.ts";
import type { StyleBook } from "./styles.ts";
import type { GhostBox } from "./types.ts";

/** Predictions and proposals as columns, by their place in the list they came in. */
export interface Ghosts {
  readonly count: number;
  /** [N,4] xywh image pixels. */
  readonly boxes: Float64Array;
  /** [N] places in the style book. */
  readonly style: Uint16Array;
  /** [N] 1 for those that also have a marker where they are tiny; others lie where a label has one. */
  readonly marked: Uint8Array;
  readonly index: GridIndex;
}

export function makeGhosts(list: readonly GhostBox[], book: StyleBook): Ghosts {
  const boxes = new Float64Array(list.length * 4);
  const style = new Uint16Array(list.length);
  const marked = new Uint8Array(list.length);
  list.forEach((ghost, place) => {
    boxes.set(ghost.box, place * 4);
    style[place] = book.ofGhost(ghost);
    marked[place] = ghost.kind === "proposal" || ghost.falseAlarm ? 1 : 0;
  });
  return { count: list.length, boxes, style, marked, index: buildGridIndex(boxes) };
}

export function ghostBox({ boxes }: Ghosts, place: number): XywhPixels {
  const at = place * 4;
  return [boxes[at]!, boxes[at + 1]!, boxes[at + 2]!, boxes[at + 3]!];
}
