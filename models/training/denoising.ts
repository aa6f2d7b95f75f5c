/**
 * Contrastive denoising (DINO, as RT-DETR trains with it): copies of the ground truth with noise, half of them near
 * (to be restored) and half further off (to be rejected), in groups that cannot see each other.
 */
import type { ImageTruth, Matches } from "../losses/matching.ts";
import type { RandomStream } from "./random.ts";

export interface DenoisingNoise {
  /** About how many queries, over all groups. */
  readonly queries: number;
  /** Half of this share of the labels is drawn anew. */
  readonly labelNoise: number;
  /** Noise of a box's corners in units of half its size. */
  readonly boxNoise: number;
  /** The number of queries is padded to a multiple of this, so that batches share one graph; 1 if absent. */
  readonly multiple?: number;
}

export interface DenoisingGroup {
  /** Queries an image that belong to a group; the losses see these only. */
  readonly count: number;
  /** D queries an image: `count` and after them such that no other query sees. */
  readonly padded: number;
  readonly groups: number;
  /** [B,D] class of each query; `classes` for padding. */
  readonly labels: Int32Array;
  /** [B,D] 1, or 0 for padding. */
  readonly real: Float32Array;
  /** [B,D,4] boxes before the sigmoid. */
  readonly boxLogits: Float32Array;
  /** [D+Q,D+Q] 0, or very low where attention is barred. */
  readonly mask: Float32Array;
  /** The near copies and what they should say. */
  readonly matches: Matches;
}

/** What is added to an attention score that may not count. */
const BARRED = -1e9;

/** Null where no image of the batch has a box. */
export function denoisingQueries(
  truth: readonly ImageTruth[],
  classes: number,
  selected: number,
  noise: DenoisingNoise,
  random: RandomStream,
): DenoisingGroup | null {
  const most = Math.max(0, ...truth.map((image) => image.classes.length));
  if (most === 0 || noise.queries === 0) return null;
  const groups = Math.max(1, Math.floor(noise.queries / most));
  const count = most * 2 * groups;
  const multiple = noise.multiple ?? 1;
  const padded = Math.ceil(count / multiple) * multiple;
  const labels = new Int32Array(truth.length * padded).fill(classes);
  const boxLogits = new Float32Array(truth.length * padded * 4).fill(logit(0));
  const image: number[] = [];
  const query: number[] = [];
  const object: number[] = [];
  truth.forEach((objects, b) => {
    for (let slot = 0; slot < groups * 2; slot++) {
      const far = slot % 2 === 1;
      for (let n = 0; n < objects.classes.length; n++) {
        const at = slot * most + n;
        const row = b * padded + at;
        labels[row] =
          random.next() < noise.labelNoise / 2 ? random.integer(classes) : objects.classes[n]!;
        boxLogits.set(noisyBox(objects.boxes, n, far, noise.boxNoise, random), row * 4);
        if (far) continue;
        image.push(b);
        query.push(at);
        object.push(n);
      }
    }
  });
  return {
    count,
    padded,
    groups,
    labels,
    real: Float32Array.from(labels, (label) => (label < classes ? 1 : 0)),
    boxLogits,
    mask: groupMask(most * 2, groups, padded, selected),
    matches: {
      image: Int32Array.from(image),
      query: Int32Array.from(query),
      truth: Int32Array.from(object),
    },
  };
}

/** Each corner moves by up to half the box's size (near), or by between half and all of it (far). */
function noisyBox(
  boxes: Float64Array,
  row: number,
  far: boolean,
  scale: number,
  random: RandomStream,
): number[] {
  const [cx, cy, w, h] = boxes.subarray(row * 4, row * 4 + 4) as unknown as number[];
  const corners = [cx! - w! / 2, cy! - h! / 2, cx! + w! / 2, cy! + h! / 2];
  const moved = corners.map((value, k) => {
    const reach = ((k % 2 === 0 ? w! : h!) / 2) * scale;
    const sign = random.integer(2) * 2 - 1;
    const part = random.next() + (far ? 1 : 0);
    return Math.min(1, Math.max(0, value + sign * part * reach));
  });
  const [x1, y1, x2, y2] = moved as [number, number, number, number];
  return [(x1 + x2) / 2, (y1 + y2) / 2, x2 - x1, y2 - y1].map(logit);
}

const LOGIT_MARGIN = 1e-5;

function logit(value: number): number {
  const within = Math.min(1, Math.max(0, value));
  return Math.log(Math.max(within, LOGIT_MARGIN) / Math.max(1 - within, LOGIT_MARGIN));
}

/** Selected queries do not see denoising ones; a group sees itself and the selected ones; nobody sees padding. */
function groupMask(
  perGroup: number,
  groups: number,
  padded: number,
  selected: number,
): Float32Array {
  const size = padded + selected;
  const groupOf = (query: number): number => {
    if (query >= padded) return -1;
    return query < perGroup * groups ? Math.floor(query / perGroup) : -2;
  };
  const mask = new Float32Array(size * size);
  for (let from = 0; from < size; from++) {
    const own = groupOf(from);
    for (let to = 0; to < padded; to++) if (groupOf(to) !== own) mask[from * size + to] = BARRED;
  }
  return mask;
}
