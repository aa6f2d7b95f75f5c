import { describe, expect, test } from "vitest";
import {
  cocoParams,
  sodaDParams,
  type EvaluationParams,
} from "../../../shared/domain/protocols.ts";
import { judge } from "../../../shared/evaluation/failures/judge.ts";
import { scoreHistogram, sizeHistogram } from "../../../shared/evaluation/histograms.ts";
import { smallSet, type SmallSet } from "./failures/small-set.ts";

const square = (x: number, side: number) => [x, 0, side, side] as const;

function scores(small: SmallSet) {
  const set = smallSet(small);
  return scoreHistogram(set, judge(set, cocoParams, 0.5));
}

function sizes(small: SmallSet, params: EvaluationParams) {
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

  test("stretches below 0 too, into equal bins between the scores met", () => {
    const { edges, falseAlarms } = scores({
      predictions: [
        { box: square(0, 10), score: -3 },
        { box: square(0, 10), score: 4.9 },
        { box: square(0, 10), score: 5 },
        { box: square(0, 10), score: -0.9 },
      ],
    });
    // 20 bins of 0.4.
    expect([edges[0], edges[5], edges[20]]).toEqual([-3, -1, 5]);
    expect(falseAlarms.flatMap((n, bin) => (n > 0 ? [[bin, n]] : []))).toEqual([
      [0, 1],
      [5, 1],
      [19, 2],
    ]);
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

  test("has its steps where no border is near", () => {
    const noBuckets = { ...cocoParams, areaRanges: [{ label: "all", low: 0, high: 1e10 }] };
    const { edges } = sizes({ truth: [{ box: square(0, 511) }] }, noBuckets);
    expect(edges).toEqual([
      0, 4, 6, 8, 10, 12, 16, 20, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512,
    ]);
    // No object: one bin.
    expect(sizes({}, noBuckets).edges).toEqual([0, 4]);
  });

  test("gives the place of a step to a border within 15 % of it, on either side", () => {
    const borders = (...sides: number[]) => {
      const areaRanges = sides.map((side) => ({ label: `to ${side}`, low: 0, high: side * side }));
      const params = { ...cocoParams, areaRanges };
      return sizes({ truth: [{ box: square(0, 3) }] }, params).edges;
    };
    expect(borders(29)).toEqual([0, 4, 6, 8, 10, 12, 16, 20, 24, 29]);
    // 21 is within 15 % of 20 and of 24.
    expect(borders(21, 40)).toEqual([0, 4, 6, 8, 10, 12, 16, 21, 32, 40]);
    expect(borders(14)).toEqual([0, 4, 6, 8, 10, 12, 14]);
    expect(borders(13.5)).toEqual([0, 4, 6, 8, 10, 13.5]);
    // Nothing has sides of ten thousand pixels or more: such a border means "without end".
    expect(borders(10000)).toEqual([0, 4]);
    expect(borders(9999).at(-1)).toBe(9999);
  });

  test("grows by doubling, and puts an object on an edge into the bin above it", () => {
    const noBuckets = { ...cocoParams, areaRanges: [{ label: "all", low: 0, high: 1e10 }] };
    const { edges, truth } = sizes(
      {
        truth: [
          { box: square(0, 2048) },
          { box: square(0, 6) },
          { box: square(0, 5.9) },
          { box: square(0, 0) },
        ],
      },
      noBuckets,
    );
    expect(edges.slice(-4)).toEqual([512, 1024, 2048, 4096]);
    expect(truth.flatMap((n, bin) => (n > 0 ? [[edges[bin], n]] : []))).toEqual([
      [0, 1],
      [4, 1],
      [6, 1],
      [2048, 1],
    ]);
    expect(truth).toHaveLength(edges.length - 1);
  });

  test("of nothing ends at the last border", () => {
    const { edges, truth, found } = sizes({}, cocoParams);
    expect(edges.at(-1)).toBe(96);
    expect([...truth, ...found].every((n) => n === 0)).toBe(true);
    expect(truth).toHaveLength(edges.length - 1);
  });
});
