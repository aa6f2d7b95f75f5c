import { expect, test } from "vitest";
import {
  bestOverlap,
  listObjects,
  nextFailure,
  objectAt,
  addressOf,
  rowOf,
} from "../../../renderer/components/image/object-list.ts";
import { buildScene, judgeAt } from "../../../renderer/canvas/scene/scene.ts";
import { visibility } from "../../../renderer/canvas/scene/visibility.ts";
import type { ImageDetail } from "../../../shared/api/images.ts";
import { prediction, truth } from "./objects.ts";

const detail: ImageDetail = {
  image: { id: 7, sourceId: 70, path: "a/b.jpg", width: 640, height: 480 },
  datasetId: 3,
  annotations: [
    truth({ id: 401, box: [10, 10, 20, 5], verdict: "hit", match: 1, bucket: "eS" }),
    truth({ id: 417, box: [100, 10, 6, 6], verdict: "miss", bucket: "eS" }),
    truth({ id: 423, box: [200, 10, 40, 30], verdict: "miss", bucket: "N" }),
  ],
  predictions: [
    prediction({ box: [200, 20, 40, 30], score: 0.8 }),
    prediction({ box: [10, 10, 20, 4], score: 0.6, verdict: "hit", match: 0, bucket: "eS" }),
  ],
};
const scene = buildScene(detail.annotations, detail.predictions);
const judgement = judgeAt(scene, 0.3);
const shown = visibility(scene, judgement, { truth: true, predictions: true, verdicts: null });

test("objects are listed by size, by score or as in the file", () => {
  expect(listObjects(scene, shown, "size")).toEqual([1, 4, 0, 2, 3]);
  expect(listObjects(scene, shown, "score")).toEqual([0, 1, 2, 3, 4]);
  expect(listObjects(scene, shown, "file")).toEqual([0, 1, 2, 3, 4]);
});

test("the next failure is the next miss or false alarm of the list", () => {
  const list = listObjects(scene, shown, "size");
  expect(nextFailure(list, judgement, null)).toBe(1);
  expect(nextFailure(list, judgement, 1)).toBe(2);
  expect(nextFailure(list, judgement, 2)).toBe(3);
  expect(nextFailure(list, judgement, 3)).toBeNull();
});

test("a row tells the match and the overlap with it", () => {
  const row = rowOf(detail, scene, judgement, 4);
  expect(row).toMatchObject({ kind: "prediction", verdict: "hit", match: 0, iou: 0.8 });
  expect(rowOf(detail, scene, judgement, 1)).toMatchObject({ match: null, iou: null, score: null });
});

test("the best overlap is with the other kind only, and with nothing cut off by its score", () => {
  expect(bestOverlap(scene, judgement, 2)).toEqual({ object: 3, iou: 0.5 });
  expect(bestOverlap(scene, judgeAt(scene, 0.9), 2)).toBeNull();
});

test("an object and its address lead to each other", () => {
  expect(addressOf(detail, scene, 2)).toBe("gt-423");
  expect(objectAt(detail, scene, "gt-423")).toBe(2);
  expect(addressOf(detail, scene, 4)).toBe("p-1");
  expect(objectAt(detail, scene, "p-1")).toBe(4);
});

test("an address that names nothing of this image selects nothing", () => {
  expect(objectAt(detail, scene, "gt-999")).toBeNull();
  expect(objectAt(detail, scene, "p-2")).toBeNull();
  expect(objectAt(detail, scene, "p--1")).toBeNull();
});
