/**
 * Optimal assignment of a rectangular cost matrix by shortest augmenting paths with potentials
 * (Kuhn 1955, Jonker and Volgenant 1987). O(n^2 m) for n rows and m >= n columns.
 *
 * cost: [rows, columns] row-major, finite. Returns pairs in ascending row order, min(rows, columns) of them.
 * Throws RangeError for a cost that is NaN: no assignment is best then.
 */
export function assign(
  cost: Float64Array,
  rows: number,
  columns: number,
): { readonly rows: Int32Array; readonly columns: Int32Array } {
  for (let k = 0; k < rows * columns; k++) {
    if (Number.isNaN(cost[k]!))
      throw new RangeError(`cost of row ${Math.floor(k / columns)}, column ${k % columns} is NaN`);
  }
  if (rows <= columns) {
    const columnOf = assignRows(cost, rows, columns, columns, 1);
    return { rows: Int32Array.from(columnOf.keys()), columns: columnOf };
  }
  const rowOf = assignRows(cost, columns, rows, 1, columns);
  const order = Array.from(rowOf.keys()).sort((a, b) => rowOf[a]! - rowOf[b]!);
  return { rows: Int32Array.from(order, (k) => rowOf[k]!), columns: Int32Array.from(order) };
}

/** For n <= m: the column of each row. `rowStep` and `columnStep` let the matrix be read transposed. */
function assignRows(
  cost: Float64Array,
  n: number,
  m: number,
  rowStep: number,
  columnStep: number,
): Int32Array {
  const rowPrice = new Float64Array(n + 1);
  const columnPrice = new Float64Array(m + 1);
  const rowOf = new Int32Array(m + 1); // 1-based; 0: free
  const from = new Int32Array(m + 1);
  const slack = new Float64Array(m + 1);
  const seen = new Uint8Array(m + 1);
  for (let row = 1; row <= n; row++) {
    rowOf[0] = row;
    slack.fill(Infinity);
    seen.fill(0);
    let column = 0;
    do {
      seen[column] = 1;
      const current = rowOf[column]!;
      const base = (current - 1) * rowStep;
      let least = Infinity;
      let next = 0;
      for (let j = 1; j <= m; j++) {
        if (seen[j]) continue;
        const reduced = cost[base + (j - 1) * columnStep]! - rowPrice[current]! - columnPrice[j]!;
        if (reduced < slack[j]!) {
          slack[j] = reduced;
          from[j] = column;
        }
        if (slack[j]! < least) {
          least = slack[j]!;
          next = j;
        }
      }
      for (let j = 0; j <= m; j++) {
        if (seen[j]) {
          rowPrice[rowOf[j]!]! += least;
          columnPrice[j]! -= least;
        } else {
          slack[j]! -= least;
        }
      }
      column = next;
    } while (rowOf[column] !== 0);
    while (column !== 0) {
      const previous = from[column]!;
      rowOf[column] = rowOf[previous]!;
      column = previous;
    }
  }
  const columnOf = new Int32Array(n);
  for (let j = 1; j <= m; j++) if (rowOf[j]! > 0) columnOf[rowOf[j]! - 1] = j - 1;
  return columnOf;
}
