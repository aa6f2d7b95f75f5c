/** Rows of a table grouped by image: those of image i are rows[offsets[i]] up to rows[offsets[i + 1]]. */
export interface RowsByImage {
  /** [I+1] */
  readonly offsets: Int32Array;
  /** [rows] row indices. */
  readonly rows: Int32Array;
}

/**
 * Groups rows by image in one counting pass.
 * image: [rows] index of each row's image. Within an image the rows keep `order`, or file order without one.
 */
export function rowsByImage(
  image: Int32Array,
  imageCount: number,
  order?: Int32Array,
): RowsByImage {
  const offsets = new Int32Array(imageCount + 1);
  for (let row = 0; row < image.length; row++) offsets[image[row]! + 1]!++;
  for (let i = 0; i < imageCount; i++) offsets[i + 1]! += offsets[i]!;
  const next = offsets.slice(0, imageCount);
  const rows = new Int32Array(image.length);
  for (let k = 0; k < image.length; k++) {
    const row = order === undefined ? k : order[k]!;
    rows[next[image[row]!]!++] = row;
  }
  return { offsets, rows };
}
