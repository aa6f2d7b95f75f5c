import type { EvaluationArrays } from "../../shared/evaluation/types.ts";

/**
 * The three arrays as one safetensors file in float64, in pycocotools' order: precision [T,R,K,A,M],
 * recall [T,K,A,M], scores [T,R,K,A,M]. Layout: u64 length of the header, JSON header padded with blanks to a
 * multiple of 8, then the tensors one after the other, little-endian.
 */
export function encodeEvaluationArrays({
  shape: { T, R, K, A, M },
  precision,
  recall,
  scores,
}: EvaluationArrays): Uint8Array[] {
  const tensors: [name: string, shape: number[], values: Float64Array][] = [
    ["precision", [T, R, K, A, M], precision],
    ["recall", [T, K, A, M], recall],
    ["scores", [T, R, K, A, M], scores],
  ];
  let offset = 0;
  const entries = tensors.map(([name, tensorShape, values]) => {
    const range = [offset, (offset += values.byteLength)];
    return [name, { dtype: "F64", shape: tensorShape, data_offsets: range }];
  });
  const text = JSON.stringify(Object.fromEntries(entries));
  const header = new TextEncoder().encode(text.padEnd(Math.ceil(text.length / 8) * 8));
  const length = new Uint8Array(8);
  new DataView(length.buffer).setBigUint64(0, BigInt(header.length), true);
  return [
    length,
    header,
    ...tensors.map(
      ([, , { buffer, byteOffset, byteLength }]) => new Uint8Array(buffer, byteOffset, byteLength),
    ),
  ];
}

/** The arrays without the area ranges before `first`. */
export function withoutFirstRanges(arrays: EvaluationArrays, first: number): EvaluationArrays {
  const { A, M } = arrays.shape;
  if (first === 0) return arrays;
  const keep = (values: Float64Array) => values.filter((_, i) => Math.floor(i / M) % A >= first);
  return {
    shape: { ...arrays.shape, A: A - first },
    precision: keep(arrays.precision),
    recall: keep(arrays.recall),
    scores: keep(arrays.scores),
  };
}
