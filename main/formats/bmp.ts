import { AppError } from "../../shared/domain/app-error.ts";

export interface BmpPixels {
  readonly width: number;
  readonly height: number;
  /** [height,width,3] RGB */
  readonly pixels: Uint8Array;
}

const MOST_PIXELS = 400_000_000;

/** Decodes an uncompressed BMP of 8 (palette), 24 or 32 bits, which libvips does not read. Throws `picture/unreadable`. */
export function decodeBmp(file: Buffer): BmpPixels {
  if (file.length < 54 || file.toString("latin1", 0, 2) !== "BM") throw unreadable("no BMP header");
  const start = file.readUInt32LE(10);
  const headerSize = file.readUInt32LE(14);
  const width = file.readInt32LE(18);
  const signedHeight = file.readInt32LE(22);
  const bits = file.readUInt16LE(28);
  const compression = file.readUInt32LE(30);
  const height = Math.abs(signedHeight);
  if (width < 1 || height < 1 || width * height > MOST_PIXELS) {
    throw unreadable(`size ${width} x ${height}`);
  }
  // 3 states the channels' places, which for 32 bits are nearly always the usual ones.
  const plain = compression === 0 || (compression === 3 && bits === 32);
  if (!plain || (bits !== 8 && bits !== 24 && bits !== 32)) {
    throw unreadable(`${bits} bits, compression ${compression}`);
  }
  const stride = Math.ceil((width * bits) / 32) * 4;
  if (start + stride * height > file.length) throw unreadable("it is cut off");
  const palette = 14 + headerSize;
  const bytesPerPixel = bits / 8;
  const pixels = new Uint8Array(3 * width * height);
  for (let y = 0; y < height; y += 1) {
    // Rows go from the bottom up unless the height is negative.
    const row = start + stride * (signedHeight > 0 ? height - 1 - y : y);
    for (let x = 0; x < width; x += 1) {
      const at = bits === 8 ? palette + 4 * file[row + x]! : row + x * bytesPerPixel;
      const to = 3 * (y * width + x);
      pixels[to] = file[at + 2] ?? 0;
      pixels[to + 1] = file[at + 1] ?? 0;
      pixels[to + 2] = file[at] ?? 0;
    }
  }
  return { width, height, pixels };
}

function unreadable(reason: string): AppError {
  return new AppError(
    "picture/unreadable",
    `The BMP file cannot be shown (${reason}). Save it as PNG.`,
  );
}
