/**
 * Where tiles of `size` begin along a side of `length` pixels, neighbours sharing `overlap`. The last is moved back to
 * end at the border; a side shorter than a tile has one, which is padded.
 */
export function tileStarts(length: number, size: number, overlap: number): number[] {
  const found: number[] = [];
  for (let at = 0; ; at += size - overlap) {
    if (at + size >= length) {
      found.push(Math.max(0, length - size));
      return found;
    }
    found.push(at);
  }
}

/** The borders of tiles that lie inside a side of `length` pixels, ascending. */
export function seamsAlong(length: number, size: number, overlap: number): number[] {
  const borders = tileStarts(length, size, overlap).flatMap((start) => [start, start + size]);
  return [...new Set(borders)].filter((at) => at > 0 && at < length).sort((a, b) => a - b);
}
