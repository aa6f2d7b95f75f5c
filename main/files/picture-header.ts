import { closeSync, openSync, readSync } from "node:fs";
import sharp from "sharp";

/** What a picture's first bytes say. Sizes are as shown, that is after EXIF rotation. */
export interface PictureHeader {
  readonly width: number;
  readonly height: number;
  /** True where EXIF swaps the sides. */
  readonly turned: boolean;
  readonly bitsPerChannel: number;
  readonly channels: number;
}

export type HeaderRead =
  | { readonly ok: true; readonly header: PictureHeader }
  | {
      readonly ok: false;
      readonly problem: "missing" | "empty" | "unreadable";
      readonly reason: string;
    };

/** Reads a picture's size without decoding it: JPEG and PNG in a few small reads, others through libvips. */
export async function readPictureHeader(path: string): Promise<HeaderRead> {
  const quick = probeHeader(path);
  if (quick !== null) return quick;
  try {
    const meta = await sharp(path).metadata();
    const turned = (meta.orientation ?? 1) >= 5;
    return {
      ok: true,
      header: {
        width: turned ? meta.height : meta.width,
        height: turned ? meta.width : meta.height,
        turned,
        bitsPerChannel: meta.depth === "ushort" || meta.depth === "short" ? 16 : 8,
        channels: meta.channels,
      },
    };
  } catch (error) {
    return unreadable(
      error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error),
    );
  }
}

/** The header where it is JPEG, PNG, BMP or not readable at all; null where libvips must be asked. */
export function probeHeader(path: string): HeaderRead | null {
  let fd: number;
  try {
    fd = openSync(path, "r");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return { ok: false, problem: "missing", reason: "it is not there" };
    return unreadable(String(code));
  }
  try {
    const start = Buffer.alloc(512);
    const length = readSync(fd, start, 0, start.length, 0);
    if (length === 0) return { ok: false, problem: "empty", reason: "it has 0 bytes" };
    if (start[0] === 0xff && start[1] === 0xd8) return jpegHeader(fd);
    if (start.readUInt32BE(0) === 0x89504e47) return pngHeader(fd, start, length);
    if (start[0] === 0x42 && start[1] === 0x4d) return bmpHeader(start, length);
    return isOtherPicture(start) ? null : unreadable("it is not a picture");
  } catch (error) {
    return unreadable(error instanceof Error ? error.message : String(error));
  } finally {
    closeSync(fd);
  }
}

/** GIF, WebP, TIFF, BigTIFF, AVIF, by their first bytes. */
function isOtherPicture(start: Buffer): boolean {
  const begin = start.toString("latin1", 0, 4);
  return (
    begin === "GIF8" ||
    (begin === "RIFF" && start.toString("latin1", 8, 12) === "WEBP") ||
    ["II*\0", "MM\0*", "II+\0", "MM\0+"].includes(begin) ||
    start.toString("latin1", 4, 8) === "ftyp"
  );
}

function unreadable(reason: string): HeaderRead {
  return { ok: false, problem: "unreadable", reason };
}

function sized(
  width: number,
  height: number,
  orientation: number,
  bitsPerChannel: number,
  channels: number,
): HeaderRead {
  if (width < 1 || height < 1) return unreadable(`its size is ${width} x ${height}`);
  const turned = orientation >= 5 && orientation <= 8;
  return {
    ok: true,
    header: {
      width: turned ? height : width,
      height: turned ? width : height,
      turned,
      bitsPerChannel,
      channels,
    },
  };
}

/** Follows the segments of a JPEG up to the frame header. */
function jpegHeader(fd: number): HeaderRead {
  const head = Buffer.alloc(12);
  let at = 2;
  let orientation = 1;
  for (let segments = 0; segments < 200; segments += 1) {
    if (readSync(fd, head, 0, 12, at) < 4) return unreadable("it is cut off");
    if (head[0] !== 0xff) return unreadable("it is damaged");
    const marker = head[1]!;
    if (marker === 0xff) {
      at += 1; // Fill bytes may stand before a marker.
      continue;
    }
    const length = head.readUInt16BE(2);
    const isFrame =
      marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
    if (isFrame) {
      return sized(head.readUInt16BE(7), head.readUInt16BE(5), orientation, head[4]!, head[9]!);
    }
    if (marker === 0xd9 || marker === 0xda) return unreadable("it has no frame header");
    if (marker === 0xe1 && head.toString("latin1", 4, 8) === "Exif") {
      const tiff = Buffer.alloc(Math.max(0, length - 8));
      readSync(fd, tiff, 0, tiff.length, at + 10);
      orientation = exifOrientation(tiff);
    }
    at += 2 + length;
  }
  return unreadable("it has no frame header");
}

/** Walks the chunks of a PNG before its pixels, for the EXIF one. */
function pngHeader(fd: number, start: Buffer, length: number): HeaderRead {
  if (length < 33 || start.toString("latin1", 12, 16) !== "IHDR")
    return unreadable("it is cut off");
  const channelsOfColourType: Record<number, number> = { 0: 1, 2: 3, 3: 3, 4: 2, 6: 4 };
  let orientation = 1;
  const head = Buffer.alloc(8);
  let at = 33;
  for (let chunks = 0; chunks < 64; chunks += 1) {
    if (readSync(fd, head, 0, 8, at) < 8) return unreadable("it is cut off");
    const type = head.toString("latin1", 4, 8);
    if (type === "IDAT") break;
    const size = head.readUInt32BE(0);
    if (type === "eXIf" && size < 1 << 20) {
      const tiff = Buffer.alloc(size);
      readSync(fd, tiff, 0, size, at + 8);
      orientation = exifOrientation(tiff);
    }
    at += 12 + size;
  }
  return sized(
    start.readUInt32BE(16),
    start.readUInt32BE(20),
    orientation,
    start[24]!,
    channelsOfColourType[start[25]!] ?? 3,
  );
}

function bmpHeader(start: Buffer, length: number): HeaderRead {
  if (length < 30) return unreadable("it is cut off");
  return sized(start.readInt32LE(18), Math.abs(start.readInt32LE(22)), 1, 8, 3);
}

/** Tag 0x0112 of the first directory of an EXIF block; 1 where it is absent or damaged. */
function exifOrientation(tiff: Buffer): number {
  if (tiff.length < 8) return 1;
  const little = tiff.toString("latin1", 0, 2) === "II";
  const u16 = (at: number) => (little ? tiff.readUInt16LE(at) : tiff.readUInt16BE(at));
  const u32 = (at: number) => (little ? tiff.readUInt32LE(at) : tiff.readUInt32BE(at));
  const directory = u32(4);
  if (directory + 2 > tiff.length) return 1;
  const entries = u16(directory);
  for (let entry = 0; entry < entries; entry += 1) {
    const at = directory + 2 + entry * 12;
    if (at + 12 > tiff.length) return 1;
    if (u16(at) === 0x0112) {
      const value = u16(at + 8);
      return value >= 1 && value <= 8 ? value : 1;
    }
  }
  return 1;
}
