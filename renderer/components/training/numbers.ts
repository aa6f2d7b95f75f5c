/** Short numbers on axes and in tooltips. */

/** `12.4`, `0.083`, `3.1e-5`: three digits that matter. */
export function formatLoss(value: number): string {
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size < 1e-3 || size >= 1e5) return value.toExponential(1).replace(".0e", "e");
  return String(Number(value.toPrecision(3)));
}

export function formatGigabytes(bytes: number): string {
  return (bytes / 1e9).toFixed(2);
}
