/** Small sets made to break an evaluator. The same seed gives the same set. */
import type { AreaRange, EvaluationParams } from "../../../shared/domain/protocols.ts";
import type { EvaluationSet } from "../../../shared/evaluation/types.ts";

export interface HostileCase {
  readonly set: EvaluationSet;
  readonly params: EvaluationParams;
}

/** mulberry32: 32 bits of state are plenty for tests. Returns 0..1. */
export function seeded(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

type Box = [x: number, y: number, w: number, h: number];

export class HostileSets {
  readonly #random: () => number;

  constructor(seed: number) {
    this.#random = seeded(seed);
  }

  next(): HostileCase {
    const images = this.#whole(1, 5);
    const classes = this.#whole(1, 4);
    const truth = this.#truth(images, classes, this.#pick([0, 2, 6, 12, 25]));
    const predictions = this.#predictions(truth, images, classes, this.#pick([0, 3, 10, 30, 60]));
    const set: EvaluationSet = {
      imageIds: Array.from({ length: images }, (_, i) => 3 * i),
      categoryIds: Array.from({ length: classes }, (_, k) => 2 * k),
      categoryNames: Array.from({ length: classes }, (_, k) => `class ${k}`),
      truth,
      predictions,
    };
    return { set, params: this.#params() };
  }

  #params(): EvaluationParams {
    const ranges: AreaRange[][] = [
      [{ label: "all", low: 0, high: 1e10 }],
      [
        { label: "all", low: 0, high: 1e10 },
        { label: "small", low: 0, high: 100 },
        { label: "medium", low: 100, high: 400 },
        { label: "large", low: 400, high: 1e10 },
      ],
      [
        { label: "Small", low: 0, high: 400 },
        { label: "point", low: 100, high: 100 },
        { label: "none", low: 1e12, high: 1e13 },
      ],
    ];
    return {
      protocol: this.#pick(["coco", "soda-d"] as const),
      areaRanges: this.#pick(ranges),
      maxDets: this.#pick([[1, 10, 100], [1, 2, 3], [5], [2, 100, 1000], [1, 100]]),
    };
  }

  #truth(images: number, classes: number, count: number): EvaluationSet["truth"] {
    const boxes: Box[] = [];
    const image: number[] = [];
    const inOrder = this.#random() < 0.5;
    const crowdShare = this.#pick([0, 0.2, 0.6]);
    for (let n = 0; n < count; n++) {
      const repeat = boxes.length > 0 && this.#random() < 0.2;
      boxes.push(repeat ? [...boxes.at(-1)!] : this.#box());
      image.push(repeat ? image.at(-1)! : this.#whole(0, images - 1));
    }
    if (inOrder) image.sort((a, b) => a - b);
    return {
      image: Int32Array.from(image),
      category: Int32Array.from(image, () => this.#whole(0, classes - 1)),
      boxes: Float64Array.from(boxes.flat()),
      area: Float64Array.from(boxes, ([, , w, h]) =>
        this.#random() < 0.6 ? w * h : this.#pick([0, 99.99999, 100, 100.00001, 400, 1e10, 2e10]),
      ),
      crowd: Uint8Array.from(image, () => Number(this.#random() < crowdShare)),
      ignore: Uint8Array.from(image, () => Number(this.#random() < crowdShare)),
    };
  }

  #predictions(
    truth: EvaluationSet["truth"],
    images: number,
    classes: number,
    count: number,
  ): EvaluationSet["predictions"] {
    const rows = Array.from({ length: count }, () => {
      const n = this.#whole(0, truth.image.length - 1);
      if (truth.image.length === 0 || this.#random() < 0.3)
        return {
          image: this.#whole(0, images - 1),
          category: this.#whole(0, classes - 1),
          box: this.#box(),
        };
      return {
        image: truth.image[n]!,
        category: this.#random() < 0.9 ? truth.category[n]! : this.#whole(0, classes - 1),
        box: this.#near([...truth.boxes.subarray(4 * n, 4 * n + 4)] as Box),
      };
    });
    const inOrder = this.#random() < 0.4;
    if (inOrder) rows.sort((a, b) => a.image - b.image);
    const scores = this.#scores(count);
    return {
      image: Int32Array.from(rows, ({ image }) => image),
      category: Int32Array.from(rows, ({ category }) => category),
      boxes: Float64Array.from(rows.flatMap(({ box }) => box)),
      score: Float64Array.from(scores),
    };
  }

  /** Many ties; close neighbours that share the upper half of their bits; negative, zero of both signs, huge. */
  #scores(count: number): number[] {
    const kind = this.#whole(0, 4);
    return Array.from({ length: count }, () => {
      if (kind === 0) return this.#random();
      if (kind === 1) return this.#whole(0, 3) / 3;
      if (kind === 2) return 0.5 + this.#whole(0, 5) * Number.EPSILON;
      if (kind === 3) return this.#pick([0, -0, -1, 1, -1e300, 1e300, 5e-324, -5e-324, 0.1, -0.1]);
      return 0.5;
    });
  }

  #box(): Box {
    const side = () => this.#pick([0, 1, 5, 10, 20, 20, 20, 40, 10 + 10 * this.#random()]);
    const box: Box = [this.#whole(0, 60), this.#whole(-5, 60), side(), side()];
    if (this.#random() < 0.03) return box.map((value) => value * 1e8) as Box;
    if (this.#random() < 0.03) return box.map((value) => value * 1e-9) as Box;
    if (this.#random() < 0.02) return [1e10, 1e10, 1e-6, 1e-6];
    return box;
  }

  /** A box whose IoU with the given one is often exactly a threshold, or equal to that of a sibling. */
  #near([x, y, w, h]: Box): Box {
    const twentieths = this.#whole(9, 20) / 20;
    return this.#pick<Box>([
      [x, y, w, h],
      [x, y, w * twentieths, h],
      [x, y, w, h * twentieths],
      [x + w - w * twentieths, y, w * twentieths, h],
      [x + this.#whole(-3, 3), y + this.#whole(-3, 3), w, h],
      [x, y, w / twentieths, h],
    ]);
  }

  #whole(low: number, high: number): number {
    return low + Math.floor(this.#random() * (high - low + 1));
  }

  #pick<Choice>(choices: readonly Choice[]): Choice {
    return choices[Math.floor(this.#random() * choices.length)]!;
  }
}
