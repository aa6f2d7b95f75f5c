import type { DrawList } from "../paint/boxes-layer.ts";
import { MARKER_SIDE } from "../paint/markers.ts";
import type { BoxStyle } from "../paint/styles.ts";
import { TINY_SIDE } from "../scene/density.ts";
import { visibleRect, type Viewport } from "../viewport.ts";
import type { Bins } from "./bins.ts";
import type { Ghosts } from "./ghosts.ts";
import type { Labels } from "./labels.ts";
import type { StyleBook } from "./styles.ts";

/** What is drawn, in screen pixels; kept from frame to frame, so that none allocates it anew. */
export interface LabelList extends DrawList {
  readonly clear: (styles: readonly BoxStyle[]) => void;
  /** asMarker: whether a box that is tiny on screen gets a marker. x, y, w, h: image pixels. */
  readonly push: (
    view: Viewport,
    style: number,
    asMarker: boolean,
    x: number,
    y: number,
    w: number,
    h: number,
  ) => void;
}

export function createLabelList(): LabelList {
  let styles: readonly BoxStyle[] = [];
  const boxes: number[][] = [];
  const markers: number[][] = [];
  let boxCount = 0;
  let markerCount = 0;
  return {
    get styles() {
      return styles;
    },
    boxes,
    markers,
    get boxCount() {
      return boxCount;
    },
    get markerCount() {
      return markerCount;
    },
    clear(next) {
      styles = next;
      for (const list of boxes) list.length = 0;
      for (const list of markers) list.length = 0;
      boxCount = markerCount = 0;
    },
    push(view, style, asMarker, x, y, w, h) {
      const { scale, originX, originY } = view;
      while (boxes.length <= style) {
        boxes.push([]);
        markers.push([]);
      }
      if (Math.max(w, h) * scale >= TINY_SIDE) {
        boxes[style]!.push(x * scale + originX, y * scale + originY, w * scale, h * scale);
        boxCount += 1;
      } else if (asMarker) {
        markers[style]!.push((x + w / 2) * scale + originX, (y + h / 2) * scale + originY);
        markerCount += 1;
      }
    },
  };
}

/** Lists what is in view but for what a count stands for and what a gesture holds. */
export function listLabels(
  list: LabelList,
  labels: Labels | null,
  ghosts: Ghosts | null,
  bins: Bins,
  book: StyleBook,
  view: Viewport,
): void {
  list.clear(book.styles);
  const seen = visibleRect(view, MARKER_SIDE);
  ghosts?.index.query(seen, (place) => {
    if (bins.gathersGhost(place)) return;
    const { boxes, style, marked } = ghosts;
    const at = place * 4;
    const isMarked = marked[place] === 1;
    list.push(
      view,
      style[place]!,
      isMarked,
      boxes[at]!,
      boxes[at + 1]!,
      boxes[at + 2]!,
      boxes[at + 3]!,
    );
  });
  labels?.query(seen, (place) => {
    const { boxes, category, flags, verdict, lifted } = labels.columns;
    if (lifted[place] === 1 || bins.gathersLabel(place)) return;
    const style = book.ofLabel(category[place]!, flags[place]!, verdict[place]!);
    const at = place * 4;
    list.push(view, style, true, boxes[at]!, boxes[at + 1]!, boxes[at + 2]!, boxes[at + 3]!);
  });
}
