import type { Layers } from "./layers.ts";

/**
 * Multi-head attention within one set of tokens. tokens: [B,N,C] give the values; with `position` [B or 1,N,C]
 * added they give queries and keys. mask: [N,N], added to the scores, or null. Returns [B,N,C].
 */
export function selfAttention<T>(
  layers: Layers<T>,
  tokens: T,
  position: T,
  names: { readonly prefix: string; readonly heads: number },
  mask: T | null,
): T {
  const { ops } = layers;
  const { prefix, heads } = names;
  const [batch, count, channels] = ops.shapeOf(tokens) as [number, number, number];
  const width = channels / heads;
  const split = (x: T): T => {
    const perHead = ops.transpose(ops.reshape(x, [batch, count, heads, width]), [0, 2, 1, 3]);
    return ops.reshape(perHead, [batch * heads, count, width]);
  };
  const placed = ops.add(tokens, position);
  const queries = split(ops.mul(layers.linear(placed, `${prefix}.q_proj`), 1 / Math.sqrt(width)));
  const keys = split(layers.linear(placed, `${prefix}.k_proj`));
  const values = split(layers.linear(tokens, `${prefix}.v_proj`));
  const scores = ops.matMul(queries, keys, true); // [B*H,N,N]
  const shares = ops.softmax(mask === null ? scores : ops.add(scores, mask));
  const sums = ops.reshape(ops.matMul(shares, values), [batch, heads, count, width]);
  const joined = ops.reshape(ops.transpose(sums, [0, 2, 1, 3]), [batch, count, channels]);
  return layers.linear(joined, `${prefix}.out_proj`);
}
