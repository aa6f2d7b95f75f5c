/**
 * A seeded stream of numbers whose whole state is one integer, so that a resumed training draws what an
 * uninterrupted one would have (mulberry32).
 */
export interface RandomStream {
  /** 0 <= x < 1 */
  next(): number;
  /** 0 <= n < below */
  integer(below: number): number;
  /** To be saved; `randomStream(state)` goes on from there. */
  state(): number;
}

export function randomStream(seed: number): RandomStream {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return { next, integer: (below) => Math.floor(next() * below), state: () => state };
}

/** A new order of 0..count-1 (Fisher-Yates). */
export function shuffled(count: number, random: RandomStream): Int32Array {
  const order = Int32Array.from({ length: count }, (_, k) => k);
  for (let k = count - 1; k > 0; k--) {
    const other = random.integer(k + 1);
    const kept = order[k]!;
    order[k] = order[other]!;
    order[other] = kept;
  }
  return order;
}
