import type { Size } from "../viewport.ts";
import { loadBitmap, paintBitmap, type PictureSource, type PictureState } from "./source.ts";

/** A picture that is decoded as a whole; its thumbnail stands in until then. */
export function openWholePicture(
  urls: { readonly file: string; readonly thumb: string },
  size: Size,
  onChange: () => void,
): PictureSource {
  const wanted = new AbortController();
  const place = { x: 0, y: 0, w: size.width, h: size.height };
  let thumb: ImageBitmap | null = null;
  let whole: ImageBitmap | null = null;
  let state: PictureState = "loading";

  async function loadWhole() {
    whole = await loadBitmap(urls.file, wanted.signal);
    thumb?.close();
    thumb = null;
    state = "ready";
  }
  async function loadThumb() {
    const bitmap = await loadBitmap(urls.thumb, wanted.signal);
    if (whole) bitmap.close();
    else thumb = bitmap;
  }
  function settle(failed: boolean) {
    if (wanted.signal.aborted) return release();
    if (failed) state = "failed";
    onChange();
  }
  function release() {
    thumb?.close();
    whole?.close();
    thumb = whole = null;
  }
  loadWhole().then(
    () => settle(false),
    () => settle(true),
  );
  // Only a stand-in: where it fails, the whole picture says so.
  loadThumb().then(
    () => settle(false),
    () => undefined,
  );

  return {
    ...size,
    get state() {
      return state;
    },
    paint(ctx, view) {
      const bitmap = whole ?? thumb;
      if (bitmap) paintBitmap(ctx, bitmap, place, view);
    },
    dispose() {
      wanted.abort();
      release();
    },
  };
}
