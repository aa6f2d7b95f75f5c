import { readFile } from "node:fs/promises";
import sharp, { type Sharp } from "sharp";
import { AppError } from "../../shared/domain/app-error.ts";
import { decodeBmp } from "../formats/bmp.ts";
import { extensionOf } from "./scan-folder.ts";

/** Larger pictures are refused: a few bytes can claim to be endless. */
const MOST_PIXELS = 1_000_000_000;
const LARGEST_CROP_SIDE = 4096;

// One thread a picture: several are made at once. Kept files would show stale pixels after a change.
sharp.concurrency(1);
sharp.cache({ memory: 64, items: 64, files: 0 });

const open = (path: string): Sharp =>
  sharp(path, { limitInputPixels: MOST_PIXELS, failOn: "error" });

export interface Rendered {
  readonly bytes: Buffer;
  readonly type: "image/png" | "image/jpeg" | "image/webp";
}

/** A part of a picture in pixels, after EXIF rotation. */
export interface CropBox {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

/** What a browser shows by itself, EXIF rotation included. CMYK and 16-bit pictures of these types do not count. */
const browserTypes: Readonly<Record<string, string>> = {
  jpg: "image/jpeg",
  jpeg: "image/jpeg",
  png: "image/png",
  webp: "image/webp",
  gif: "image/gif",
  bmp: "image/bmp",
  avif: "image/avif",
};

/** The media type under which the file can be sent as it is, or null where it must be converted. */
export async function browserType(path: string): Promise<string | null> {
  const type = browserTypes[extensionOf(path)];
  if (type === undefined) return null;
  if (type === "image/bmp") return type;
  const { space, depth, format } = await orUnreadable(path, () => open(path).metadata());
  if (space === "cmyk" || depth !== "uchar") return null;
  // A file may be of another type than its name says.
  return `image/${format === "heif" ? "avif" : format}`;
}

/** The whole picture, turned, in 8 bits and sRGB. */
export async function renderWhole(path: string): Promise<Rendered> {
  return orUnreadable(path, async () => {
    const { space } = await open(path).metadata();
    const picture = await upright(path);
    // CMYK pictures are photographs; TIFF and 16-bit ones are measurements, so nothing may be lost.
    return space === "cmyk"
      ? { bytes: await picture.jpeg({ quality: 95 }).toBuffer(), type: "image/jpeg" }
      : { bytes: await picture.png({ compressionLevel: 3 }).toBuffer(), type: "image/png" };
  });
}

/** The picture with its longer side at `side` pixels, or as it is where it is smaller. */
export async function renderThumb(path: string, side: number): Promise<Rendered> {
  return orUnreadable(path, async () => {
    const picture = await upright(path);
    const bytes = await picture
      .resize({ width: side, height: side, fit: "inside", withoutEnlargement: true })
      .flatten({ background: "#808080" })
      .jpeg({ quality: 82 })
      .toBuffer();
    return { bytes, type: "image/jpeg" };
  });
}

/**
 * A part of the picture, pixel for pixel, clipped to it; fractions are widened to whole pixels.
 * Throws `picture/outside` where nothing of it lies in the picture.
 */
export async function renderCrop(path: string, box: CropBox): Promise<Rendered> {
  return orUnreadable(path, async () => {
    const picture = await upright(path);
    const { width, height } = await pictureSize(path);
    const left = Math.max(0, Math.floor(box.x));
    const top = Math.max(0, Math.floor(box.y));
    const right = Math.min(width, Math.max(Math.ceil(box.x + box.w), left + 1));
    const bottom = Math.min(height, Math.max(Math.ceil(box.y + box.h), top + 1));
    if (left >= right || top >= bottom) {
      throw new AppError(
        "picture/outside",
        `The part ${box.x}, ${box.y}, ${box.w} x ${box.h} lies outside the ${width} x ${height} picture.`,
      );
    }
    const bytes = await picture
      .extract({
        left,
        top,
        width: Math.min(right - left, LARGEST_CROP_SIDE),
        height: Math.min(bottom - top, LARGEST_CROP_SIDE),
      })
      .png({ compressionLevel: 3 })
      .toBuffer();
    return { bytes, type: "image/png" };
  });
}

async function pictureSize(path: string): Promise<{ width: number; height: number }> {
  if (extensionOf(path) === "bmp") {
    const { width, height } = decodeBmp(await readFile(path));
    return { width, height };
  }
  const { width, height, orientation = 1 } = await open(path).metadata();
  return orientation >= 5 ? { width: height, height: width } : { width, height };
}

/** Turned by EXIF, 8 bits, sRGB. */
async function upright(path: string): Promise<Sharp> {
  if (extensionOf(path) === "bmp") {
    const { width, height, pixels } = decodeBmp(await readFile(path));
    return sharp(pixels, { raw: { width, height, channels: 3 } });
  }
  return open(path).autoOrient().toColourspace("srgb");
}

async function orUnreadable<Result>(path: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof AppError) throw error;
    const reason = error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
    throw new AppError(
      "picture/unreadable",
      `${path} cannot be shown (${reason}). Open it in another program to see whether it is damaged.`,
    );
  }
}
