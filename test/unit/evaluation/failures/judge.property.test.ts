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
  BELOW_SCORE,
  FALSE_ALARM,
  HIT,
  IGNORED,
  MISS,
  reasonOfFalseAlarm,
  reasonOfMiss,
  verdictsAt,
} from "../../../../shared/evaluation/failures/verdicts.ts";
import type { EvaluationSet } from "../../../../shared/evaluation/types.ts";
import { PlainJudge } from "./plain-judge.ts";
import { randomNumbers } from "./random-set.ts";
import { smallSet, type SmallSet } from "./small-set.ts";

/** 30 and 60 are areas of boxes below, and so are those between them, which no range holds. */
const areaRanges = [
  { label: "small", low: 0, high: 30 },
  { label: "large", low: 60, high: 1e10 },
];
const protocols: EvaluationParams[] = [
  { ...cocoParams, areaRanges, maxDets: [1, 4] },
  { ...sodaDParams, areaRanges, maxDets: [2, 4] },
  { ...visDroneParams, areaRanges, maxDets: [1, 11] },
];

/**
 * Boxes of few places and heights, so that IoUs are ratios of small whole numbers: ties and exact thresholds abound.
 * The first image has ignored regions, and every image boxes of classes that are not scored.
 */
function crowdedSet(seed: number): EvaluationSet {
  const random = randomNumbers(seed);
  const below = (n: number) => Math.floor(random() * n);
  const heights = [1, 2, 3, 5, 6, 7, 10];
  const box = (): XywhPixels => [20 + 5 * below(4), 20, 10, heights[below(heights.length)]!];
  const place = () => {
    const image = below(3);
    return { image, category: random() < 0.15 ? -1 : below(3), box: box() };
  };
  const small: SmallSet = {
    images: 3,
    classes: 3,
    truth: Array.from({ length: 24 }, () => ({
      ...place(),
      ...(random() < 0.2 ? { area: [30, 60, 45][below(3)]! } : {}),
      crowd: random() < 0.15,
      ignore: random() < 0.15,
    })),
    predictions: Array.from({ length: 54 }, () => ({ ...place(), score: below(10) / 10 })),
    regions: [{ box: [20, 20, 9, 4] }, { box: [33, 20, 6, 2] }],
  };
  return smallSet(small);
}

describe.each(protocols)("the judgement of every box ($protocol)", (params) => {
  test.each([0.5, 0.2, 0.7, 0.1, 1])("is that of a plain version at IoU %s", (iou) => {
    for (let seed = 1; seed <= 12; seed++) {
      const set = crowdedSet(seed);
      const judgement = judge(set, params, iou);
      const plain = new PlainJudge(set, params, iou);
      const { truths, predictions } = plain;
      const where = `seed ${seed}`;
      expect([...judgement.truthMatch], where).toEqual(
        truths.map(({ foundBy }) => foundBy?.row ?? -1),
      );
      expect([...judgement.predictionMatch], where).toEqual(
        predictions.map(({ match }) => match?.row ?? -1),
      );
      expect([...judgement.truthIgnored], where).toEqual(
        truths.map((_, t) => Number(plain.isIgnoredTruth(t))),
      );
      expect([...judgement.predictionIgnored], where).toEqual(
        predictions.map((_, p) => Number(plain.isIgnoredPrediction(p))),
      );
      const cut = predictions.map(({ beyond }) => Number(beyond));
      expect([...judgement.beyondMaxDets], where).toEqual(cut);
      const best = predictions.map((_, p) => plain.bestTruth(p, true));
      expect([...judgement.bestTruth], where).toEqual(best.map(({ row }) => row));
      expect([...judgement.bestIou], where).toEqual(best.map((of) => of.iou));
      const any = predictions.map((_, p) => plain.bestTruth(p, false));
      expect([...judgement.bestTruthAnyClass], where).toEqual(any.map(({ row }) => row));
      expect([...judgement.bestIouAnyClass], where).toEqual(any.map((of) => of.iou));
      const nearest = truths.map((_, t) => plain.nearestPrediction(t));
      expect([...judgement.nearestPrediction], where).toEqual(nearest.map(({ row }) => row));
      expect([...judgement.nearestIou], where).toEqual(nearest.map((of) => of.iou));
      const { beyondMaxDets, wrongClass, poorBox } = judgement.causes;
      expect(
        truths.map((_, t) => ({
          beyondMaxDets: beyondMaxDets[t],
          wrongClass: wrongClass[t],
          poorBox: poorBox[t],
        })),
        where,
      ).toEqual(truths.map((_, t) => plain.causes(t)));
    }
  });

  test("is told at every score with the plain version's reasons", () => {
    const seen = new Set<string>();
    for (let seed = 21; seed <= 40; seed++) {
      const set = crowdedSet(seed);
      const iou = [0.5, 0.2, 0.3][seed % 3]!;
      const judgement = judge(set, params, iou);
      const plain = new PlainJudge(set, params, iou);
      for (const threshold of [0, 0.3, 0.7]) {
        const verdicts = verdictsAt(judgement, set, threshold);
        plain.truths.forEach(({ foundBy }, t) => {
          const isHit = foundBy !== null && foundBy.score >= threshold;
          const verdict = plain.isIgnoredTruth(t) ? IGNORED : isHit ? HIT : MISS;
          expect(verdicts.truth[t]).toBe(verdict);
          if (verdict !== MISS) return;
          const reason = reasonOfMiss(judgement, set, t, threshold);
          expect(reason, `truth ${t} of ${seed}`).toEqual(plain.reasonOfMiss(t, threshold));
          seen.add(`miss: ${reason.reason}`);
        });
        plain.predictions.forEach(({ match, score }, p) => {
          const counted = match === null ? FALSE_ALARM : HIT;
          const told = plain.isIgnoredPrediction(p) ? IGNORED : counted;
          const verdict = score < threshold ? BELOW_SCORE : told;
          expect(verdicts.prediction[p]).toBe(verdict);
          if (verdict !== FALSE_ALARM) return;
          const reason = reasonOfFalseAlarm(judgement, p);
          expect(reason, `prediction ${p} of ${seed}`).toEqual(plain.reasonOfFalseAlarm(p, iou));
          seen.add(`false alarm: ${reason.reason}`);
        });
      }
    }
    expect([...seen].sort()).toEqual([
      "false alarm: background",
      "false alarm: duplicate",
      "false alarm: poor-box",
      "false alarm: wrong-class",
      "miss: below-score",
      "miss: beyond-max-dets",
      "miss: no-detection",
      "miss: poor-box",
      "miss: wrong-class",
    ]);
  });
});

test("an IoU threshold of 1 forgives a hair of rounding, but not under VisDrone", () => {
  const set = smallSet({
    truth: [{ box: [10, 20, 8, 8] }],
    predictions: [{ box: [10, 20, 8, 8 - 2 ** -32], score: 0.9 }],
  });
  expect(judge(set, cocoParams, 1).predictionMatch[0]).toBe(0);
  expect(judge(set, sodaDParams, 1).predictionMatch[0]).toBe(0);
  expect(judge(set, visDroneParams, 1).predictionMatch[0]).toBe(-1);
});
