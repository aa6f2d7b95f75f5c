import { expect, test } from "vitest";
import { assign } from "../../../../models/losses/assignment.ts";

const total = (cost: number[][]) => {
  const pairs = assign(Float64Array.from(cost.flat()), cost.length, cost[0]?.length ?? 0);
  return pairs.rows.reduce((sum, row, k) => sum + cost[row]![pairs.columns[k]!]!, 0);
};

/** Tries every assignment: rows in every order. */
function cheapest(cost: number[][]): number {
  const columns = cost[0]!.length;
  const wide = cost.length <= columns;
  const m = wide ? cost : cost[0]!.map((_, j) => cost.map((row) => row[j]!));
  const search = (row: number, used: Set<number>): number => {
    if (row === m.length) return 0;
    let best = Infinity;
    for (let j = 0; j < m[0]!.length; j++) {
      if (used.has(j)) continue;
      best = Math.min(best, m[row]![j]! + search(row + 1, new Set([...used, j])));
    }
    return best;
  };
  return search(0, new Set());
}

test("a greedy choice that costs more in the end is not taken", () => {
  expect(
    total([
      [1, 2],
      [3, 100],
    ]),
  ).toBe(5);
});

test("no rows or no columns give no pairs", () => {
  expect(assign(new Float64Array(0), 0, 7).rows).toHaveLength(0);
  expect(assign(new Float64Array(0), 5, 0).columns).toHaveLength(0);
});

test("tall, wide and square matrices cost as little as trying every assignment", () => {
  let state = 12345;
  const random = () => (state = (state * 1103515245 + 12345) % 2 ** 31) / 2 ** 31;
  for (const [rows, columns] of [
    [2, 5],
    [5, 2],
    [4, 4],
    [6, 3],
    [3, 6],
    [1, 4],
  ] as const) {
    for (let round = 0; round < 20; round++) {
      const cost = Array.from({ length: rows }, () =>
        Array.from({ length: columns }, () => Math.round((random() - 0.4) * 20)),
      );
      expect(total(cost)).toBe(cheapest(cost));
    }
  }
});

test("a cost that is NaN is refused with its place", () => {
  expect(() => assign(Float64Array.of(1, 2, 3, NaN), 2, 2)).toThrow("row 1, column 1");
});
