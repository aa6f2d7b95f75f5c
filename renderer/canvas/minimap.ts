import { imagePoint, screenPoint, type ImagePoint } from "../../shared/geometry/spaces.ts";
import type { PictureSource } from "./picture/source.ts";
import { overPicture } from "./paint/styles.ts";
import { visibleRect, type Size, type Viewport } from "./viewport.ts";

const LONGEST = 176;

/** Draws what is marked on the picture. scale: minimap pixels per image pixel. */
export type PaintMarks = (ctx: CanvasRenderingContext2D, scale: number) => void;

/** A small picture of the whole with the errors on it, and where the view is. */
export interface Minimap {
  readonly canvas: HTMLCanvasElement;
  /** Draws picture and marks anew: they have changed. */
  readonly redraw: (picture: PictureSource, paintMarks: PaintMarks) => void;
  /** Draws where the view is. Hidden while the view shows everything. */
  readonly follow: (view: Viewport, picture: Size) => void;
  /** Calls `use` with the image point that the pointer is pressed on. */
  readonly onDrag: (use: (point: ImagePoint) => void) => void;
}

export function createMinimap(): Minimap {
  const canvas = document.createElement("canvas");
  canvas.className = "minimap";
  canvas.setAttribute("aria-hidden", "true");
  const still = document.createElement("canvas");
  let scale = 1;

  function size(picture: Size) {
    const ratio = window.devicePixelRatio;
    scale = LONGEST / Math.max(picture.width, picture.height);
    const width = Math.max(8, Math.round(picture.width * scale));
    const height = Math.max(8, Math.round(picture.height * scale));
    for (const each of [canvas, still]) {
      each.width = Math.round(width * ratio);
      each.height = Math.round(height * ratio);
    }
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
    return { width, height, ratio };
  }

  return {
    canvas,
    redraw(picture, paintMarks) {
      const { width, height, ratio } = size(picture);
      const ctx = still.getContext("2d")!;
      ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
      ctx.fillStyle = "#14181e";
      ctx.fillRect(0, 0, width, height);
      picture.paint(ctx, { scale, originX: 0, originY: 0, width, height }, { aside: true });
      ctx.fillStyle = "rgb(12 16 22 / 45%)";
      ctx.fillRect(0, 0, width, height);
      paintMarks(ctx, scale);
    },
    follow(view, picture) {
      const seen = visibleRect(view);
      const all =
        seen.x <= 0 &&
        seen.y <= 0 &&
        seen.x + seen.w >= picture.width &&
        seen.y + seen.h >= picture.height;
      canvas.hidden = all;
      if (all) return;
      const ctx = canvas.getContext("2d")!;
      ctx.setTransform(1, 0, 0, 1, 0, 0);
      ctx.drawImage(still, 0, 0);
      const ratio = window.devicePixelRatio * scale;
      const x = Math.max(0, seen.x) * ratio;
      const y = Math.max(0, seen.y) * ratio;
      const w = Math.max(4, Math.min(picture.width, seen.x + seen.w) * ratio - x);
      const h = Math.max(4, Math.min(picture.height, seen.y + seen.h) * ratio - y);
      ctx.lineWidth = 1.5 * window.devicePixelRatio;
      ctx.strokeStyle = overPicture.selected;
      ctx.strokeRect(x, y, w, h);
    },
    onDrag(use) {
      const drag = (event: PointerEvent) => {
        if (event.buttons !== 1) return;
        const frame = canvas.getBoundingClientRect();
        const at = screenPoint(event.clientX - frame.left, event.clientY - frame.top);
        use(imagePoint(at.x / scale, at.y / scale));
      };
      canvas.addEventListener("pointerdown", drag);
      canvas.addEventListener("pointermove", drag);
    },
  };
}

/** One mark: misses are squares, and larger than others. */
export function paintMark(
  ctx: CanvasRenderingContext2D,
  x: number,
  y: number,
  isMiss: boolean,
): void {
  const side = isMiss ? 2.5 : 1.75;
  ctx.fillRect(x - side / 2, y - side / 2, side, side);
}
