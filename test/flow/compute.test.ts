import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { beforeAll, expect, test } from "vitest";
import { runTask } from "../../main/compute/run-task.ts";
import type { PredictedImage, PredictTask } from "../../shared/compute/messages.ts";
import { writeOnnx } from "../unit/models/onnx/small-graph.ts";

let folder = "";
let task: PredictTask;
const floats = (...values: number[]) => Float32Array.from(values);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "fovea-compute-"));
  const file = writeOnnx(join(folder, "model.onnx"), {
    inputs: { images: { dims: [1, 3, 32, 64] } },
    outputs: {
      output0: { dims: [1, 2, 6], values: floats(8, 4, 16, 12, 0.9, 1, 0, 0, 2, 2, 0.1, 0) },
    },
  });
  writeFileSync(`${file}.fovea.json`, JSON.stringify({ fit: "stretch" }));
  const picture = (name: string) => join(folder, name);
  const plain = { width: 128, height: 96, channels: 3 as const, background: "#456" };
  await sharp({ create: plain }).png().toFile(picture("plain.png"));
  // The camera was held upright: 96 wide and 128 high once turned.
  await sharp({ create: plain })
    .jpeg()
    .withMetadata({ orientation: 6 })
    .toFile(picture("turned.jpg"));
  writeFileSync(picture("broken.jpg"), "no picture");
  task = {
    kind: "predict",
    model: { kind: "onnx", file, preset: null },
    images: [
      { id: 11, path: picture("plain.png") },
      { id: 12, path: picture("broken.jpg") },
      { id: 13, path: picture("turned.jpg") },
    ],
    size: null,
    tile: null,
    score: 0.3,
    maxDets: 100,
    batch: 1,
  };
});

async function run(changes: Partial<PredictTask>, signal = new AbortController().signal) {
  const items: PredictedImage[] = [];
  const steps: number[] = [];
  const result = await runTask(
    { ...task, ...changes },
    { signal, progress: ({ step }) => steps.push(step), item: (item) => items.push(item) },
  );
  return { items, steps, result };
}

test("boxes come back in pixels of the original, EXIF turned, and a broken picture is reported", async () => {
  const { items, steps, result } = await run({});
  expect(result).toMatchObject({ images: 2, failed: 1 });
  expect(items.map(({ imageId }) => imageId)).toEqual([11, 12, 13]);
  expect(Array.from(items[0]!.boxes)).toEqual([16, 12, 16, 24]);
  expect(Array.from(items[2]!.boxes)).toEqual([12, 16, 12, 32]);
  expect(items[1]!.problem).toContain("broken.jpg");
  expect(steps).toEqual([0, 1, 2, 3]);
});

test("tiles are cut, run and put together on the whole picture", async () => {
  const { items } = await run({
    images: [{ id: 11, path: join(folder, "plain.png") }],
    tile: { size: 64, overlap: 0, merge: "nms" },
  });
  // 128 x 96 in tiles of 64: columns 0 and 64, rows 0 and 32; each shows its box at 8,8 .. 16,24
  const corners = Array.from({ length: 4 }, (_, k) => [
    ...items[0]!.boxes.subarray(k * 4, k * 4 + 2),
  ]);
  expect(corners.sort()).toEqual([
    [72, 40],
    [72, 8],
    [8, 40],
    [8, 8],
  ]);
});

test("a model that cannot be read ends the task with its own error", async () => {
  const model = { kind: "onnx", file: join(folder, "none.onnx"), preset: null } as const;
  await expect(run({ model })).rejects.toMatchObject({ code: "onnx/unreadable" });
});

test("a task that was cancelled ends as cancelled", async () => {
  const stop = new AbortController();
  const images = Array.from({ length: 500 }, (_, id) => ({ id, path: join(folder, "plain.png") }));
  const running = runTask(
    { ...task, images },
    { signal: stop.signal, progress: () => stop.abort(), item: () => undefined },
  );
  await expect(running).rejects.toMatchObject({ code: "compute/cancelled" });
});

test("a process that dies ends its task with what it last said, and the next task runs", async () => {
  const entry = join(folder, "dies.mjs");
  writeFileSync(
    entry,
    `process.on("message", () => { console.error("out of sheep"); process.abort(); });`,
  );
  const call = {
    signal: new AbortController().signal,
    progress: () => undefined,
    item: () => undefined,
  };
  await expect(runTask(task, call, { entry })).rejects.toMatchObject({
    code: "compute/crashed",
    details: expect.stringContaining("out of sheep") as string,
  });
  expect((await run({})).result.images).toBe(2);
});
