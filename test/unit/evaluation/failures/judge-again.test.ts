import { describe, expect, test } from "vitest";
import {
  cocoParams,
  sodaDParams,
  visDroneParams,
  type EvaluationParams,
} from "../../../../shared/domain/protocols.ts";
import type { XywhPixels } from "../../../../shared/domain/records.ts";
import { judge } from "../../../../shared/evaluation/failures/judge.ts";
import { GONE, judgeAgain } from "../../../../shared/evaluation/failures/judge-again.ts";
import { randomNumbers } from "./random-set.ts";
import { smallSet, type SmallSet } from "./small-set.ts";

type Truths = NonNullable<SmallSet["truth"]>;

const protocols: EvaluationParams[] = [
  { ...cocoParams, maxDets: [3] },
  { ...sodaDParams, maxDets: [3] },
  { ...visDroneParams, maxDets: [9] },
];
const IMAGES = 5;

/** A run before and after labels of some images were moved, removed and drawn, and what tells of the change. */
function editedSet(seed: number) {
  const random = randomNumbers(seed);
  const below = (n: number) => Math.floor(random() * n);
  const box = (): XywhPixels => [20 + 5 * below(5), 20, 10, 1 + below(10)];
  const label = (image: number) => ({
    image,
    category: below(3),
    box: box(),
    crowd: random() < 0.1,
    ignore: random() < 0.1,
  });
  const truth: Truths = Array.from({ length: 30 }, () => label(below(IMAGES)));
  const predictions = Array.from({ length: 70 }, () => ({
    image: below(IMAGES),
    category: below(3),
    box: box(),
    score: below(10) / 10,
  }));
  const images = [0, 1, 2, 3, 4].filter(() => random() < 0.4);
  const after: Truths[number][] = [];
  // Seeds of one kind remove nothing, so that no row moves.
  const removes = seed % 3 === 0 ? 0 : 0.3;
  // In some the first row of all moves, be it of an image that stays as it is.
  if (seed % 3 === 1) after.push(...images.map(label));
  const movedTo = Int32Array.from(truth, (object) => {
    const isEdited = images.includes(object.image!);
    if (isEdited && random() < removes) return GONE;
    if (isEdited && removes > 0 && random() < 0.2) after.push(label(object.image!));
    return after.push(isEdited && random() < 0.5 ? label(object.image!) : object) - 1;
  });
  for (const image of images) after.push(label(image));
  const rest = {
    images: IMAGES,
    classes: 3,
    predictions,
    regions: [{ box: [20, 20, 9, 4] }],
  } as const;
  const predictionRows = Int32Array.from(
    [...predictions.keys()].filter((p) => images.includes(predictions[p]!.image)),
  );
  return {
    before: smallSet({ ...rest, truth }),
    after: smallSet({ ...rest, truth: after }),
    changed: { images, predictionRows, movedTo },
  };
}

describe.each(protocols)("labels that changed in some images ($protocol)", (params) => {
  test("are judged as if the whole set were judged anew", () => {
    for (let seed = 1; seed <= 30; seed++) {
      const { before, after, changed } = editedSet(seed);
      const again = judgeAgain(judge(before, params, 0.5), after, params, changed);
      expect(again, `seed ${seed}`).toEqual(judge(after, params, 0.5));
    }
  });
});

test("where no image changed the judgement stays as it is", () => {
  const { before } = editedSet(4);
  const movedTo = Int32Array.from(before.truth.area.keys());
  const changed = { images: [], predictionRows: new Int32Array(0), movedTo };
  const again = judgeAgain(judge(before, cocoParams, 0.5), before, cocoParams, changed);
  expect(again).toEqual(judge(before, cocoParams, 0.5));
});
