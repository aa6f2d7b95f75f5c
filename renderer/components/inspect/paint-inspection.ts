import type { ImageInspection } from "../../../shared/api/models.ts";
import { overPicture } from "../../canvas/paint/styles.ts";
import type { SamplingPoint } from "./inspected-points.ts";

type Box = readonly [number, number, number, number];

/** The part of the picture that is shown, in its pixels, and how large on the canvas. */
export interface InspectionView {
  readonly left: number;
  readonly top: number;
  /** Pixels of the picture. */
  readonly side: number;
  /** CSS pixels of the canvas. */
  readonly shown: number;
}

/** Part around a box: so many times its longer side, at least 48 pixels. */
export function viewAround([x, y, w, h]: Box, context: number, shown: number): InspectionView {
  const side = Math.max(48, Math.ceil(context * Math.max(w, h)));
  const left = Math.round(x + w / 2 - side / 2);
  const top = Math.round(y + h / 2 - side / 2);
  return { left, top, side, shown };
}

export interface InspectionDrawing {
  readonly asked: Box;
  readonly reference: Box;
  readonly result: Box;
  readonly points: readonly SamplingPoint[];
  readonly map: ImageInspection["maps"][number] | null;
  readonly part: Box;
}

/** The radius of a point that carries all attention, CSS pixels; area goes by weight. */
const WHOLE_RADIUS = 46;
const LEAST_RADIUS = 1.5;

/** picture: what lies in the view, clipped to the picture at `at` (its pixels). */
export function paintInspection(
  ctx: CanvasRenderingContext2D,
  view: InspectionView,
  picture: { readonly image: CanvasImageSource; readonly at: Box } | null,
  drawing: InspectionDrawing,
): void {
  const scale = view.shown / view.side;
  const place = ([x, y, w, h]: Box): [number, number, number, number] => [
    (x - view.left) * scale,
    (y - view.top) * scale,
    w * scale,
    h * scale,
  ];
  ctx.clearRect(0, 0, view.shown, view.shown);
  ctx.imageSmoothingEnabled = scale < 1;
  if (picture) ctx.drawImage(picture.image, ...place(picture.at));
  if (drawing.map) paintMap(ctx, drawing.map, place(drawing.part));
  const outline = (box: Box, colour: string, dash: number[]) => {
    ctx.setLineDash(dash);
    for (const [width, stroke] of [
      [3.5, overPicture.edge],
      [1.5, colour],
    ] as const) {
      ctx.lineWidth = width;
      ctx.strokeStyle = stroke;
      ctx.strokeRect(...place(box));
    }
  };
  outline(drawing.reference, overPicture.unjudged, [5, 4]);
  outline(drawing.asked, overPicture.unjudged, []);
  outline(drawing.result, overPicture.hit, []);
  ctx.setLineDash([]);
  // The weakest first, so that what matters lies on top.
  for (const { x, y, share, inside } of drawing.points.toSorted((a, b) => a.share - b.share)) {
    const radius = Math.max(LEAST_RADIUS, Math.sqrt(share) * WHOLE_RADIUS);
    ctx.beginPath();
    ctx.arc((x - view.left) * scale, (y - view.top) * scale, radius, 0, 2 * Math.PI);
    ctx.globalAlpha = 0.55;
    ctx.fillStyle = inside ? overPicture.hit : overPicture.falseAlarm;
    ctx.fill();
    ctx.globalAlpha = 1;
    ctx.lineWidth = 1;
    ctx.strokeStyle = overPicture.edge;
    ctx.stroke();
  }
}

/** One cell a rectangle: from clear where the map is weakest to full where it is strongest. */
function paintMap(
  ctx: CanvasRenderingContext2D,
  { width, height, values }: ImageInspection["maps"][number],
  [x, y, w, h]: readonly [number, number, number, number],
): void {
  let low = Infinity;
  let high = -Infinity;
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  const cell = [w / width, h / height] as const;
  for (let row = 0; row < height; row += 1) {
    for (let column = 0; column < width; column += 1) {
      const strength = (values[row * width + column]! - low) / (high - low || 1);
      ctx.fillStyle = `hsl(${Math.round(260 - 215 * strength)} 90% ${Math.round(25 + 40 * strength)}% / ${0.15 + 0.55 * strength})`;
      ctx.fillRect(x + column * cell[0], y + row * cell[1], cell[0], cell[1]);
    }
  }
}
