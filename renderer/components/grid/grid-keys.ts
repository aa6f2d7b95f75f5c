/** Where the arrow and page keys lead in a grid; null for keys that are not the grid's. */
export function gridKeyTarget(
  key: string,
  from: number,
  grid: { readonly count: number; readonly columns: number; readonly rowsPerPage: number },
): number | null {
  const { count, columns, rowsPerPage } = grid;
  if (count === 0) return null;
  const steps: Record<string, number> = {
    ArrowRight: 1,
    ArrowLeft: -1,
    ArrowDown: columns,
    ArrowUp: -columns,
    PageDown: columns * rowsPerPage,
    PageUp: -columns * rowsPerPage,
  };
  if (key === "Home") return 0;
  if (key === "End") return count - 1;
  const step = steps[key];
  if (step === undefined) return null;
  if (from < 0) return 0;
  const target = from + step;
  // A step down from the last but one row may find no image below: the last one then.
  if (target >= count) return key === "ArrowRight" ? from : count - 1;
  if (target < 0) return key === "PageUp" ? from % columns : from;
  return target;
}
