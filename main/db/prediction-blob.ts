import { AppError } from "../../shared/domain/app-error.ts";

/** The predictions of one image, in file order. */
export interface PackedPredictions {
  /** [n,4] xywh pixels of the original image. */
  readonly boxes: Float64Array;
  /** [n] */
  readonly scores: Float64Array;
  /** [n] category.id rows. */
  readonly categoryIds: Int32Array;
}

const HEADER_BYTES = 8;
const MAGIC = 0x5046; // "FP"

/**
 * Packs as little-endian: u16 magic, u8 bytes a number (4 or 8), u8 0, u32 count, then the boxes, the scores
 * (float32 where that loses nothing, else float64) and the category ids (int32).
 */
export function packPredictions({ boxes, scores, categoryIds }: PackedPredictions): Buffer {
  const count = scores.length;
  const width = isFloat32(boxes) && isFloat32(scores) ? 4 : 8;
  const out = Buffer.allocUnsafe(HEADER_BYTES + count * (5 * width + 4));
  out.writeUInt16LE(MAGIC, 0);
  out.writeUInt8(width, 2);
  out.writeUInt8(0, 3);
  out.writeUInt32LE(count, 4);
  const Floats = width === 4 ? Float32Array : Float64Array;
  // Copied through arrays of their own: a Buffer's offset need not be aligned.
  let at = HEADER_BYTES;
  for (const part of [Floats.from(boxes), Floats.from(scores), categoryIds]) {
    out.set(new Uint8Array(part.buffer, part.byteOffset, part.byteLength), at);
    at += part.byteLength;
  }
  return out;
}

/** The reverse of packPredictions. Throws `project/damaged` where the blob is not one. */
export function unpackPredictions(blob: Uint8Array): PackedPredictions {
  const view = new DataView(blob.buffer, blob.byteOffset, blob.byteLength);
  const damaged = () =>
    new AppError(
      "project/damaged",
      `A block of ${blob.byteLength} bytes of predictions is damaged. Import the predictions again.`,
    );
  if (blob.byteLength < HEADER_BYTES || view.getUint16(0, true) !== MAGIC) throw damaged();
  const width = view.getUint8(2);
  const count = view.getUint32(4, true);
  if ((width !== 4 && width !== 8) || blob.byteLength !== HEADER_BYTES + count * (5 * width + 4))
    throw damaged();
  const Floats = width === 4 ? Float32Array : Float64Array;
  // Copied, for a Buffer's slice would share its memory, which need not be aligned.
  const take = (from: number, bytes: number) =>
    new Uint8Array(blob.subarray(from, from + bytes)).buffer;
  const boxBytes = count * 4 * width;
  const scoreBytes = count * width;
  return {
    boxes: Float64Array.from(new Floats(take(HEADER_BYTES, boxBytes))),
    scores: Float64Array.from(new Floats(take(HEADER_BYTES + boxBytes, scoreBytes))),
    categoryIds: new Int32Array(take(HEADER_BYTES + boxBytes + scoreBytes, count * 4)),
  };
}

function isFloat32(values: Float64Array): boolean {
  for (const value of values) if (Math.fround(value) !== value) return false;
  return true;
}
