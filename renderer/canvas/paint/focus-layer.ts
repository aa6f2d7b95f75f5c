import { boxRect } from "../../../shared/geometry/boxes.ts";
import type { ScreenPoint } from "../../../shared/geometry/spaces.ts";
import { TINY_SIDE } from "../scene/density.ts";
import { boxOf, UNMATCHED, type Judgement, type Scene } from "../scene/scene.ts";
import { rectToScreen, type Viewport } from "../viewport.ts";
import { paintLabel } from "./labels.ts";
import { boxStyles, overPicture, styleOf } from "./styles.ts";

/** Says what an object is, e.g. `car 0.83`. */
export type LabelOf = (object: number) => string;

/** Draws one object so that it stands out: its box, or a ring where the box is tiny, and its label. */
export function paintFocus(
  ctx: CanvasRenderingContext2D,
  scene: Scene,
  judgement: Judgement,
  object: number,
  view: Viewport,
  how: { readonly selected: boolean; readonly label: string; readonly font: string },
): void {
  const style = boxStyles[styleOf(scene, judgement, object)]!;
  const box = rectToScreen(view, boxRect(boxOf(scene, object)));
  const tiny = Math.max(box.w, box.h) < TINY_SIDE;
  const outline = new Path2D();
  if (tiny) outline.arc(box.x + box.w / 2, box.y + box.h / 2, 11, 0, 2 * Math.PI);
  else outline.rect(box.x, box.y, box.w, box.h);
  if (how.selected) {
    const around = new Path2D();
    if (tiny) around.arc(box.x + box.w / 2, box.y + box.h / 2, 14, 0, 2 * Math.PI);
    else around.rect(box.x - 4, box.y - 4, box.w + 8, box.h + 8);
    ctx.strokeStyle = overPicture.edge;
    ctx.lineWidth = 4;
    ctx.stroke(around);
    ctx.strokeStyle = overPicture.selected;
    ctx.lineWidth = 1.5;
    ctx.stroke(around);
  }
  ctx.strokeStyle = overPicture.edge;
  ctx.lineWidth = 4;
  ctx.stroke(outline);
  ctx.strokeStyle = style.colour;
  ctx.lineWidth = 2;
  if (style.line && !tiny) ctx.setLineDash(style.dash as number[]);
  ctx.stroke(outline);
  ctx.setLineDash([]);
  const room = how.selected ? 6 : 0;
  const plate = {
    ...box,
    x: box.x - room,
    y: box.y - room,
    w: box.w + 2 * room,
    h: box.h + 2 * room,
  };
  paintLabel(ctx, how.label, style.colour, tiny ? aroundTiny(plate) : plate, view, how.font);
}

function aroundTiny<R extends { x: number; y: number; w: number; h: number }>(box: R): R {
  return { ...box, y: box.y + box.h / 2 - 14, h: 28 };
}

/** A thin line from a selected object to its match. */
export function paintTie(
  ctx: CanvasRenderingContext2D,
  scene: Scene,
  judgement: Judgement,
  object: number,
  view: Viewport,
): void {
  const match = judgement.match[object]!;
  if (match === UNMATCHED) return;
  const other = rectToScreen(view, boxRect(boxOf(scene, match)));
  ctx.strokeStyle = overPicture.selected;
  ctx.lineWidth = 1;
  ctx.setLineDash([2, 3]);
  ctx.strokeRect(other.x, other.y, other.w, other.h);
  ctx.setLineDash([]);
}

const LOUPE_RADIUS = 110;

/** The view the loupe shows: the point under the cursor in its middle, at least 8x and four times the view. */
export function loupeView(view: Viewport, at: ScreenPoint): { view: Viewport; factor: number } {
  const factor = Math.min(64, Math.max(8, 2 ** Math.ceil(Math.log2(view.scale * 4))));
  const x = (at.x - view.originX) / view.scale;
  const y = (at.y - view.originY) / view.scale;
  const side = 2 * LOUPE_RADIUS;
  return {
    factor,
    view: {
      scale: factor,
      originX: LOUPE_RADIUS - x * factor,
      originY: LOUPE_RADIUS - y * factor,
      width: side,
      height: side,
    },
  };
}

/** Draws the loupe round `at`; `inside` paints its contents in the loupe's own view. */
export function paintLoupe(
  ctx: CanvasRenderingContext2D,
  at: ScreenPoint,
  text: string,
  font: string,
  inside: () => void,
): void {
  ctx.save();
  ctx.translate(at.x - LOUPE_RADIUS, at.y - LOUPE_RADIUS);
  ctx.beginPath();
  ctx.arc(LOUPE_RADIUS, LOUPE_RADIUS, LOUPE_RADIUS, 0, 2 * Math.PI);
  ctx.save();
  ctx.clip();
  ctx.fillStyle = "#14181e";
  ctx.fillRect(0, 0, 2 * LOUPE_RADIUS, 2 * LOUPE_RADIUS);
  inside();
  ctx.restore();
  ctx.lineWidth = 4;
  ctx.strokeStyle = overPicture.edge;
  ctx.stroke();
  ctx.lineWidth = 1.5;
  ctx.strokeStyle = overPicture.selected;
  ctx.stroke();
  ctx.fillStyle = "rgb(12 16 22 / 86%)";
  ctx.fillRect(LOUPE_RADIUS - 20, 2 * LOUPE_RADIUS - 22, 40, 17);
  ctx.fillStyle = overPicture.selected;
  ctx.font = `500 11.5px ${font}`;
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  ctx.fillText(text, LOUPE_RADIUS, 2 * LOUPE_RADIUS - 13);
  ctx.restore();
}
