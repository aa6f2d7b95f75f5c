/**
 * Descending stable order of scores: what numpy's mergesort of `-scores` gives, by radix sort. The key is the high
 * word of the double; runs that share it yet differ are put right afterwards.
 */

const DIGIT_BITS = 11;
const BUCKETS = 1 << DIGIT_BITS;
const DIGIT_MASK = BUCKETS - 1;
/** Below this, insertion beats clearing three tables of buckets. */
const SMALL = 48;

/** Working memory that one sort after the other can use. */
export class ScoreSorter {
  readonly #counts = new Int32Array(3 * BUCKETS);
  #keys = new Uint32Array(0);
  #order = new Int32Array(0);
  #spareKeys = new Uint32Array(0);
  #spareOrder = new Int32Array(0);

  /**
   * scores: [>=count], none NaN. Returns the indices 0..count-1 by descending score, equal ones ascending. The
   * answer is overwritten by the next call.
   */
  sort(scores: Float64Array, count: number): Int32Array {
    this.#reserve(count);
    for (let i = 0; i < count; i++) this.#order[i] = i;
    if (count <= SMALL) insertionSort(this.#order, scores, 0, count);
    else {
      this.#readKeys(scores, count);
      this.#radixPasses(count);
      this.#settleEqualKeys(scores, count);
    }
    return this.#order;
  }

  #reserve(count: number): void {
    if (count <= this.#order.length) return;
    this.#keys = new Uint32Array(count);
    this.#order = new Int32Array(count);
    this.#spareKeys = new Uint32Array(count);
    this.#spareOrder = new Int32Array(count);
  }

  /** Keys that ascend where scores descend, and how often each digit occurs. */
  #readKeys(scores: Float64Array, count: number): void {
    const words = new Uint32Array(scores.buffer, scores.byteOffset, 2 * count);
    const counts = this.#counts.fill(0);
    const keys = this.#keys;
    for (let i = 0; i < count; i++) {
      const high = words[2 * i + 1]!;
      // A positive double sorts by its bits; a negative one by their complement. -0 equals 0.
      const negative = high >= 0x80000000 && scores[i] !== 0;
      const key = negative ? high : (high & 0x7fffffff) ^ 0x7fffffff;
      keys[i] = key;
      counts[key & DIGIT_MASK]!++;
      counts[BUCKETS + ((key >>> DIGIT_BITS) & DIGIT_MASK)]!++;
      counts[2 * BUCKETS + (key >>> (2 * DIGIT_BITS))]!++;
    }
  }

  #radixPasses(count: number): void {
    for (let pass = 0; pass < 3; pass++) {
      const next = startsFromCounts(this.#counts, pass * BUCKETS, count);
      if (!next) continue; // every key has the same digit here
      const shift = pass * DIGIT_BITS;
      const keys = this.#keys;
      const order = this.#order;
      const toKeys = this.#spareKeys;
      const toOrder = this.#spareOrder;
      for (let i = 0; i < count; i++) {
        const key = keys[i]!;
        const to = next[(key >>> shift) & DIGIT_MASK]!++;
        toKeys[to] = key;
        toOrder[to] = order[i]!;
      }
      this.#keys = toKeys;
      this.#order = toOrder;
      this.#spareKeys = keys;
      this.#spareOrder = order;
    }
  }

  #settleEqualKeys(scores: Float64Array, count: number): void {
    const keys = this.#keys;
    const order = this.#order;
    let from = 0;
    while (from < count) {
      let to = from + 1;
      let ordered = true;
      while (to < count && keys[to] === keys[from]) {
        if (scores[order[to]!]! > scores[order[to - 1]!]!) ordered = false;
        to++;
      }
      if (!ordered) sortRun(order, scores, from, to);
      from = to;
    }
  }
}

/** Turns the counts of one digit into starts, in place; null where one bucket holds everything. */
function startsFromCounts(counts: Int32Array, from: number, count: number): Int32Array | null {
  let sum = 0;
  for (let bucket = from; bucket < from + BUCKETS; bucket++) {
    const here = counts[bucket]!;
    if (here === count) return null;
    counts[bucket] = sum;
    sum += here;
  }
  return counts.subarray(from, from + BUCKETS);
}

function sortRun(order: Int32Array, scores: Float64Array, from: number, to: number): void {
  if (to - from <= SMALL) insertionSort(order, scores, from, to);
  else order.subarray(from, to).sort((a, b) => scores[b]! - scores[a]! || a - b);
}

function insertionSort(order: Int32Array, scores: Float64Array, from: number, to: number): void {
  for (let i = from + 1; i < to; i++) {
    const index = order[i]!;
    const score = scores[index]!;
    let at = i;
    while (at > from && scores[order[at - 1]!]! < score) {
      order[at] = order[at - 1]!;
      at--;
    }
    order[at] = index;
  }
}
