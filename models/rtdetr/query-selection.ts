import type { RtdetrConfig } from "./config.ts";
import type { Layers, SamplingGrid } from "./layers.ts";

const MEMORY = "model.enc_output";

/** The tokens that become queries, and what the encoder's own heads say of them. */
export interface QuerySelection<T> {
  /** Token of each query, int32 [B,Q]. */
  readonly tokens: T;
  /** Content of the queries, [B,Q,C]. */
  readonly content: T;
  readonly logits: T; // [B,Q,K]
  /** Boxes before the sigmoid, [B,Q,4]. */
  readonly boxLogits: T;
}

/**
 * Picks the tokens whose best class score is highest; their boxes start from anchors.
 * memory: [B,S,C], the levels one after another. `given` [B,Q] takes these tokens instead.
 */
export function selectQueries<T>(
  layers: Layers<T>,
  memory: T,
  shapes: SamplingGrid["shapes"],
  config: RtdetrConfig,
  given: T | null,
): QuerySelection<T> {
  const { ops } = layers;
  const [batch, positions, channels] = ops.shapeOf(memory) as [number, number, number];
  const { boxes, usable } = anchors(shapes);
  const masked = ops.mul(memory, ops.constant(usable, [1, positions, 1]));
  const best = (): T => {
    const scores = layers.linear(project(layers, masked), "model.enc_score_head");
    return ops.topKIndices(ops.max(scores), Math.min(config.num_queries, positions));
  };
  const tokens = given ?? layers.withoutGradient(best);
  const queries = ops.shapeOf(tokens)[1]!;
  const starts = Int32Array.from({ length: batch }, (_, image) => image * positions);
  const rows = ops.reshape(ops.add(tokens, ops.constant(starts, [batch, 1])), [batch * queries]);
  // The projection works token by token, so it is repeated for the chosen ones only: gradients then
  // flow through Q tokens instead of all.
  const chosen = ops.gatherRows(ops.reshape(masked, [batch * positions, channels]), rows);
  const content = project(layers, ops.reshape(chosen, [batch, queries, channels]));
  const anchorRows = ops.gatherRows(ops.constant(boxes, [positions, 4]), tokens); // [B,Q,4]
  return {
    tokens,
    content,
    logits: layers.linear(content, "model.enc_score_head"),
    boxLogits: ops.add(boxHead(layers, content, "model.enc_bbox_head").box, anchorRows),
  };
}

function project<T>(layers: Layers<T>, memory: T): T {
  return layers.layerNorm(layers.linear(memory, `${MEMORY}.0`), `${MEMORY}.1`);
}

/** Box head: three linear layers. x: [B,Q,C]. Returns the box [B,Q,4] and the last hidden layer [B,Q,C]. */
export function boxHead<T>(layers: Layers<T>, x: T, name: string): { box: T; hidden: T } {
  const first = layers.linear(x, `${name}.layers.0`, "relu");
  const hidden = layers.linear(first, `${name}.layers.1`, "relu");
  return { box: layers.linear(hidden, `${name}.layers.2`), hidden };
}

const ANCHOR_SIZE = 0.05;
const ANCHOR_MARGIN = 0.01;
/** Logit of unusable anchors: their boxes become the whole image and stay finite. */
const UNUSABLE = 3.4028234663852886e38;

/**
 * One square anchor for each position, 0.05 * 2^level wide, as logits of cx, cy, w, h: [S,4].
 * Unusable, 0 in `usable` [S], are those with a coordinate within 0.01 of the border.
 */
export function anchors(shapes: SamplingGrid["shapes"]): {
  boxes: Float32Array;
  usable: Float32Array;
} {
  const total = shapes.reduce((sum, [height, width]) => sum + height * width, 0);
  const boxes = new Float32Array(total * 4);
  const usable = new Float32Array(total);
  let position = 0;
  for (const [level, [height, width]] of shapes.entries())
    for (let row = 0; row < height; row += 1)
      for (let column = 0; column < width; column += 1) {
        const side = ANCHOR_SIZE * 2 ** level;
        const box = [(column + 0.5) / width, (row + 0.5) / height, side, side];
        const ok = box.every((value) => value > ANCHOR_MARGIN && value < 1 - ANCHOR_MARGIN);
        for (const [axis, value] of box.entries())
          boxes[position * 4 + axis] = ok ? Math.log(value / (1 - value)) : UNUSABLE;
        usable[position] = ok ? 1 : 0;
        position += 1;
      }
  return { boxes, usable };
}
