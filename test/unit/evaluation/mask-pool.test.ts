import { describe, expect, test } from "vitest";
import { cocoParams } from "../../../shared/domain/protocols.ts";
import { MaskPool, type ChangingMatches } from "../../../shared/evaluation/mask-pool.ts";
import { hitsAt, ignoredAt, NO_CANDIDATE } from "../../../shared/evaluation/matches.ts";

const A = cocoParams.areaRanges.length;

/** Matches of `count` predictions, those in `held` with rows of their own, one after the other. */
function matchesOf(count: number, held: readonly number[]): ChangingMatches {
  const candidate = new Int32Array(count).fill(NO_CANDIDATE);
  held.forEach((position, row) => (candidate[position] = row));
  const masks = (first: number) =>
    Uint16Array.from({ length: held.length * A }, (_, i) => first + i);
  const rest = { inRange: new Uint16Array(count).fill(0b0101) };
  return {
    params: cocoParams,
    candidate,
    hits: masks(1),
    ignored: masks(500),
    ...rest,
  } as unknown as ChangingMatches;
}

describe("rows of masks", () => {
  test("are kept, taken back and handed out again, and never shared", () => {
    const matches = matchesOf(6, [1, 4]);
    const pool = new MaskPool(matches);
    expect([pool.place(1, true), pool.place(4, true), pool.place(0, false)]).toEqual([
      0,
      1,
      NO_CANDIDATE,
    ]);
    expect(pool.place(2, true)).toBe(2);
    expect(pool.place(1, false)).toBe(NO_CANDIDATE);
    expect(pool.place(1, false)).toBe(NO_CANDIDATE);
    // The row of position 1 is free: the next one takes it, the one after a new one.
    expect(pool.place(3, true)).toBe(0);
    expect(pool.place(5, true)).toBe(3);
    expect([...matches.candidate]).toEqual([NO_CANDIDATE, NO_CANDIDATE, 2, 0, 1, 3]);
  });

  test("that are many more than there was room for keep what was written", () => {
    const count = 700;
    const matches = matchesOf(count, [0]);
    const pool = new MaskPool(matches);
    expect([...matches.hits.subarray(0, A)]).toEqual([1, 2, 3, 4]);
    for (let position = 0; position < count; position++) {
      const row = pool.place(position, true);
      expect(row).toBe(position);
      matches.hits.fill(position + 1, row * A, (row + 1) * A);
      matches.ignored.fill(position + 2, row * A, (row + 1) * A);
    }
    for (let position = 0; position < count; position++) {
      expect(matches.hits[position * A + A - 1]).toBe(position + 1);
      expect(matches.ignored[position * A]).toBe(position + 2);
    }
  });

  test("leave the columns they came from as they were", () => {
    const given = matchesOf(2, [0]);
    const { candidate, hits } = given;
    new MaskPool(given).place(1, true);
    expect([...candidate]).toEqual([0, NO_CANDIDATE]);
    expect(hits).toHaveLength(A);
  });
});

test("a prediction without a row hits nothing, and counts neither way where no range holds it", () => {
  const matches = matchesOf(3, [2, 0]);
  expect([0, 1, 2].map((position) => hitsAt(matches, position, 1))).toEqual([1 + A + 1, 0, 2]);
  expect([0, 2].map((position) => ignoredAt(matches, position, 3))).toEqual([500 + A + 3, 503]);
  // Ranges 0 and 2 hold it.
  expect([0, 1, 2, 3].map((range) => ignoredAt(matches, 1, range))).toEqual([0, 1023, 0, 1023]);
});
