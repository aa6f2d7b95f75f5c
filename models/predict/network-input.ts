/** From a picture file to what the network eats, decoded and resized off the JavaScript thread. */
import sharp from "sharp";
import type { Tile } from "../tiling/tile-grid.ts";
import { tileGrid } from "../tiling/tile-grid.ts";
import type { Detector } from "./detector.ts";

/** A decoded picture: RGB bytes, EXIF turned. */
export interface Picture {
  readonly data: Buffer;
  readonly width: number;
  readonly height: number;
}

/** A part of a picture resized to the network's input, and how to get back. */
export interface NetworkInput {
  readonly pixels: Uint8Array;
  /** Where the part begins in the picture. */
  readonly left: number;
  readonly top: number;
  /** Input pixels per picture pixel. */
  readonly scaleX: number;
  readonly scaleY: number;
  readonly tile: number | null;
}

export interface PreparedPicture {
  readonly width: number;
  readonly height: number;
  readonly tiles: readonly Tile[];
  readonly inputs: readonly NetworkInput[];
}

const GREY = { r: 114, g: 114, b: 114 };
const MOST_PIXELS = 1e9;

/** Throws what sharp throws: the file is missing, no picture, or cut off. */
export async function decodePicture(path: string): Promise<Picture> {
  const { data, info } = await sharp(path, { limitInputPixels: MOST_PIXELS, failOn: "error" })
    .rotate() // as the camera's EXIF says
    .toColourspace("srgb")
    .removeAlpha()
    .raw({ depth: "uchar" })
    .toBuffer({ resolveWithObject: true });
  if (info.channels === 3) return { data, width: info.width, height: info.height };
  const colour = Buffer.alloc(info.width * info.height * 3);
  for (let k = 0; k < info.width * info.height; k++)
    colour.fill(data[k * info.channels]!, k * 3, k * 3 + 3);
  return { data: colour, width: info.width, height: info.height };
}

/** The whole picture, or its tiles, as network inputs. The picture is decoded once. */
export async function preparePicture(
  path: string,
  detector: Pick<Detector, "input" | "fit">,
  tiling: { readonly size: number; readonly overlap: number } | null,
): Promise<PreparedPicture> {
  const picture = await decodePicture(path);
  const { width, height } = picture;
  if (!tiling) {
    const whole = { left: 0, top: 0, width, height };
    return { width, height, tiles: [], inputs: [await resizePart(picture, whole, detector, null)] };
  }
  const tiles = tileGrid(width, height, tiling.size, tiling.overlap);
  const inputs: NetworkInput[] = [];
  for (const [index, tile] of tiles.entries()) {
    const part = { left: tile.left, top: tile.top, width: tile.size, height: tile.size };
    inputs.push(await resizePart(picture, part, detector, index));
  }
  return { width, height, tiles, inputs };
}

/** A part of a picture, in its pixels; it may reach beyond the right and the bottom. */
export interface Part {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** A part of the picture as the network takes it; what lies beyond the picture is black. */
export async function resizePart(
  picture: Picture,
  part: Part,
  detector: Pick<Detector, "input" | "fit">,
  tile: number | null,
): Promise<NetworkInput> {
  const isWhole = part.width === picture.width && part.height === picture.height;
  return resized(isWhole ? picture : padded(picture, part), part, detector, tile);
}

/** Copies a part out of the picture; what lies beyond it is black. */
function padded(picture: Picture, part: Part): Picture {
  const data = Buffer.alloc(part.width * part.height * 3);
  const columns = Math.min(part.width, picture.width - part.left);
  const rows = Math.min(part.height, picture.height - part.top);
  for (let y = 0; y < rows; y++) {
    const from = ((part.top + y) * picture.width + part.left) * 3;
    picture.data.copy(data, y * part.width * 3, from, from + columns * 3);
  }
  return { data, width: part.width, height: part.height };
}

async function resized(
  picture: Picture,
  part: Part,
  { input, fit }: Pick<Detector, "input" | "fit">,
  tile: number | null,
): Promise<NetworkInput> {
  const stretch = { x: input.width / picture.width, y: input.height / picture.height };
  const even = Math.min(stretch.x, stretch.y);
  const width = fit === "stretch" ? input.width : Math.max(1, Math.round(picture.width * even));
  const height = fit === "stretch" ? input.height : Math.max(1, Math.round(picture.height * even));
  const raw = { width: picture.width, height: picture.height, channels: 3 as const };
  let image = sharp(picture.data, { raw }).resize(width, height, { fit: "fill", kernel: "linear" });
  if (width < input.width || height < input.height) {
    image = image.extend({
      right: input.width - width,
      bottom: input.height - height,
      background: GREY,
    });
  }
  return {
    pixels: await image.raw().toBuffer(),
    left: part.left,
    top: part.top,
    scaleX: width / picture.width,
    scaleY: height / picture.height,
    tile,
  };
}
