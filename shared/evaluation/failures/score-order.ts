import type { PredictionColumns } from "../types.ts";
import { rowsByImage } from "./rows-by-image.ts";

const DIGITS = 1 << 16;

/**
 * Prediction rows by descending score. Equal scores keep ascending images and, within an image, file order: the
 * order in which every protocol here walks them. Returns [P] row indices.
 */
export function scoreOrder(
  { image, score }: PredictionColumns,
  imageCount: number,
): Int32Array<ArrayBuffer> {
  const count = score.length;
  const keys = descendingKeys(score);
  let from = Int32Array.from(rowsByImage(image, imageCount).rows);
  let to = new Int32Array(count);
  // Four stable passes of 16 bits, lowest first; a digit that all rows share changes nothing.
  for (let digit = 0; digit < 4; digit++) {
    const word = digit >> 1;
    const shift = (digit & 1) * 16;
    const start = new Int32Array(DIGITS + 1);
    for (let row = 0; row < count; row++)
      start[((keys[2 * row + word]! >>> shift) & (DIGITS - 1)) + 1]!++;
    if (start.includes(count)) continue;
    for (let i = 0; i < DIGITS; i++) start[i + 1]! += start[i]!;
    for (let k = 0; k < count; k++) {
      const row = from[k]!;
      to[start[(keys[2 * row + word]! >>> shift) & (DIGITS - 1)]!++] = row;
    }
    [from, to] = [to, from];
  }
  return from;
}

/** [P,2] low and high word of an unsigned 64-bit key that grows as the score falls. */
function descendingKeys(score: Float64Array): Uint32Array {
  // Adding 0 turns -0 into 0: the two are equal scores.
  const keys = new Uint32Array(Float64Array.from(score, (value) => value + 0).buffer);
  for (let i = 0; i < keys.length; i += 2) {
    if (keys[i + 1]! >>> 31 === 1) continue; // Negative: the bits already grow as the number falls.
    keys[i] = ~keys[i]!;
    keys[i + 1] = ~keys[i + 1]! & 0x7fffffff;
  }
  return keys;
}
