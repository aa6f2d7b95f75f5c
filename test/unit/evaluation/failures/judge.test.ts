import { describe, expect, test } from "vitest";
import {
  cocoParams,
  sodaDParams,
  visDroneParams,
  type EvaluationParams,
} from "../../../../shared/domain/protocols.ts";
import type { XywhPixels } from "../../../../shared/domain/records.ts";
import { judge } from "../../../../shared/evaluation/failures/judge.ts";
import {
  reasonOfFalseAlarm,
  reasonOfMiss,
  verdictNames,
  verdictsAt,
} from "../../../../shared/evaluation/failures/verdicts.ts";
import { matchDetections } from "../../../../shared/evaluation/match.ts";
import type { EvaluationSet } from "../../../../shared/evaluation/types.ts";
import { randomSet } from "./random-set.ts";
import { smallSet, type SmallSet } from "./small-set.ts";

const here: XywhPixels = [10, 20, 30, 10];
const there: XywhPixels = [110, 20, 30, 10];
const elsewhere: XywhPixels = [210, 20, 30, 10];

function judged(small: SmallSet, params: EvaluationParams = cocoParams, iou = 0.5, score = 0.3) {
  const set = smallSet(small);
  const judgement = judge(set, params, iou);
  const verdicts = verdictsAt(judgement, set, score);
  return {
    ...judgement,
    truthVerdicts: [...verdicts.truth].map((code) => verdictNames[code]),
    predictionVerdicts: [...verdicts.prediction].map((code) => verdictNames[code]),
    missReason: (t: number, at = score) => reasonOfMiss(judgement, set, t, at),
    falseAlarmReason: (p: number) => reasonOfFalseAlarm(judgement, p),
  };
}

describe("verdicts", () => {
  test("a hit, a miss and a false alarm", () => {
    const at = judged({
      truth: [{ box: here }, { box: there }],
      predictions: [
        { box: elsewhere, score: 0.9 },
        { box: here, score: 0.7 },
      ],
    });
    expect(at.truthVerdicts).toEqual(["hit", "miss"]);
    expect(at.predictionVerdicts).toEqual(["false-alarm", "hit"]);
    expect([...at.truthMatch]).toEqual([1, -1]);
    expect([...at.predictionMatch]).toEqual([-1, 0]);
    expect([...at.bestIou]).toEqual([0, 1]);
    expect([...at.bestTruth]).toEqual([-1, 0]);
  });

  test("a prediction below the score is told apart, and its object is missed", () => {
    const at = judged({ truth: [{ box: here }], predictions: [{ box: here, score: 0.29 }] });
    expect(at.truthVerdicts).toEqual(["miss"]);
    expect(at.predictionVerdicts).toEqual(["below-score"]);
  });

  test("a score of exactly the threshold counts", () => {
    const at = judged({ truth: [{ box: here }], predictions: [{ box: here, score: 0.3 }] });
    expect(at.truthVerdicts).toEqual(["hit"]);
    expect(at.predictionVerdicts).toEqual(["hit"]);
  });

  test("an IoU of exactly the threshold matches", () => {
    const small = {
      truth: [{ box: [0, 0, 10, 10] as const }],
      predictions: [{ box: [0, 0, 10, 7] as const, score: 0.9 }],
    };
    expect(judged(small, cocoParams, 0.7).truthVerdicts).toEqual(["hit"]);
    expect(judged(small, cocoParams, 0.71).truthVerdicts).toEqual(["miss"]);
  });

  test("COCO: a crowd absorbs predictions by their own area, and its ignore flag has no effect", () => {
    const at = judged({
      truth: [
        { box: [0, 0, 100, 100], crowd: true },
        { box: [200, 0, 20, 20], ignore: true },
      ],
      predictions: [
        { box: [10, 10, 10, 10], score: 0.9 },
        { box: [40, 40, 10, 10], score: 0.8 },
      ],
    });
    expect(at.truthVerdicts).toEqual(["ignored", "miss"]);
    expect(at.predictionVerdicts).toEqual(["ignored", "ignored"]);
    expect([...at.predictionMatch]).toEqual([0, 0]);
    expect(at.truthMatch[0]).toBe(0);
  });

  test("SODA-D: an ignored object takes one prediction, and crowd has no effect", () => {
    const at = judged(
      {
        truth: [
          { box: [0, 0, 20, 20], ignore: true },
          { box: here, crowd: true },
        ],
        predictions: [
          { box: [0, 0, 20, 20], score: 0.9 },
          { box: [0, 0, 20, 19], score: 0.8 },
          { box: here, score: 0.7 },
        ],
      },
      sodaDParams,
    );
    expect(at.truthVerdicts).toEqual(["ignored", "hit"]);
    expect(at.predictionVerdicts).toEqual(["ignored", "false-alarm", "hit"]);
  });

  test("SODA-D: what no area range holds is ignored, matched or not", () => {
    const at = judged(
      {
        truth: [{ box: [0, 0, 50, 50] }],
        predictions: [
          { box: [0, 0, 50, 40], score: 0.9 },
          { box: [300, 0, 50, 50], score: 0.8 },
          { box: [300, 0, 44, 45], score: 0.7 },
        ],
      },
      sodaDParams,
    );
    expect(at.truthVerdicts).toEqual(["ignored"]);
    expect(at.predictionVerdicts).toEqual(["ignored", "ignored", "false-alarm"]);
  });

  test("VisDrone: boxes inside ignored regions are ignored, and so are objects without a class", () => {
    const at = judged(
      {
        truth: [{ box: here }, { category: -1, box: there }],
        predictions: [
          { box: here, score: 0.9 },
          { box: there, score: 0.8 },
        ],
        regions: [{ box: [1, 1, 60, 60] }],
      },
      visDroneParams,
    );
    expect(at.truthVerdicts).toEqual(["ignored", "ignored"]);
    expect(at.predictionVerdicts).toEqual(["ignored", "false-alarm"]);
    expect(at.falseAlarmReason(1)).toEqual({ reason: "wrong-class", other: 1 });
  });

  test("beyond maxDets nothing counts: COCO by score in a class, VisDrone by the file's order", () => {
    const small: SmallSet = {
      classes: 2,
      truth: [{ box: here }],
      predictions: [
        { box: elsewhere, score: 0.5 },
        { category: 1, box: there, score: 0.9 },
        { box: here, score: 0.8 },
      ],
    };
    const coco = judged(small, { ...cocoParams, maxDets: [1] });
    expect(coco.predictionVerdicts).toEqual(["ignored", "false-alarm", "hit"]);
    expect([...coco.beyondMaxDets]).toEqual([1, 0, 0]);
    const visDrone = judged(small, { ...visDroneParams, maxDets: [2] });
    expect(visDrone.predictionVerdicts).toEqual(["false-alarm", "false-alarm", "ignored"]);
  });

  test("a real object is preferred to an ignored one, the later one among equals", () => {
    const at = judged({
      truth: [
        { box: [0, 0, 10, 10] },
        { box: [4, 0, 10, 10] },
        { box: [0, 0, 60, 60], crowd: true },
      ],
      predictions: [{ box: [2, 0, 10, 10], score: 0.9 }],
    });
    expect([...at.predictionMatch]).toEqual([1]);
    expect(at.predictionVerdicts).toEqual(["hit"]);
  });
});

describe("reasons of a miss", () => {
  const truth = [{ box: here }];

  test("below the score threshold", () => {
    const at = judged({
      truth,
      predictions: [
        { box: there, score: 0.9 },
        { box: here, score: 0.1 },
      ],
    });
    expect(at.missReason(0)).toEqual({ reason: "below-score", other: 1 });
  });

  test("beyond maxDets", () => {
    const at = judged(
      {
        truth,
        predictions: [
          { box: there, score: 0.9 },
          { box: here, score: 0.8 },
        ],
      },
      { ...cocoParams, maxDets: [1] },
    );
    expect(at.missReason(0)).toEqual({ reason: "beyond-max-dets", other: 1 });
    expect(at.missReason(0, 0.85)).toEqual({ reason: "below-score", other: 1 });
  });

  test("wrong class, only from the score of that prediction on", () => {
    const at = judged({
      classes: 2,
      truth,
      predictions: [
        { category: 1, box: here, score: 0.4 },
        { category: 1, box: here, score: 0.6 },
      ],
    });
    expect(at.missReason(0)).toEqual({ reason: "wrong-class", other: 1 });
    expect(at.missReason(0, 0.6)).toEqual({ reason: "wrong-class", other: 1 });
    expect(at.missReason(0, 0.61).reason).toBe("no-detection");
  });

  test("a poor box, but not one that found another object", () => {
    const small = { truth, predictions: [{ box: [10, 20, 30, 4] as const, score: 0.9 }] };
    expect(judged(small).missReason(0)).toEqual({ reason: "poor-box", other: 0 });
    const spent = judged({
      truth: [{ box: here }, { box: [22, 20, 30, 10] }],
      predictions: [{ box: [22, 20, 30, 10], score: 0.9 }],
    });
    expect(spent.missReason(0)).toEqual({ reason: "no-detection", other: 0 });
    expect(spent.nearestIou[0]).toBeCloseTo(18 / 42, 14);
  });

  test("nothing near", () => {
    const at = judged({ truth, predictions: [{ box: there, score: 0.9 }] });
    expect(at.missReason(0)).toEqual({ reason: "no-detection", other: -1 });
  });
});

describe("reasons of a false alarm", () => {
  const truth = [{ box: here }, { category: 1, box: there }];
  const reasonOf = (box: XywhPixels, category = 0) =>
    judged({
      classes: 2,
      truth,
      predictions: [
        { box: here, score: 0.9 },
        { box, category, score: 0.8 },
      ],
    }).falseAlarmReason(1);

  test("a duplicate of an object that is found already", () => {
    expect(reasonOf([10, 20, 29, 10])).toEqual({ reason: "duplicate", other: 0 });
  });

  test("the wrong class, a poor box of either class, background", () => {
    expect(reasonOf([110, 20, 29, 10])).toEqual({ reason: "wrong-class", other: 1 });
    expect(reasonOf([25, 20, 30, 10])).toEqual({ reason: "poor-box", other: 0 });
    expect(reasonOf([125, 20, 30, 10])).toEqual({ reason: "poor-box", other: 1 });
    expect(reasonOf([138, 20, 30, 10])).toEqual({ reason: "background", other: 1 });
    expect(reasonOf(elsewhere)).toEqual({ reason: "background", other: -1 });
  });

  test("an IoU of exactly 0.1 with its class makes a poor box of it, though another class is nearer", () => {
    const at = judged({
      classes: 2,
      truth: [{ box: [0, 0, 10, 10] }, { category: 1, box: [0, 0, 10, 4] }],
      predictions: [{ box: [0, 0, 10, 1], score: 0.9 }],
    });
    expect(at.bestIouAnyClass[0]).toBe(0.25);
    expect(at.falseAlarmReason(0)).toEqual({ reason: "poor-box", other: 0 });
  });
});

describe("one matching for every score threshold", () => {
  /** The set without the predictions below a score, and the rows that stayed. */
  function above(set: EvaluationSet, score: number): { set: EvaluationSet; rows: number[] } {
    const rows = [...set.predictions.score.keys()].filter(
      (p) => set.predictions.score[p]! >= score,
    );
    const pick = (values: Int32Array) => Int32Array.from(rows, (p) => values[p]!);
    return {
      rows,
      set: {
        ...set,
        predictions: {
          image: pick(set.predictions.image),
          category: pick(set.predictions.category),
          score: Float64Array.from(rows, (p) => set.predictions.score[p]!),
          boxes: Float64Array.from(
            rows.flatMap((p) => [...set.predictions.boxes.subarray(4 * p, 4 * p + 4)]),
          ),
        },
      },
    };
  }

  test.each([cocoParams, sodaDParams])(
    "cutting it equals matching the rest ($protocol)",
    (params) => {
      for (let seed = 1; seed <= 40; seed++) {
        const whole = randomSet(seed);
        const limited = { ...params, maxDets: [4] };
        const judgement = judge(whole, limited, 0.5);
        for (const score of [0.2, 0.5, 0.8]) {
          const { set, rows } = above(whole, score);
          const cut = verdictsAt(judgement, whole, score);
          const fresh = judge(set, limited, 0.5);
          const expected = verdictsAt(fresh, set, score);
          expect([...cut.truth]).toEqual([...expected.truth]);
          expect(rows.map((p) => cut.prediction[p])).toEqual([...expected.prediction]);
        }
      }
    },
  );

  test.each([cocoParams, sodaDParams])("hits are those of the evaluator ($protocol)", (params) => {
    let hits = 0;
    for (let seed = 1; seed <= 60; seed++) {
      const set = randomSet(seed);
      const wide = {
        ...params,
        areaRanges: [{ label: "any", low: 0, high: 3000 }],
        maxDets: [3],
      };
      const judgement = judge(set, wide, 0.5);
      const matches = matchDetections(set, wide);
      const expected = new Array<number>(set.predictions.score.length).fill(0);
      for (let at = 0; at < matches.row.length; at++) {
        const candidate = matches.candidate[at]!;
        if (candidate >= 0) expected[matches.row[at]!] = matches.hits[candidate]! & 1;
      }
      const verdicts = verdictsAt(judgement, set, -1);
      expect([...verdicts.prediction].map((code) => Number(code === 0))).toEqual(expected);
      hits += expected.reduce((sum, hit) => sum + hit, 0);
    }
    expect(hits).toBeGreaterThan(100);
  });
});

describe("empty sets", () => {
  test("nothing, no predictions, no ground truth", () => {
    expect(judged({ images: 0, classes: 0 }).truthVerdicts).toEqual([]);
    const without = judged({ truth: [{ box: here }] });
    expect(without.truthVerdicts).toEqual(["miss"]);
    expect(without.missReason(0)).toEqual({ reason: "no-detection", other: -1 });
    const alone = judged({ predictions: [{ box: here, score: 0.9 }] });
    expect(alone.predictionVerdicts).toEqual(["false-alarm"]);
    expect(alone.falseAlarmReason(0)).toEqual({ reason: "background", other: -1 });
  });
});
