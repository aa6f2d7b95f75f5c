import { describe, expect, test } from "vitest";
import { cocoParams, visDroneParams } from "../../../shared/domain/protocols.ts";
import { evaluate } from "../../../shared/evaluation/evaluate.ts";
import {
  joinImages,
  splitByImage,
  type ImageTruth,
} from "../../../shared/evaluation/image-truth.ts";
import { atOrAbove } from "../../../shared/evaluation/at-or-above.ts";
import { liveEvaluation } from "../../../shared/evaluation/live.ts";
import type { EvaluationResult, EvaluationSet } from "../../../shared/evaluation/types.ts";
import { HostileSets, seeded } from "./hostile-set.ts";

/** The values of a result, its arrays as bytes; timings are never the same twice. */
function values({ timings: _, arrays, ...rest }: EvaluationResult): unknown {
  if (arrays === null) return structuredClone(rest);
  const bytes = [arrays.precision, arrays.recall, arrays.scores].map((values) =>
    Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString("latin1"),
  );
  return { ...structuredClone(rest), shape: arrays.shape, bytes };
}

function noLabels(): ImageTruth {
  return {
    category: new Int32Array(0),
    boxes: new Float64Array(0),
    area: new Float64Array(0),
    crowd: new Uint8Array(0),
    ignore: new Uint8Array(0),
  };
}

describe("live evaluation", () => {
  test("after any sequence of edits it equals a full evaluation bit for bit", () => {
    const sets = new HostileSets(7);
    const random = seeded(77);
    for (let round = 0; round < 250; round++) {
      const { set, params } = sets.next();
      const live = liveEvaluation(set, params);
      const truth = splitByImage(set.truth, set.imageIds.length);
      let threshold = -Infinity;
      for (let edit = 0; edit < 8; edit++) {
        if (random() < 0.3) {
          threshold = [-Infinity, 0, 0.3, 0.5, Infinity][Math.floor(random() * 5)]!;
          live.setScoreThreshold(threshold);
        } else {
          const image = Math.floor(random() * truth.length);
          truth[image] = otherLabels(sets, set.categoryIds.length);
          live.replaceTruth(image, truth[image]);
        }
        if (random() < 0.5) continue;
        const full: EvaluationSet = {
          ...set,
          truth: joinImages(truth),
          predictions: atOrAbove(set.predictions, threshold),
        };
        expect(values(live.result()), `round ${round}, edit ${edit}`).toEqual(
          values(evaluate(full, params)),
        );
      }
    }
  });

  test("VisDrone's too, with ignored regions that move", () => {
    const sets = new HostileSets(8);
    const random = seeded(88);
    const someRegions = () =>
      Float64Array.from({ length: 4 * Math.floor(random() * 3) }, () => Math.floor(random() * 40));
    for (let round = 0; round < 120; round++) {
      const { set: hostile, params: given } = sets.next();
      const params = { ...given, protocol: "visdrone" } as const;
      const imageSizes = Float64Array.from(
        { length: 2 * hostile.imageIds.length },
        () => 30 * Math.floor(random() * 4),
      );
      // Some rows are of a class that is not scored.
      const category = hostile.predictions.category.map((k) => (random() < 0.1 ? -1 : k));
      const predictions = { ...hostile.predictions, category };
      const regions = Array.from(hostile.imageIds, someRegions);
      const set = { ...hostile, predictions, imageSizes, regions: regionsOf(regions) };
      const live = liveEvaluation(set, params);
      const truth = splitByImage(set.truth, set.imageIds.length);
      let threshold = -Infinity;
      for (let edit = 0; edit < 8; edit++) {
        const image = Math.floor(random() * truth.length);
        if (random() < 0.15) {
          threshold = [-Infinity, 0, 0.3, 0.5][Math.floor(random() * 4)]!;
          live.setScoreThreshold(threshold);
        } else if (random() < 0.6) {
          truth[image] = otherLabels(sets, set.categoryIds.length);
          live.replaceTruth(image, truth[image]);
        } else {
          regions[image] = someRegions();
          live.replaceTruth(image, truth[image]!, regions[image]);
        }
        if (random() < 0.4) continue;
        const full: EvaluationSet = {
          ...set,
          truth: joinImages(truth),
          predictions: atOrAbove(set.predictions, threshold),
          regions: regionsOf(regions),
        };
        expect(values(live.result()), `round ${round}, edit ${edit}`).toEqual(
          values(evaluate(full, params)),
        );
      }
    }
  });

  test("an edited box that now overlaps a prediction becomes a hit, and its removal a false alarm", () => {
    const live = liveEvaluation(oneImage(), cocoParams);
    expect(live.result().summary["AP"]).toBe(0);
    const label = { ...noLabels(), category: Int32Array.of(0) };
    const box = Float64Array.of(10, 20, 30, 40);
    const one = { ...label, boxes: box, area: Float64Array.of(1200) };
    live.replaceTruth(0, { ...one, crowd: Uint8Array.of(0), ignore: Uint8Array.of(0) });
    expect(live.result().summary["AP"]).toBeCloseTo(1, 12);
    live.replaceTruth(0, noLabels());
    expect(live.result().summary["AP"]).toBeNull();
  });

  test("it keeps its own copy of the labels it was given", () => {
    const live = liveEvaluation(oneImage(), cocoParams);
    const label = splitByImage(oneImage().truth, 1)[0]!;
    live.replaceTruth(0, label);
    label.boxes.set([10, 20, 30, 40]);
    live.replaceTruth(0, label);
    expect(live.result().summary["AP"]).toBeCloseTo(1, 12);
  });

  test("labels that are not sound are refused and change nothing", () => {
    const live = liveEvaluation(oneImage(), cocoParams);
    const before = values(live.result());
    const label = splitByImage(oneImage().truth, 1)[0]!;
    const negative = { ...label, boxes: Float64Array.of(1, 2, -3, 4) };
    expect(() => live.replaceTruth(0, negative)).toThrow(/truth\[0\]\.box is \[1, 2, -3, 4\]/);
    expect(() => live.replaceTruth(3, label)).toThrow(/no image 3; the set has 1/);
    expect(values(live.result())).toEqual(before);
  });

  test.each([cocoParams, visDroneParams])(
    "a set that is not sound is refused from the start, an unknown image later, by $protocol",
    (params) => {
      const set = oneImage();
      const odd = { ...set, predictions: { ...set.predictions, score: Float64Array.of(NaN) } };
      expect(() => liveEvaluation(odd, params)).toThrow(/predictions\[0\]\.score is NaN/);
      const live = liveEvaluation(set, params);
      const label = splitByImage(set.truth, 1)[0]!;
      const refused = expect.objectContaining({ code: "evaluation/unknown-image" }) as Error;
      expect(() => live.replaceTruth(1, label)).toThrow(refused);
      expect(() => live.replaceTruth(1, label)).toThrow(/no image 1; the set has 1 images/);
      const negative = { ...label, boxes: Float64Array.of(1, 2, -3, 4) };
      expect(() => live.replaceTruth(0, negative)).toThrow(/truth\[0\]\.box is \[1, 2, -3, 4\]/);
    },
  );

  test.each([cocoParams, visDroneParams])(
    "its times are parts of what passed since the last result, by $protocol",
    (params) => {
      let since = performance.now();
      const live = liveEvaluation(oneImage(), params);
      const label = splitByImage(oneImage().truth, 1)[0]!;
      for (let edit = 0; edit < 3; edit++) {
        live.replaceTruth(0, edit === 1 ? noLabels() : label);
        const { timings } = live.result();
        const now = performance.now();
        expect(Math.min(timings.evaluate, timings.accumulate)).toBeGreaterThanOrEqual(0);
        expect(timings.evaluate + timings.accumulate).toBeLessThanOrEqual(now - since);
        if (edit > 0) expect(timings.evaluate).toBeGreaterThan(0);
        since = now;
      }
    },
  );

  test("regions it was given may be written to afterwards", () => {
    const live = liveEvaluation(oneImage(), visDroneParams);
    const label = splitByImage(oneImage().truth, 1)[0]!;
    const over = Float64Array.of(1, 1, 200, 200);
    live.replaceTruth(0, label, over);
    over.fill(0);
    live.replaceTruth(0, label);
    expect(live.result().truthCounts[0]).toBe(0);
  });

  test("VisDrone's rules follow edits too", () => {
    const live = liveEvaluation(oneImage(), visDroneParams);
    const label = splitByImage(oneImage().truth, 1)[0]!;
    expect(live.result().summary["AP"]).toBe(0);
    live.replaceTruth(0, { ...label, boxes: Float64Array.of(10, 20, 30, 40) });
    expect(live.result().summary["AP"]).toBe(1);
    live.setScoreThreshold(0.9);
    expect(live.result().summary["AP"]).toBe(0);
  });
});

function regionsOf(boxes: readonly Float64Array[]) {
  return {
    image: Int32Array.from(boxes.flatMap((of, image) => Array(of.length / 4).fill(image))),
    boxes: Float64Array.from(boxes.flatMap((of) => [...of])),
  };
}

/** Labels of another set's first image, within the classes at hand. */
function otherLabels(sets: HostileSets, classCount: number): ImageTruth {
  const { set } = sets.next();
  const labels = splitByImage(set.truth, set.imageIds.length)[0]!;
  return { ...labels, category: labels.category.map((k) => k % classCount) };
}

/** A label and a prediction far from it. */
function oneImage(): EvaluationSet {
  return {
    imageIds: [5],
    categoryIds: [3],
    categoryNames: ["car"],
    truth: {
      image: Int32Array.of(0),
      category: Int32Array.of(0),
      boxes: Float64Array.of(100, 110, 13, 17),
      area: Float64Array.of(221),
      crowd: Uint8Array.of(0),
      ignore: Uint8Array.of(0),
    },
    predictions: {
      image: Int32Array.of(0),
      category: Int32Array.of(0),
      boxes: Float64Array.of(10, 20, 30, 40),
      score: Float64Array.of(0.75),
    },
  };
}
