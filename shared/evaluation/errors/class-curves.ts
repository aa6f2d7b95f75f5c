/** Precision and recall of each class as TIDE computes AP. Predictions are added by falling score. */
export class ClassCurves {
  /** [K] ground truths that recall divides by. */
  readonly #positives: Int32Array;
  /** [K] predictions so far. */
  readonly #count: Int32Array;
  /** [K] precision at each hit: between hits it only falls, so the envelope needs no more. */
  readonly #precision: number[][];

  constructor(positives: Int32Array) {
    this.#positives = positives;
    this.#count = new Int32Array(positives.length);
    this.#precision = Array.from(positives, () => []);
  }

  add(category: number, isHit: boolean): void {
    const count = ++this.#count[category]!;
    const precision = this.#precision[category]!;
    if (isHit) precision.push((precision.length + 1) / count);
  }

  /** 0..1; null where the class has neither ground truth nor predictions, 0 where it has predictions only. */
  ap(category: number): number | null {
    const positives = this.#positives[category]!;
    if (positives === 0) return this.#count[category] === 0 ? null : 0;
    const envelope = this.#precision[category]!.slice();
    for (let i = envelope.length - 2; i >= 0; i--)
      envelope[i] = Math.max(envelope[i]!, envelope[i + 1]!);
    let sum = 0;
    let hit = 0;
    for (let point = 0; point <= 100; point++) {
      while (hit < envelope.length && (hit + 1) / positives < point / 100) hit++;
      sum += envelope[hit] ?? 0;
    }
    return sum / 101;
  }

  /** Mean over the classes that have ground truth or predictions; null where none has. */
  meanAp(): number | null {
    let sum = 0;
    let classes = 0;
    for (let k = 0; k < this.#positives.length; k++) {
      const ap = this.ap(k);
      if (ap === null) continue;
      sum += ap;
      classes++;
    }
    return classes === 0 ? null : sum / classes;
  }
}
