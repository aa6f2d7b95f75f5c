import { expect, test } from "vitest";
import { selectDetections } from "../../../../models/rtdetr/postprocess.ts";

const size = { width: 200, height: 100 };
const boxes = Float32Array.of(0.5, 0.4, 0.2, 0.3, 0.25, 0.75, 0.1, 0.5);

test("the best pairs of query and class come first, in pixels of the picture", () => {
  const logits = Float32Array.of(-1, 2, 0.5, 1, -3, 3); // 2 queries, 3 classes
  const found = selectDetections(logits, boxes, size, { maxDetections: 3, minScore: 0 });
  expect([...found.queries]).toEqual([1, 0, 1]);
  expect([...found.labels]).toEqual([2, 1, 0]);
  expect(found.scores[0]).toBeCloseTo(1 / (1 + Math.exp(-3)), 6);
  const expected = [40, 50, 20, 50, 80, 25, 40, 30, 40, 50, 20, 50];
  for (const [i, value] of expected.entries()) expect(found.boxes[i]).toBeCloseTo(value, 4);
});

test("equal scores keep the order of queries and classes", () => {
  const logits = Float32Array.of(0, 1, 0, 0, 0, 1);
  const found = selectDetections(logits, boxes, size, { maxDetections: 4, minScore: 0 });
  expect([...found.queries]).toEqual([0, 1, 0, 0]);
  expect([...found.labels]).toEqual([1, 2, 0, 2]);
});

test("scores below the limit are left out", () => {
  const logits = Float32Array.of(-4, -4, 0.1, -4, -4, -0.1);
  const found = selectDetections(logits, boxes, size, { maxDetections: 300, minScore: 0.5 });
  expect([...found.labels]).toEqual([2]);
});

test("no queries give no detections", () => {
  const none = new Float32Array(0);
  const found = selectDetections(none, none, size, { maxDetections: 300, minScore: 0 });
  expect(found.scores).toHaveLength(0);
  expect(found.boxes).toHaveLength(0);
});
