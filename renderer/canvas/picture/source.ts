import type { Size, Viewport } from "../viewport.ts";

export type PictureState = "loading" | "ready" | "failed";

/** Something that can draw the picture at any view. `onChange` is called when more of it can be drawn. */
export interface PictureSource extends Size {
  readonly state: PictureState;
  /** aside: a look besides the view on screen, such as a loupe's, for which nothing is forgotten. */
  readonly paint: (
    ctx: CanvasRenderingContext2D,
    view: Viewport,
    how?: { readonly aside: boolean },
  ) => void;
  readonly dispose: () => void;
}

/**
 * Draws the part of `bitmap` that is in view. The bitmap stands for the whole picture and may be smaller.
 * Whole pixels are taken, so that at high zoom each is a sharp square.
 */
export function paintBitmap(
  ctx: CanvasRenderingContext2D,
  bitmap: ImageBitmap,
  /** Where the bitmap lies on the picture, image pixels. */
  place: { readonly x: number; readonly y: number; readonly w: number; readonly h: number },
  view: Viewport,
): void {
  const across = place.w / bitmap.width; // image pixels per bitmap pixel
  const down = place.h / bitmap.height;
  const left = Math.max(0, Math.floor((-view.originX / view.scale - place.x) / across));
  const top = Math.max(0, Math.floor((-view.originY / view.scale - place.y) / down));
  const right = Math.min(
    bitmap.width,
    Math.ceil(((view.width - view.originX) / view.scale - place.x) / across),
  );
  const bottom = Math.min(
    bitmap.height,
    Math.ceil(((view.height - view.originY) / view.scale - place.y) / down),
  );
  if (right <= left || bottom <= top) return;
  // Only pixels of the original are shown as squares; a smaller stand-in would look like another picture.
  const isOriginal = across <= 1;
  ctx.imageSmoothingEnabled = !isOriginal || view.scale < 1;
  ctx.drawImage(
    bitmap,
    left,
    top,
    right - left,
    bottom - top,
    (place.x + left * across) * view.scale + view.originX,
    (place.y + top * down) * view.scale + view.originY,
    (right - left) * across * view.scale,
    (bottom - top) * down * view.scale,
  );
}

/** Fetches and decodes a picture. Throws where it cannot be had, AbortError when it is no longer wanted. */
export async function loadBitmap(url: string, signal: AbortSignal): Promise<ImageBitmap> {
  const response = await fetch(url, { signal });
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  return createImageBitmap(await response.blob());
}
