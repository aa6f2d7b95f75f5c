import { visibleRect, type Size, type Viewport } from "../viewport.ts";
import { loadBitmap, paintBitmap, type PictureSource, type PictureState } from "./source.ts";

/** Side of a tile, pixels of the original. */
const TILE = 1024;
/** Decoded tiles kept: 64 of 1024 x 1024 are 256 MB. */
const KEPT = 64;
/** More tiles than this in view are not asked for: the backdrop is sharp enough there. */
const MOST_IN_VIEW = 40;

interface Tile {
  readonly place: {
    readonly x: number;
    readonly y: number;
    readonly w: number;
    readonly h: number;
  };
  readonly wanted: AbortController;
  bitmap: ImageBitmap | null;
  /** Number of the paint that last used it. */
  used: number;
}

/** A picture too large to decode at once: a thumbnail as backdrop, and tiles of the original over it where needed. */
export function openTiledPicture(
  urls: {
    readonly thumb: string;
    readonly crop: (x: number, y: number, w: number, h: number) => string;
  },
  size: Size,
  onChange: () => void,
): PictureSource {
  const whole = { x: 0, y: 0, w: size.width, h: size.height };
  const wanted = new AbortController();
  const tiles = new Map<string, Tile>();
  let backdrop: ImageBitmap | null = null;
  let state: PictureState = "loading";
  let paints = 0;

  loadBitmap(urls.thumb, wanted.signal).then(
    (bitmap) => {
      if (wanted.signal.aborted) return bitmap.close();
      backdrop = bitmap;
      state = "ready";
      onChange();
    },
    () => {
      if (wanted.signal.aborted) return;
      state = "failed";
      onChange();
    },
  );

  function ask(x: number, y: number): Tile {
    const key = `${x} ${y}`;
    const known = tiles.get(key);
    if (known) return known;
    const w = Math.min(TILE, size.width - x);
    const h = Math.min(TILE, size.height - y);
    const tile: Tile = {
      place: { x, y, w, h },
      wanted: new AbortController(),
      bitmap: null,
      used: paints,
    };
    tiles.set(key, tile);
    loadBitmap(urls.crop(x, y, w, h), tile.wanted.signal).then(
      (bitmap) => {
        if (tile.wanted.signal.aborted) return bitmap.close();
        tile.bitmap = bitmap;
        onChange();
      },
      // Asked for again when it next comes into view; the backdrop is there meanwhile.
      () => tiles.delete(key),
    );
    return tile;
  }

  function drop(key: string, tile: Tile) {
    tile.wanted.abort();
    tile.bitmap?.close();
    tiles.delete(key);
  }

  /** Stops loading what has left the view and forgets the tiles unused for longest. */
  function tidy() {
    for (const [key, tile] of tiles) if (tile.used !== paints && !tile.bitmap) drop(key, tile);
    if (tiles.size <= KEPT) return;
    const oldest = [...tiles].sort(([, a], [, b]) => a.used - b.used);
    for (const [key, tile] of oldest.slice(0, tiles.size - KEPT)) drop(key, tile);
  }

  return {
    ...size,
    get state() {
      return state;
    },
    paint(ctx, view, how) {
      const aside = how?.aside === true;
      if (!aside) paints += 1;
      if (backdrop) paintBitmap(ctx, backdrop, whole, view);
      if (backdrop && view.scale * size.width <= backdrop.width) return aside ? undefined : tidy();
      const places = tilesInView(view, size);
      if (places.length <= MOST_IN_VIEW) {
        for (const { x, y } of places) {
          const tile = ask(x, y);
          tile.used = paints;
          if (tile.bitmap) paintBitmap(ctx, tile.bitmap, tile.place, view);
        }
      }
      if (!aside) tidy();
    },
    dispose() {
      wanted.abort();
      backdrop?.close();
      backdrop = null;
      for (const [key, tile] of tiles) drop(key, tile);
    },
  };
}

/** Top-left corners of the tiles a view touches, image pixels. */
export function tilesInView(view: Viewport, size: Size): { x: number; y: number }[] {
  const seen = visibleRect(view);
  const first = (from: number) => Math.max(0, Math.floor(from / TILE) * TILE);
  const places: { x: number; y: number }[] = [];
  for (let y = first(seen.y); y < Math.min(size.height, seen.y + seen.h); y += TILE)
    for (let x = first(seen.x); x < Math.min(size.width, seen.x + seen.w); x += TILE)
      places.push({ x, y });
  return places;
}
