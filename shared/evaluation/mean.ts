/** Means as numpy takes them, so that summaries agree with pycocotools to the last bit. */

/** The mean of the first `count` values; null where there is none. */
export function mean(values: Float64Array, count: number): number | null {
  return count === 0 ? null : pairwiseSum(values, 0, count) / count;
}

const BLOCK = 128;

/** numpy's pairwise summation: eight running sums in blocks of 128, halves above that. */
function pairwiseSum(values: Float64Array, from: number, count: number): number {
  if (count < 8) {
    let sum = 0;
    for (let i = from; i < from + count; i++) sum += values[i]!;
    return sum;
  }
  if (count <= BLOCK) return blockSum(values, from, count);
  const half = Math.floor(count / 2);
  const left = half - (half % 8);
  return pairwiseSum(values, from, left) + pairwiseSum(values, from + left, count - left);
}

function blockSum(values: Float64Array, from: number, count: number): number {
  const lanes = values.slice(from, from + 8);
  const even = from + count - (count % 8);
  for (let i = from + 8; i < even; i += 8)
    for (let lane = 0; lane < 8; lane++) lanes[lane]! += values[i + lane]!;
  let sum =
    lanes[0]! +
    lanes[1]! +
    (lanes[2]! + lanes[3]!) +
    (lanes[4]! + lanes[5]! + (lanes[6]! + lanes[7]!));
  for (let i = even; i < from + count; i++) sum += values[i]!;
  return sum;
}
