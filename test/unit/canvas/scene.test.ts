import { expect, test } from "vitest";
import { pickObject } from "../../../renderer/canvas/scene/pick.ts";
import {
  BELOW_SCORE,
  buildScene,
  FALSE_ALARM,
  HIT,
  IGNORED,
  judgeAt,
  MISS,
  UNMATCHED,
  verdictCounts,
} from "../../../renderer/canvas/scene/scene.ts";
import { BOX_ONLY, FULL, HIDDEN, visibility } from "../../../renderer/canvas/scene/visibility.ts";
import { imagePoint } from "../../../shared/geometry/spaces.ts";
import { prediction, truth } from "./objects.ts";

/** Two hits at 0.9 and 0.4, a miss, a false alarm at 0.7, and an ignored object that took one of 0.35. */
function street() {
  return buildScene(
    [
      truth({ box: [10, 10, 8, 8], verdict: "hit", match: 1 }),
      truth({ box: [50, 10, 6, 6], verdict: "hit", match: 0 }),
      truth({ box: [90, 10, 5, 5], verdict: "miss" }),
      truth({ box: [10, 60, 40, 30], verdict: "ignored", match: 3 }),
    ],
    [
      prediction({ box: [51, 10, 6, 6], score: 0.4, verdict: "hit", match: 1 }),
      prediction({ box: [10, 11, 8, 8], score: 0.9, verdict: "hit", match: 0 }),
      prediction({ box: [120, 70, 9, 9], score: 0.7, verdict: "false-alarm" }),
      prediction({ box: [12, 62, 9, 9], score: 0.35, verdict: "ignored", match: 3 }),
    ],
  );
}

test("with no score threshold the verdicts are the host's", () => {
  const { verdict, match } = judgeAt(street(), 0);
  expect([...verdict]).toEqual([HIT, HIT, MISS, IGNORED, HIT, HIT, FALSE_ALARM, IGNORED]);
  expect([...match]).toEqual([5, 4, UNMATCHED, 7, 1, 0, UNMATCHED, 3]);
});

test("a hit whose prediction is cut off by its score becomes a miss", () => {
  const { verdict, match } = judgeAt(street(), 0.5);
  expect([...verdict]).toEqual([
    HIT,
    MISS,
    MISS,
    IGNORED,
    BELOW_SCORE,
    HIT,
    FALSE_ALARM,
    BELOW_SCORE,
  ]);
  expect([...match].slice(0, 4)).toEqual([5, UNMATCHED, UNMATCHED, UNMATCHED]);
});

test("a prediction exactly at the threshold stays", () => {
  expect(judgeAt(street(), 0.4).verdict[1]).toBe(HIT);
});

test("verdicts are counted by code", () => {
  const counts = verdictCounts(judgeAt(street(), 0.5));
  expect(counts[HIT]).toBe(2);
  expect(counts[MISS]).toBe(2);
  expect(counts[FALSE_ALARM]).toBe(1);
  expect(counts[BELOW_SCORE]).toBe(2);
});

test("an image without objects makes an empty scene", () => {
  const scene = buildScene([], []);
  expect(scene.count).toBe(0);
  expect(judgeAt(scene, 0.3).verdict).toHaveLength(0);
});

test("a found object and its prediction share one marker, and what is cut off or switched off is hidden", () => {
  const scene = street();
  const judgement = judgeAt(scene, 0.5);
  expect([
    ...visibility(scene, judgement, { truth: true, predictions: true, verdicts: null }),
  ]).toEqual([FULL, FULL, FULL, FULL, HIDDEN, BOX_ONLY, FULL, HIDDEN]);
  expect(
    [...visibility(scene, judgement, { truth: false, predictions: true, verdicts: null })].slice(4),
  ).toEqual([HIDDEN, FULL, FULL, HIDDEN]);
});

test("only the verdicts asked for are shown", () => {
  const scene = street();
  const only = { truth: true, predictions: true, verdicts: new Set([MISS, FALSE_ALARM]) };
  expect([...visibility(scene, judgeAt(scene, 0.5), only)]).toEqual([
    HIDDEN,
    FULL,
    FULL,
    HIDDEN,
    HIDDEN,
    HIDDEN,
    FULL,
    HIDDEN,
  ]);
});

test("of boxes over each other the smallest is picked, hidden ones never", () => {
  const scene = buildScene(
    [truth({ box: [0, 0, 100, 100] }), truth({ box: [20, 20, 30, 30] })],
    [prediction({ box: [25, 25, 4, 4], score: 0.2 })],
  );
  const shown = Uint8Array.from([FULL, FULL, HIDDEN]);
  expect(pickObject(scene, shown, imagePoint(27, 27), 1)).toBe(1);
  expect(pickObject(scene, shown, imagePoint(80, 80), 1)).toBe(0);
  expect(pickObject(scene, shown, imagePoint(180, 80), 1)).toBeNull();
});

test("a tiny box is picked in reach of its marker, the nearer one first", () => {
  const scene = buildScene([truth({ box: [10, 10, 2, 2] }), truth({ box: [16, 10, 2, 2] })], []);
  const shown = Uint8Array.from([FULL, FULL]);
  expect(pickObject(scene, shown, imagePoint(15, 11), 5)).toBe(1);
  expect(pickObject(scene, shown, imagePoint(12.5, 11), 5)).toBe(0);
});
