import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { answersFile } from "../../../../models/onnx/answers.ts";
import { openOnnx } from "../../../../models/onnx/onnx-detector.ts";
import { readOnnxHeader } from "../../../../models/onnx/onnx-header.ts";
import { onnxBytes, writeOnnx, type SmallGraph } from "./small-graph.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "fovea-onnx-"));
});

const picture = { images: { dims: [1, 3, 32, 64] } };
const floats = (...values: number[]) => Float32Array.from(values);
const grey = new Uint8Array(32 * 64 * 3).fill(51); // 0.2

async function detect(name: string, graph: SmallGraph, score = 0.3, preset: string | null = null) {
  const file = writeOnnx(join(folder, `${name}.onnx`), graph);
  const detector = await openOnnx(file, preset, null);
  try {
    const [found] = await detector.detect([grey], { score, maxDets: 10 });
    return {
      input: detector.input,
      fit: detector.fit,
      labels: detector.labels,
      boxes: Array.from(found!.boxes),
      scores: Array.from(found!.scores),
      classes: Array.from(found!.classes),
    };
  } finally {
    await detector.dispose();
  }
}

test("labels, boxes and scores of a D-FINE export are read, best first", async () => {
  const found = await detect("dfine", {
    inputs: { ...picture, orig_target_sizes: { dims: [1, 2], int64: true } },
    outputs: {
      labels: { dims: [1, 3], values: BigInt64Array.of(4n, 7n, 1n) },
      boxes: { dims: [1, 3, 4], values: floats(1, 2, 11, 9, 20, 3, 31, 17, 5, 5, 6, 6) },
      scores: { dims: [1, 3], values: floats(0.5, 0.75, 0.1) },
    },
  });
  expect(found).toMatchObject({ input: { height: 32, width: 64 }, fit: "stretch" });
  expect(found.classes).toEqual([7, 4]);
  expect(found.boxes).toEqual([20, 3, 31, 17, 1, 2, 11, 9]);
});

test("raw DETR outputs pass a sigmoid and grow from the unit square to the input", async () => {
  const graph = {
    inputs: picture,
    outputs: {
      logits: { dims: [1, 2, 2], values: floats(0, -9, -9, Math.log(3)) },
      pred_boxes: { dims: [1, 2, 4], values: floats(0.5, 0.5, 0.25, 0.5, 0.25, 0.25, 0.125, 0.25) },
    },
  };
  const found = await detect("detr", graph);
  expect(found.scores[0]).toBeCloseTo(0.75, 6);
  expect(found.classes).toEqual([1, 0]);
  expect(found.boxes).toEqual([12, 4, 20, 12, 24, 8, 40, 24]);
});

test("DETR with a softmax is read so only when asked, without its last class", async () => {
  const graph = {
    inputs: picture,
    outputs: {
      logits: { dims: [1, 1, 3], values: floats(Math.log(2), Math.log(5), Math.log(3)) },
      pred_boxes: { dims: [1, 1, 4], values: floats(0.5, 0.5, 0.25, 0.5) },
    },
  };
  const found = await detect("softmax", graph, 0.15, "detr-softmax");
  expect(found.scores.map((s) => Number(s.toFixed(6)))).toEqual([0.5, 0.2]);
  expect(found.classes).toEqual([1, 0]);
});

test("YOLOv8 columns are suppressed class by class, with the names Ultralytics left", async () => {
  // two boxes of class 1 on one place, one of class 0 beside: 4 + 2 rows, 8 columns
  const columns = [
    [16, 16, 8, 8, 0.1, 0.9],
    [17, 16, 8, 8, 0.1, 0.8],
    [40, 10, 6, 4, 0.7, 0.1],
    ...Array.from({ length: 5 }, () => [0, 0, 1, 1, 0, 0]),
  ];
  const values = floats(...[0, 1, 2, 3, 4, 5].flatMap((row) => columns.map((c) => c[row]!)));
  const found = await detect("v8", {
    inputs: picture,
    outputs: { output0: { dims: [1, 6, 8], values } },
    metadata: { names: "{0: 'car', 1: \"people's\"}" },
  });
  expect(found.labels).toEqual(["car", "people's"]);
  expect(found.fit).toBe("letterbox");
  expect(found.classes).toEqual([1, 0]);
  expect(found.boxes.slice(0, 4)).toEqual([12, 12, 20, 20]);
});

test("YOLOv5 rows multiply objectness and class score", async () => {
  const rows = [
    [16, 16, 8, 8, 0.5, 0.9, 0.1],
    ...Array.from({ length: 9 }, () => [0, 0, 1, 1, 0, 0, 0]),
  ];
  const found = await detect("v5", {
    inputs: picture,
    outputs: { output: { dims: [1, 10, 7], values: floats(...rows.flat()) } },
  });
  expect(found.scores[0]).toBeCloseTo(0.45, 6);
  expect(found.boxes).toEqual([12, 12, 20, 20]);
});

test("YOLOv10 rows need no suppression", async () => {
  const found = await detect("v10", {
    inputs: picture,
    outputs: {
      output0: { dims: [1, 2, 6], values: floats(1, 2, 3, 5, 0.9, 6, 1, 2, 3, 5, 0.8, 6) },
    },
  });
  expect(found.classes).toEqual([6, 6]);
});

test("torchvision counts its classes from 1", async () => {
  const found = await detect("torchvision", {
    inputs: { image: { dims: [3, 32, 64] } },
    outputs: {
      boxes: { dims: [2, 4], values: floats(1, 2, 3, 4, 5, 6, 8, 9) },
      labels: { dims: [2], values: BigInt64Array.of(3n, 1n) },
      scores: { dims: [2], values: floats(0.4, 0.6) },
    },
  });
  expect(found.classes).toEqual([0, 2]);
});

test("what is saved beside the model is used: normalisation, classes and layout", async () => {
  const file = writeOnnx(join(folder, "answers.onnx"), {
    inputs: { images: { dims: [1, 3, "height", "width"] } },
    outputs: {
      boxes: { dims: [1, 3, 4], values: floats(0, 0, 1, 1, 2, 2, 5, 5, 3, 3, 7, 7) },
      labels: { dims: [1, 3], values: BigInt64Array.of(0n, 1n, 2n) },
      scores: { dims: [1, 3], values: "picture mean" },
    },
  });
  await expect(openOnnx(file, null, null)).rejects.toThrow("--size HxW");
  writeFileSync(
    answersFile(file),
    JSON.stringify({
      input: { height: 32, width: 64 },
      labels: ["a", "b", "c"],
      mean: [0.1, 0, 0.2],
      std: [1, 0.25, 0.5],
    }),
  );
  const detector = await openOnnx(file, null, null);
  const [found] = await detector.detect([grey], { score: -1, maxDets: 10 });
  expect(detector.labels).toEqual(["a", "b", "c"]);
  expect(Array.from(found!.scores, (s) => Number(s.toFixed(5)))).toEqual([0.8, 0.1, 0]);
  await detector.dispose();
});

test("outputs that fit no layout are named with the layouts to choose from", async () => {
  const graph = { inputs: picture, outputs: { heat: { dims: [1, 2], values: floats(1, 2) } } };
  await expect(detect("odd", graph)).rejects.toThrow(/heat \[1,2\].*yolo-v8/);
});

test("a file that is cut off, empty or something else is refused before it is loaded", async () => {
  const bytes = onnxBytes({ inputs: picture, outputs: { heat: { dims: [1], values: floats(1) } } });
  for (const [name, content] of [
    ["cut", bytes.subarray(0, bytes.length - 30)],
    ["empty", new Uint8Array(0)],
    ["text", Buffer.from("not a model, just words that go on for a while")],
    ["huge", Uint8Array.of(0x3a, 0xff, 0xff, 0xff, 0xff, 0x7f)],
  ] as const) {
    const file = join(folder, `${name}.onnx`);
    writeFileSync(file, content);
    await expect(openOnnx(file, null, null)).rejects.toMatchObject({ code: "onnx/unreadable" });
  }
});

test("the header gives version and metadata without the graph", () => {
  const file = writeOnnx(join(folder, "header.onnx"), {
    inputs: picture,
    outputs: { heat: { dims: [1], values: floats(1) } },
    metadata: { task: "detect" },
  });
  const header = readOnnxHeader(file);
  expect(header.irVersion).toBe(8);
  expect(header.metadata.get("task")).toBe("detect");
});
