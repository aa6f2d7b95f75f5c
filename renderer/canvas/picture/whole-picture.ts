import type { Size, Viewport } from "../viewport.ts";
import { loadBitmap, paintBitmap, type PictureSource, type PictureState } from "./source.ts";

/** Halves are made down to this longest side, pixels. */
const SMALLEST = 512;

/**
 * A picture that is decoded as a whole; its thumbnail stands in until then. Halves of it, quarters and so on are
 * kept too: drawing a large picture small is the slowest thing on the page, and so a picture of about the size on
 * screen is drawn instead.
 */
export function openWholePicture(
  urls: { readonly file: string; readonly thumb: string },
  size: Size,
  onChange: () => void,
): PictureSource {
  const wanted = new AbortController();
  const place = { x: 0, y: 0, w: size.width, h: size.height };
  let thumb: ImageBitmap | null = null;
  /** The whole picture, then half of it, a quarter, … */
  let levels: ImageBitmap[] = [];
  let state: PictureState = "loading";

  async function loadWhole() {
    levels = [await loadBitmap(urls.file, wanted.signal)];
    thumb?.close();
    thumb = null;
    state = "ready";
    changed();
    await addHalves();
  }
  async function addHalves() {
    for (;;) {
      const last = levels.at(-1);
      if (!last || Math.max(last.width, last.height) < 2 * SMALLEST) return;
      const half = await createImageBitmap(last, {
        resizeWidth: Math.ceil(last.width / 2),
        resizeHeight: Math.ceil(last.height / 2),
        resizeQuality: "medium",
      });
      if (wanted.signal.aborted) return half.close();
      levels.push(half);
      changed();
    }
  }
  async function loadThumb() {
    const bitmap = await loadBitmap(urls.thumb, wanted.signal);
    if (levels.length > 0) bitmap.close();
    else thumb = bitmap;
    changed();
  }
  function changed() {
    if (wanted.signal.aborted) release();
    else onChange();
  }
  function release() {
    thumb?.close();
    for (const level of levels) level.close();
    thumb = null;
    levels = [];
  }
  loadWhole().catch(() => {
    // Without its halves the picture is only slower.
    if (levels.length === 0) state = "failed";
    changed();
  });
  // Only a stand-in: where it fails, the whole picture says so.
  loadThumb().catch(() => undefined);

  /** The smallest that still has a pixel for each pixel of the screen. */
  function levelFor(view: Viewport): ImageBitmap | undefined {
    const needed = size.width * view.scale * window.devicePixelRatio;
    return levels.findLast((level) => level.width >= needed) ?? levels[0];
  }

  return {
    ...size,
    get state() {
      return state;
    },
    paint(ctx, view) {
      const bitmap = levelFor(view) ?? thumb;
      if (bitmap) paintBitmap(ctx, bitmap, place, view);
    },
    dispose() {
      wanted.abort();
      release();
    },
  };
}
