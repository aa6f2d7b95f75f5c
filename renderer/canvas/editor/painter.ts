import type { XywhPixels } from "../../../shared/domain/records.ts";
import { boxRect } from "../../../shared/geometry/boxes.ts";
import { screenPoint, type ScreenPoint } from "../../../shared/geometry/spaces.ts";
import { overPicture, type BoxStyle } from "../paint/styles.ts";
import { paintBoxes } from "../paint/boxes-layer.ts";
import { paintDensity } from "../paint/density-layer.ts";
import { loupeView, paintLoupe } from "../paint/focus-layer.ts";
import { paintLabel, type Plate } from "../paint/labels.ts";
import { paintPixelGrid } from "../paint/pixel-grid.ts";
import type { PictureSource } from "../picture/source.ts";
import { TINY_SIDE } from "../scene/density.ts";
import { rectToScreen, toImage, visibleRect, type Viewport } from "../viewport.ts";
import type { Gesture, Hit } from "./gesture-states.ts";
import { rectBetween } from "./gesture.ts";
import { ghostBox } from "./ghosts.ts";
import { handleFrame } from "./handles.ts";
import { createLabelList, listLabels } from "./paint-labels.ts";
import { notLifted, paintHandles, paintSelected, type Lifted } from "./paint-selected.ts";
import {
  padded,
  paintBand,
  paintCrossHair,
  paintDraft,
  paintOrigin,
  paintRegion,
  paintSize,
} from "./paint-work.ts";
import { stampedBox, type Handle } from "./reshape.ts";
import type { Stage } from "./stage.ts";
import { proposalColour } from "./styles.ts";
import { labelsIn } from "./targets.ts";
import type { EditorOptions, EditorTool } from "./types.ts";

/** From the bottom up. Moving the pointer repaints only `focus`; a drag also `selection`. */
export const editorLayers = ["picture", "labels", "selection", "focus"] as const;
export type EditorLayer = (typeof editorLayers)[number];

/** Everything a frame shows. */
export interface Scenery {
  readonly view: Viewport;
  readonly picture: PictureSource | null;
  readonly stage: Stage;
  readonly gesture: Gesture;
  readonly options: EditorOptions;
  /** The tool a press would use now. */
  readonly tool: EditorTool;
  readonly pointer: ScreenPoint | null;
  readonly hovered: Hit | null;
  readonly hoveredHandle: Handle | null;
  readonly currentGhost: number | null;
  /** Drawn, and not yet among the labels. */
  readonly added: readonly XywhPixels[];
  readonly draftColour: string;
  readonly labelOf: (id: number) => string;
  readonly ghostOf: (place: number) => string;
  readonly font: string;
}

/** A box gets a label of its own from this side on, CSS pixels, while no more than so many do. */
const ROOMY_SIDE = 56;
const MOST_ROOMY = 60;

export type Painter = (layer: EditorLayer, ctx: CanvasRenderingContext2D, scenery: Scenery) => void;

export function createPainter(): Painter {
  const list = createLabelList();

  function paintLabels(ctx: CanvasRenderingContext2D, { stage, font }: Scenery, view: Viewport) {
    const bins = stage.binsAt(view.scale);
    listLabels(list, stage.shownLabels(), stage.shownGhosts(), bins, stage.book(), view);
    // Under the boxes: a count never hides one that is large enough to be seen.
    paintDensity(ctx, { radius: bins.radius, bins: bins.crowded() }, view, font);
    paintBoxes(ctx, list, window.devicePixelRatio);
  }

  function paintMagnified(ctx: CanvasRenderingContext2D, scenery: Scenery, at: ScreenPoint) {
    const inside = loupeView(scenery.view, at);
    paintLoupe(ctx, at, `×${inside.factor}`, scenery.font, () => {
      paintPicture(ctx, scenery, inside.view, true);
      paintLabels(ctx, scenery, inside.view);
      paintSelection(ctx, scenery, inside.view);
      paintUnderWork(ctx, scenery, inside.view);
      const middle = screenPoint(inside.view.width / 2, inside.view.height / 2);
      if (scenery.tool !== "select") paintCrossHair(ctx, middle, inside.view);
    });
  }

  return (layer, ctx, scenery) => {
    const { view, options, pointer } = scenery;
    switch (layer) {
      case "picture":
        return paintPicture(ctx, scenery, view, false);
      case "labels":
        return paintLabels(ctx, scenery, view);
      case "selection":
        paintSelection(ctx, scenery, view);
        // Here, for the selected one has its name elsewhere: a click repaints none of the other labels.
        return paintRoomLabels(ctx, scenery);
      case "focus":
        if (pointer && options.crossHair && scenery.tool !== "select")
          paintCrossHair(ctx, pointer, view);
        paintSingle(ctx, scenery, paintHovered(ctx, scenery));
        paintUnderWork(ctx, scenery, view);
        paintDraftSize(ctx, scenery);
        if (options.loupe && pointer && scenery.picture) paintMagnified(ctx, scenery, pointer);
    }
  };
}

function paintPicture(
  ctx: CanvasRenderingContext2D,
  { picture }: Scenery,
  view: Viewport,
  aside: boolean,
): void {
  if (!picture) return;
  // Where the picture has not come, or cannot, one still sees how far it reaches.
  ctx.fillStyle = "rgb(128 128 128 / 16%)";
  const { scale, originX, originY } = view;
  ctx.fillRect(originX, originY, picture.width * scale, picture.height * scale);
  picture.paint(ctx, view, { aside });
  paintPixelGrid(ctx, picture, view);
}

function paintRoomLabels(ctx: CanvasRenderingContext2D, scenery: Scenery): void {
  const { stage, view } = scenery;
  const labels = stage.shownLabels();
  if (!labels) return;
  const side = ROOMY_SIDE / view.scale;
  const roomy: number[] = [];
  const { boxes, ids, selected, lifted } = labels.columns;
  const isOne = stage.selection().size === 1;
  labels.query(visibleRect(view), (place) => {
    if (boxes[place * 4 + 2]! < side || boxes[place * 4 + 3]! < side / 2) return;
    // The one that is selected has a label on the layer above.
    if (lifted[place] === 1 || (isOne && selected[place] === 1)) return;
    roomy.push(place);
  });
  if (roomy.length > MOST_ROOMY) return;
  for (const place of roomy) {
    const rect = rectToScreen(view, boxRect(labels.box(place)));
    if (rect.x > view.width - 8 || rect.x + rect.w < 8) continue;
    const { colour } = styleAt(stage, place);
    paintLabel(ctx, scenery.labelOf(ids[place]!), colour, rect, view, scenery.font);
  }
}

function styleAt(stage: Stage, place: number): BoxStyle {
  const { category, flags, verdict } = stage.labels().columns;
  const book = stage.book();
  return book.styles[book.ofLabel(category[place]!, flags[place]!, verdict[place]!)]!;
}

/** Where the gesture has the selected labels. */
export function liftedBy(gesture: Gesture): Lifted {
  if (gesture.kind === "moving") return { dx: gesture.dx, dy: gesture.dy, box: null };
  if (gesture.kind === "resizing") return { dx: 0, dy: 0, box: gesture.box };
  return notLifted;
}

function paintSelection(ctx: CanvasRenderingContext2D, scenery: Scenery, view: Viewport): void {
  const { stage, gesture } = scenery;
  const labels = stage.labels();
  paintSelected(ctx, labels, stage.selectedPlaces(), liftedBy(gesture), view);
  if (gesture.kind === "banding" && stage.shownLabels()) {
    const inside: number[] = [];
    const { selected } = labels.columns;
    labelsIn(labels, rectBetween(gesture.from, gesture.to), (place) => {
      if (selected[place] === 0) inside.push(place);
    });
    paintSelected(ctx, labels, inside, notLifted, view);
  }
}

/** The handles and the name of the one selected label; `taken`: where a name lies that it must not cover. */
function paintSingle(ctx: CanvasRenderingContext2D, scenery: Scenery, taken: Plate | null): void {
  const { stage, gesture, view } = scenery;
  if (stage.selection().size !== 1 || gesture.kind === "drawing") return;
  for (const place of stage.selectedPlaces()) {
    const [x, y, w, h] = stage.labels().box(place);
    const { dx, dy, box } = liftedBy(gesture);
    const now: XywhPixels = box ?? [x + dx, y + dy, w, h];
    const isHeld = gesture.kind === "moving" || gesture.kind === "resizing";
    if (isHeld) paintOrigin(ctx, [x, y, w, h], view);
    const isAdjustable = scenery.tool === "select" && gesture.kind !== "moving";
    if (isAdjustable)
      paintHandles(
        ctx,
        now,
        view,
        gesture.kind === "resizing" ? gesture.handle : scenery.hoveredHandle,
      );
    if (isHeld) continue; // its size stands there instead
    const frame = rectToScreen(view, boxRect(now));
    const around = isAdjustable ? padded(handleFrame(frame), 4) : padded(frame, 4);
    const text = scenery.labelOf(stage.labels().columns.ids[place]!);
    paintLabel(ctx, text, styleAt(stage, place).colour, around, view, scenery.font, taken);
  }
}

/** Returns where the name of the ghost that keys are about lies, else that of what is hovered. */
function paintHovered(ctx: CanvasRenderingContext2D, scenery: Scenery): Plate | null {
  const { stage, hovered, currentGhost, view, font } = scenery;
  const isOther = hovered?.kind !== "ghost" || hovered.place !== currentGhost;
  const plate =
    currentGhost !== null && currentGhost < stage.ghosts().count
      ? outline(ctx, scenery, { kind: "ghost", place: currentGhost }, true)
      : null;
  if (!hovered || !isOther || scenery.gesture.kind !== "idle") return plate;
  return outline(ctx, scenery, hovered, false) ?? plate;

  function outline(on: CanvasRenderingContext2D, from: Scenery, hit: Hit, current: boolean) {
    const shown = described(from, hit);
    if (!shown) return null;
    const rect = rectToScreen(view, boxRect(shown.box));
    const isTiny = Math.max(rect.w, rect.h) < TINY_SIDE;
    const path = new Path2D();
    if (isTiny) path.arc(rect.x + rect.w / 2, rect.y + rect.h / 2, 10, 0, 2 * Math.PI);
    else path.rect(rect.x - 3, rect.y - 3, rect.w + 6, rect.h + 6);
    on.lineWidth = 3;
    on.strokeStyle = overPicture.edge;
    on.stroke(path);
    on.lineWidth = current ? 2 : 1;
    on.strokeStyle = current ? shown.colour : overPicture.selected;
    on.stroke(path);
    if (!shown.text) return null;
    return paintLabel(on, shown.text, shown.colour, padded(rect, isTiny ? 12 : 5), view, font);
  }
}

/** null for a label that is not there or that has its name on it because it is the selected one. */
function described(scenery: Scenery, hit: Hit) {
  const { stage } = scenery;
  if (hit.kind === "ghost") {
    const ghosts = stage.ghosts();
    if (hit.place >= ghosts.count) return null;
    const { colour } = stage.book().styles[ghosts.style[hit.place]!]!;
    return { box: ghostBox(ghosts, hit.place), colour, text: scenery.ghostOf(hit.place) };
  }
  const place = stage.labels().placeOf(hit.id);
  if (place === undefined) return null;
  if (stage.selection().size === 1 && stage.selection().has(hit.id)) return null;
  const { colour } = styleAt(stage, place);
  return { box: stage.labels().box(place), colour, text: scenery.labelOf(hit.id) };
}

function paintUnderWork(ctx: CanvasRenderingContext2D, scenery: Scenery, view: Viewport): void {
  const { gesture, added, draftColour, options, tool, pointer, picture } = scenery;
  for (const box of added) paintDraft(ctx, box, draftColour, view);
  if (gesture.kind === "banding") paintBand(ctx, rectBetween(gesture.from, gesture.to), view);
  if (gesture.kind === "drawing" && gesture.box) {
    if (gesture.purpose === "region") paintRegion(ctx, gesture.box, proposalColour, view);
    else paintDraft(ctx, gesture.box, draftColour, view);
  }
  if (tool === "stamp" && pointer && picture && gesture.kind !== "panning") {
    const box = stampedBox(toImage(scenery.view, pointer), options.stamp, picture);
    if (box) paintDraft(ctx, box, draftColour, view);
  }
}

/** The size of the box under work, where it is one. */
function paintDraftSize(ctx: CanvasRenderingContext2D, scenery: Scenery): void {
  const box = boxUnderWork(scenery.gesture, scenery.stage);
  if (box) paintSize(ctx, box, scenery.draftColour, scenery.view, scenery.font);
}

/** The one box that is drawn, moved or resized. */
export function boxUnderWork(gesture: Gesture, stage: Stage): XywhPixels | null {
  if (gesture.kind === "drawing" || gesture.kind === "resizing") return gesture.box;
  if (gesture.kind !== "moving" || stage.selection().size !== 1) return null;
  for (const place of stage.selectedPlaces()) {
    const [x, y, w, h] = stage.labels().box(place);
    return [x + gesture.dx, y + gesture.dy, w, h];
  }
  return null;
}
