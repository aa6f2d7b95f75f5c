import { imagePoint, screenPoint, type ImagePoint } from "../../shared/geometry/spaces.ts";
import type { PictureSource } from "./picture/source.ts";
import { overPicture } from "./paint/styles.ts";
import { FALSE_ALARM, MISS, type Judgement, type Scene } from "./scene/scene.ts";
import { HIDDEN } from "./scene/visibility.ts";
import { visibleRect, type Size, type Viewport } from "./viewport.ts";

const LONGEST = 176;

/** A small picture of the whole with the errors on it, and where the view is. */
export interface Minimap {
  readonly canvas: HTMLCanvasElement;
  /** Draws picture and errors anew: they have changed. */
  readonly redraw: (
    picture: PictureSource,
    scene: Scene,
    judgement: Judgement,
    shown: Uint8Array,
  ) => void;
  /** Draws where the view is. Hidden while the view shows everything. */
  readonly follow: (view: Viewport, picture: Size) => void;
  /** The image point under a pointer event. */
  readonly pointAt: (event: PointerEvent, picture: Size) => ImagePoint;
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
    redraw(picture, scene, judgement, shown) {
      const { width, height, ratio } = size(picture);
      const ctx = still.getContext("2d")!;
      ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
      ctx.fillStyle = "#14181e";
      ctx.fillRect(0, 0, width, height);
      picture.paint(ctx, { scale, originX: 0, originY: 0, width, height });
      ctx.fillStyle = "rgb(12 16 22 / 45%)";
      ctx.fillRect(0, 0, width, height);
      // Misses are squares and false alarms dots; misses last, on top.
      paintErrors(ctx, scene, judgement, shown, scale, FALSE_ALARM);
      paintErrors(ctx, scene, judgement, shown, scale, MISS);
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
    pointAt(event) {
      const frame = canvas.getBoundingClientRect();
      const at = screenPoint(event.clientX - frame.left, event.clientY - frame.top);
      return imagePoint(at.x / scale, at.y / scale);
    },
  };
}

function paintErrors(
  ctx: CanvasRenderingContext2D,
  scene: Scene,
  judgement: Judgement,
  shown: Uint8Array,
  scale: number,
  verdict: number,
): void {
  ctx.fillStyle = verdict === MISS ? overPicture.miss : overPicture.falseAlarm;
  const side = verdict === MISS ? 2.5 : 1.75;
  for (let i = 0; i < scene.count; i += 1) {
    if (judgement.verdict[i] !== verdict || shown[i] === HIDDEN) continue;
    const x = (scene.boxes[i * 4]! + scene.boxes[i * 4 + 2]! / 2) * scale;
    const y = (scene.boxes[i * 4 + 1]! + scene.boxes[i * 4 + 3]! / 2) * scale;
    ctx.fillRect(x - side / 2, y - side / 2, side, side);
  }
}
