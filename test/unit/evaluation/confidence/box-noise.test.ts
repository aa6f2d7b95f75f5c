import { describe, expect, test } from "vitest";
import { cocoParams, sodaDParams, visDroneParams } from "../../../../shared/domain/protocols.ts";
import type { XywhPixels } from "../../../../shared/domain/records.ts";
import { boxNoise } from "../../../../shared/evaluation/confidence/box-noise.ts";
import { outcomesOf } from "../../../../shared/evaluation/confidence/outcomes.ts";
import { seededRandom } from "../../../../shared/evaluation/confidence/seeded-random.ts";
import { WeightedAp } from "../../../../shared/evaluation/confidence/weighted-ap.ts";
import { evaluate } from "../../../../shared/evaluation/evaluate.ts";
import { smallSet } from "../failures/small-set.ts";
import { fullAps } from "./plain-resample.ts";

/** Objects of 8 px and of 64 px, well apart, each found exactly. */
const objects = Array.from({ length: 24 }, (_, i) => {
  const side = i % 2 === 0 ? 8 : 64;
  return { image: i % 3, box: [100 * i, 40, side, side] as XywhPixels };
});
const set = smallSet({
  images: 3,
  truth: objects,
  predictions: objects.map((object, i) => ({ ...object, score: 0.9 - i / 50 })),
});
const curveOf = (label: string, params: Parameters<typeof boxNoise>[1] = cocoParams) =>
  boxNoise(set, params).find((curve) => curve.label === label)!.points;

describe("sensitivity to box noise", () => {
  test("starts at the run's own AP and falls with every step, small objects first", () => {
    const { APs: small, APm: medium } = evaluate(set, cocoParams).summary;
    const smallCurve = curveOf("small");
    const mediumCurve = curveOf("medium");
    expect(smallCurve.map(({ pixels }) => pixels)).toEqual([0, 0.5, 1, 2]);
    expect(smallCurve[0]!.ap).toBeCloseTo(small!, 12);
    expect(mediumCurve[0]!.ap).toBeCloseTo(medium!, 12);
    for (let step = 1; step < 4; step++) {
      expect(smallCurve[step]!.ap!).toBeLessThan(smallCurve[step - 1]!.ap!);
      expect(smallCurve[step]!.ap!).toBeLessThan(mediumCurve[step]!.ap!);
    }
  });

  test("a shift of 1 px along an axis costs an 8 px box the thresholds above IoU 0.78", () => {
    // Moved by 1 px in any direction, an 8 px box keeps an IoU of 0.71 to 0.78.
    const { ap } = curveOf("small")[2]!;
    expect(ap!).toBeGreaterThanOrEqual(0.5);
    expect(ap!).toBeLessThanOrEqual(0.6);
  });

  test("the ceiling of exact predictions is the run's own curve", () => {
    for (const { ap, ceiling } of curveOf("medium")) expect(ceiling).toBeCloseTo(ap!, 12);
  });

  test.each([cocoParams, sodaDParams, visDroneParams])(
    "is that of labels moved by the pixels in directions all round ($protocol)",
    (params) => {
      // Predictions off to one side, so that it matters where a label goes.
      const beside = { ...set, predictions: { ...set.predictions } };
      beside.predictions.boxes = set.truth.boxes.map((value, at) =>
        at % 4 === 0 ? value + 1.5 : at % 4 === 1 ? value - 1 : value,
      );
      const steps = [0.7, 1.6];
      const curves = boxNoise(beside, params, { seed: 5, steps });
      steps.forEach((pixels, step) => {
        const random = seededRandom(5);
        const boxes = set.truth.boxes.slice();
        for (let t = 0; t < objects.length; t++) {
          const turn = random();
          boxes[4 * t]! += pixels * Math.cos(turn * 2 * Math.PI);
          boxes[4 * t + 1]! += pixels * Math.sin(turn * 2 * Math.PI);
        }
        const truth = { ...set.truth, boxes };
        const run = fullAps({ ...beside, truth }, params);
        const { image, category } = set.truth;
        const score = new Float64Array(objects.length).fill(1);
        const labels = { image, category, boxes: set.truth.boxes, score };
        const ceilings = fullAps({ ...set, truth, predictions: labels }, params);
        curves.forEach(({ label, points }, a) => {
          expect(label).toBe(params.areaRanges[a]!.label);
          const { ap, ceiling } = points[step]!;
          expect(points[step]!.pixels).toBe(pixels);
          if (run[a]!.ap === null) expect([ap, ceiling]).toEqual([null, null]);
          else {
            expect(ap).toBeCloseTo(run[a]!.ap, 12);
            expect(ceiling).toBeCloseTo(ceilings[a]!.ap!, 12);
          }
        });
      });
    },
  );

  test("counts every image once, to the last bit, and starts from seed 1", () => {
    const [object] = objects;
    const one = smallSet({ truth: [object!], predictions: [{ ...object!, score: 0.9 }] });
    const [found] = new WeightedAp(outcomesOf(one, cocoParams)).at(Int32Array.of(1));
    const [all] = boxNoise(one, cocoParams);
    expect(all!.points[0]).toEqual({ pixels: 0, ap: found!.ap, ceiling: found!.ap });
    expect(boxNoise(set, cocoParams)).toEqual(boxNoise(set, cocoParams, { seed: 1 }));
  });

  test("is the same for the same seed and leaves the set as it was", () => {
    const before = set.truth.boxes.slice();
    expect(boxNoise(set, cocoParams, { seed: 3 })).toEqual(boxNoise(set, cocoParams, { seed: 3 }));
    expect(boxNoise(set, cocoParams, { seed: 3 })).not.toEqual(boxNoise(set, cocoParams));
    expect(set.truth.boxes).toEqual(before);
  });

  test("works under every protocol and on nothing", () => {
    expect(curveOf("eS", sodaDParams)[1]!.ap).not.toBeNull();
    expect(curveOf("all", visDroneParams)[0]!.ap).toBeCloseTo(1, 12);
    const [empty] = boxNoise(smallSet({}), cocoParams, { steps: [1] });
    expect(empty).toEqual({ label: "all", points: [{ pixels: 1, ap: null, ceiling: null }] });
  });
});
