import { describe, expect, test } from "vitest";
import { cocoParams } from "../../../shared/domain/protocols.ts";
import { hitsNeeded } from "../../../shared/evaluation/curve.ts";
import { countingSort, groupByClassAndImage } from "../../../shared/evaluation/group-rows.ts";
import { matchDetections } from "../../../shared/evaluation/match.ts";
import { hitsAt, ignoredAt } from "../../../shared/evaluation/matches.ts";
import { mean } from "../../../shared/evaluation/mean.ts";
import { ScoreSorter } from "../../../shared/evaluation/sort-scores.ts";
import {
  ALL_THRESHOLDS,
  iouThresholds,
  recallThresholds,
  thresholdsReached,
} from "../../../shared/evaluation/thresholds.ts";
import { seeded } from "./hostile-set.ts";
import { smallSet } from "./small-set.ts";

describe("thresholds", () => {
  test("are numpy's to the last bit", () => {
    expect(iouThresholds).toEqual([
      0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.8999999999999999, 0.95,
    ]);
    expect(recallThresholds).toHaveLength(101);
    expect(recallThresholds[35]).toBe(0.35000000000000003);
    expect(recallThresholds[100]).toBe(1);
  });

  test("an IoU reaches those at or below it", () => {
    expect(thresholdsReached(0.49999999999999994)).toBe(0);
    expect(thresholdsReached(0.5)).toBe(0b1);
    expect(thresholdsReached(0.6)).toBe(0b111);
    expect(thresholdsReached(0.9)).toBe(0b111111111);
    expect(thresholdsReached(1)).toBe(ALL_THRESHOLDS);
  });

  test("7 hits of 20 do not reach recall 0.35", () => {
    const needed = hitsNeeded(20);
    expect(needed[35]).toBe(8);
    expect(needed[34]).toBe(7);
    expect(needed[0]).toBe(1);
    expect(needed[100]).toBe(20);
  });

  test("the least number of hits is least, for every count of objects up to 500", () => {
    for (let count = 1; count <= 500; count++) {
      const needed = hitsNeeded(count);
      for (const [r, recall] of recallThresholds.entries()) {
        let least = 1;
        while (least / count < recall) least++;
        if (needed[r] !== least) expect.fail(`${count} objects, recall ${recall}: ${needed[r]}`);
      }
    }
  });
});

describe("mean", () => {
  test("of nothing is null, of part of the values leaves the rest out", () => {
    expect(mean(Float64Array.of(3, 4), 0)).toBeNull();
    expect(mean(Float64Array.of(3, 4, 100), 2)).toBe(3.5);
  });

  test("sums in numpy's order: eight lanes in blocks of 128, halves above", () => {
    // Each expectation is what numpy 2.4 gives for np.mean(1 / np.arange(1, n + 1)).
    const harmonic = (count: number) => Float64Array.from({ length: count }, (_, i) => 1 / (i + 1));
    const recorded: [number, number][] = [
      [1, 1.0],
      [2, 0.75],
      [3, 0.611111111111111],
      [7, 0.37040816326530607],
      [8, 0.3397321428571428],
      [9, 0.31432980599647264],
      [15, 0.22121526621526624],
      [16, 0.2112955620768121],
      [17, 0.20232661897886814],
      [100, 0.05187377517639621],
      [127, 0.04271917002038718],
      [128, 0.04244646166085291],
      [129, 0.042177511864912164],
      [136, 0.04039369496890821],
      [200, 0.029390154740607223],
      [256, 0.023923222511005003],
      [257, 0.023845276316735168],
      [1000, 0.007485470860550345],
      [1037, 0.0072534088290409195],
      [10100, 0.0009700550368182638],
      [80800, 0.00014699200615738572],
    ];
    for (const [count, expected] of recorded) expect(mean(harmonic(count), count)).toBe(expected);
  });
});

describe("sorting by score", () => {
  const sorter = new ScoreSorter();
  const sorted = (scores: Float64Array) =>
    [...sorter.sort(scores, scores.length)].slice(0, scores.length);
  const plain = (scores: Float64Array) =>
    Array.from(scores, (_, i) => i).sort((a, b) => scores[b]! - scores[a]! || a - b);

  test("nothing and one", () => {
    expect(sorted(new Float64Array(0))).toEqual([]);
    expect(sorted(Float64Array.of(0.5))).toEqual([0]);
  });

  const random = seeded(5);
  const kinds: [what: string, score: (i: number) => number][] = [
    ["random", () => random()],
    ["of either sign", () => random() - 0.5],
    ["three digits", () => Math.round(random() * 1000) / 1000],
    ["all equal", () => 0.5],
    ["ascending", (i) => i],
    ["zeros of both signs", (i) => (i % 2 ? 0 : -0)],
    ["equal in their upper words", () => 0.5 + Math.floor(random() * 50) * Number.EPSILON],
    [
      "negative and equal in their upper words",
      () => -0.5 - Math.floor(random() * 9) * Number.EPSILON,
    ],
    ["huge and tiny", () => (random() - 0.5) * 10 ** Math.floor(600 * random() - 300)],
    ["smallest numbers", () => Math.floor(random() * 5 - 2) * 5e-324],
  ];
  test.each(kinds)("%s scores, in lists of many lengths", (_, score) => {
    for (const count of [2, 47, 48, 49, 100, 3000]) {
      const scores = Float64Array.from({ length: count }, (_, i) => score(i));
      expect(sorted(scores)).toEqual(plain(scores));
    }
  });

  test("scores beyond the count are not looked at", () => {
    expect([...sorter.sort(Float64Array.of(0.1, 0.2, 0.9), 2)].slice(0, 2)).toEqual([1, 0]);
  });
});

describe("grouping rows", () => {
  test("by key, stable, from a given order", () => {
    const keys = Int32Array.of(2, 0, 2, 1, 0);
    expect(countingSort(keys, 3, null)).toEqual({
      rows: Int32Array.of(1, 4, 3, 0, 2),
      start: Int32Array.of(0, 2, 3, 5),
    });
    const backwards = Int32Array.of(4, 3, 2, 1, 0);
    expect(countingSort(keys, 3, backwards).rows).toEqual(Int32Array.of(4, 1, 3, 2, 0));
  });

  test("by class, then image, then place, whatever order the images stand in", () => {
    const category = Int32Array.of(1, 0, 1, 1, 0);
    const image = Int32Array.of(2, 1, 0, 2, 1);
    expect(groupByClassAndImage({ category, image }, 2, 3)).toEqual({
      rows: Int32Array.of(1, 4, 2, 0, 3),
      classStart: Int32Array.of(0, 2, 5),
    });
  });
});

describe("matches", () => {
  const box = [10, 20, 30, 40] as const; // 1200: medium
  const set = smallSet(
    [
      { box, image: 1, category: 1 },
      { box: [200, 200, 20, 20], image: 1, category: 1 },
    ],
    [
      { box, image: 1, category: 1, score: 0.6 },
      { box: [200, 200, 20, 20], image: 1, category: 1, score: 0.9 },
      { box: [0, 0, 5, 5], image: 0, category: 1, score: 0.7 },
      { box, image: 0, category: 0, score: 0.1 },
      { box, image: 1, category: 1, score: 0.5 },
    ],
    { classes: 2 },
  );
  const matches = matchDetections(set, { ...cocoParams, maxDets: [1, 2] });

  test("stand by class and descending score, without those beyond the largest maxDets", () => {
    expect([...matches.classStart]).toEqual([0, 1, 4]);
    expect([...matches.row]).toEqual([3, 1, 2, 0]);
    expect([...matches.image]).toEqual([0, 1, 0, 1]);
    expect([...matches.score]).toEqual([0.1, 0.9, 0.7, 0.6]);
    expect([...matches.admittedBy]).toEqual([0, 0, 0, 1]);
    expect([...matches.inRange]).toEqual([0b0101, 0b0011, 0b0011, 0b0101]);
    expect([...matches.candidate]).toEqual([-1, 0, -1, 1]);
  });

  test("tell hits and ignored predictions by area range", () => {
    const all = (at: typeof hitsAt, position: number) =>
      [0, 1, 2, 3].map((range) => at(matches, position, range));
    expect(all(hitsAt, 1)).toEqual([1023, 1023, 0, 0]); // the small label, found
    expect(all(ignoredAt, 1)).toEqual([0, 0, 1023, 1023]);
    expect(all(hitsAt, 2)).toEqual([0, 0, 0, 0]); // a small false alarm
    expect(all(ignoredAt, 2)).toEqual([0, 0, 1023, 1023]);
  });

  test("tell which labels count and which are taken", () => {
    expect([...matches.truthCounts]).toEqual([0b0101, 0b0011]);
    // Either label is taken in all ranges: an ignored one absorbs its prediction.
    expect([...matches.truthTaken]).toEqual(new Array(8).fill(1023));
  });

  test("of some classes hold those alone", () => {
    const some = matchDetections(set, { ...cocoParams, maxDets: [1, 2] }, [1]);
    expect([...some.classStart]).toEqual([0, 0, 3]);
    expect([...some.row]).toEqual([1, 2, 0]);
  });
});
