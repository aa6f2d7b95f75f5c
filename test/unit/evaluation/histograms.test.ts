import { describe, expect, test } from "vitest";
import { cocoParams, sodaDParams } from "../../../shared/domain/protocols.ts";
import { judge } from "../../../shared/evaluation/failures/judge.ts";
import { scoreHistogram, sizeHistogram } from "../../../shared/evaluation/histograms.ts";
import { smallSet, type SmallSet } from "./failures/small-set.ts";

const square = (x: number, side: number) => [x, 0, side, side] as const;

function scores(small: SmallSet) {
  const set = smallSet(small);
  return scoreHistogram(set, judge(set, cocoParams, 0.5));
}

function sizes(small: SmallSet, params: typeof cocoParams | typeof sodaDParams) {
  const set = smallSet(small);
  return sizeHistogram(set, params, judge(set, params, 0.5));
}

describe("the score histogram", () => {
  test("counts hits and false alarms apart, and leaves out what is ignored", () => {
    const { edges, hits, falseAlarms } = scores({
      truth: [{ box: square(0, 10) }, { box: square(500, 90), crowd: true }],
      predictions: [
        { box: square(0, 10), score: 0.55 },
        { box: square(0, 10), score: 0.07 },
        { box: square(100, 10), score: 1 },
        { box: square(510, 20), score: 0.9 },
      ],
    });
    expect(edges).toHaveLength(21);
    expect(edges[0]).toBe(0);
    expect(edges[11]).toBeCloseTo(0.55, 14);
    expect(edges[20]).toBe(1);
    expect(hits.flatMap((n, bin) => (n > 0 ? [[bin, n]] : []))).toEqual([[11, 1]]);
    expect(falseAlarms.flatMap((n, bin) => (n > 0 ? [[bin, n]] : []))).toEqual([
      [1, 1],
      [19, 1],
    ]);
  });

  test("stretches over scores outside 0..1", () => {
    const { edges, falseAlarms } = scores({
      predictions: [
        { box: square(0, 10), score: 60 },
        { box: square(0, 10), score: 12 },
      ],
    });
    expect([edges[0], edges[20]]).toEqual([0, 60]);
    expect([falseAlarms[4], falseAlarms[19]]).toEqual([1, 1]);
  });

  test("of nothing is empty bins", () => {
    expect(scores({ images: 0, classes: 0 }).hits).toEqual(new Array(20).fill(0));
  });
});

describe("the size histogram", () => {
  test("has the buckets' borders among its edges and counts what was found", () => {
    const { edges, truth, found } = sizes(
      {
        truth: [
          { box: square(0, 12) },
          { box: square(100, 11.9) },
          { box: square(200, 40) },
          { box: square(300, 99) },
        ],
        predictions: [{ box: square(200, 39), score: 0.01 }],
      },
      sodaDParams,
    );
    for (const border of [144, 400, 1024, 2000]) expect(edges).toContain(Math.sqrt(border));
    // 44.7 stands for 48; the object of 99 px is outside every range and not counted.
    expect(edges).not.toContain(48);
    expect(edges.at(-1)).toBe(Math.sqrt(2000));
    const bins = truth.flatMap((n, bin) => (n > 0 ? [[edges[bin], n, found[bin]]] : []));
    expect(bins).toEqual([
      [10, 1, 0],
      [12, 1, 0],
      [32, 1, 1],
    ]);
  });

  test("reaches past the largest object", () => {
    const { edges, truth } = sizes({ truth: [{ box: square(0, 512) }] }, cocoParams);
    expect(edges.at(-1)).toBe(1024);
    expect(truth.at(-1)).toBe(1);
    expect(edges).toContain(96);
  });

  test("of nothing ends at the last border", () => {
    const { edges, truth, found } = sizes({}, cocoParams);
    expect(edges.at(-1)).toBe(96);
    expect([...truth, ...found].every((n) => n === 0)).toBe(true);
    expect(truth).toHaveLength(edges.length - 1);
  });
});
