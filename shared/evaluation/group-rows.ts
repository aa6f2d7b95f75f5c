/** Rows of columns brought into the order class, image, file order. */

export interface GroupedRows {
  /** [n] row numbers in the new order. */
  readonly rows: Int32Array;
  /** [K+1] where each class begins in `rows`. */
  readonly classStart: Int32Array;
}

/** Two stable counting sorts; the first is left out where the rows already stand by ascending image. */
export function groupByClassAndImage(
  columns: { readonly image: Int32Array; readonly category: Int32Array },
  classCount: number,
  imageCount: number,
): GroupedRows {
  const byImage = isAscending(columns.image)
    ? null
    : countingSort(columns.image, imageCount, null).rows;
  const { rows, start } = countingSort(columns.category, classCount, byImage);
  return { rows, classStart: start };
}

/**
 * Stable. `keys` [n] in 0..keyCount-1; `order` gives the rows in the order to keep among equal keys, null for file
 * order. Returns the rows by ascending key and [keyCount+1] where each key begins.
 */
export function countingSort(
  keys: Int32Array,
  keyCount: number,
  order: Int32Array | null,
): { rows: Int32Array; start: Int32Array } {
  const start = new Int32Array(keyCount + 1);
  for (let row = 0; row < keys.length; row++) start[keys[row]! + 1]!++;
  for (let key = 0; key < keyCount; key++) start[key + 1]! += start[key]!;
  const next = start.slice();
  const rows = new Int32Array(start[keyCount]!);
  for (let at = 0; at < keys.length; at++) {
    const row = order ? order[at]! : at;
    rows[next[keys[row]!]!++] = row;
  }
  return { rows, start };
}

export function isAscending(values: Int32Array): boolean {
  for (let i = 1; i < values.length; i++) if (values[i]! < values[i - 1]!) return false;
  return true;
}
