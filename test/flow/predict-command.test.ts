import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  writeFileSync,
  existsSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { beforeAll, expect, test } from "vitest";
import { runCommand } from "../../main/cli/run-command.ts";
import {
  predictFolder,
  type FolderPrediction,
} from "../../main/services/inference/predict-folder.ts";
import { writeOnnx } from "../unit/models/onnx/small-graph.ts";

let folder = "";
let model = "";
let images = "";

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "fovea-predict-"));
  images = join(folder, "my images");
  mkdirSync(join(images, "deep"), { recursive: true });
  model = writeOnnx(join(folder, "model.onnx"), {
    inputs: { images: { dims: [1, 3, 32, 64] } },
    outputs: {
      output0: {
        dims: [1, 2, 6],
        values: Float32Array.of(8, 4, 16, 12, 0.75, 1, 0, 0, 4, 8, 0.5, 0),
      },
    },
    metadata: { names: "{0: 'car', 1: 'bus'}" },
  });
  writeFileSync(`${model}.fovea.json`, JSON.stringify({ fit: "stretch" }));
  const plain = { width: 128, height: 64, channels: 3 as const, background: "#789" };
  for (const name of ["b.png", "a.png", "deep/ä c.png", "z.png"])
    await sharp({ create: plain }).png().toFile(join(images, name));
});

const plan = (changes: Partial<FolderPrediction> = {}): FolderPrediction => ({
  model,
  preset: null,
  images,
  groundTruth: null,
  out: join(folder, "out.json"),
  settings: { size: null, tile: null, score: 0.3, maxDets: 10, batch: 1 },
  shard: null,
  ...changes,
});
const context = () => ({ signal: new AbortController().signal, progress: () => undefined });
const read = (file: string) =>
  JSON.parse(readFileSync(file, "utf8")) as {
    image_id: number;
    category_id: number;
    bbox: number[];
    score: number;
  }[];

test("without labels, images are numbered by name and classes from 1", async () => {
  const out = join(folder, "plain.json");
  const args = ["predict", "--model", model, "--images", images, "--out", out, "--score", "0.3"];
  expect(await runCommand(args)).toBe(0);
  const rows = read(out);
  expect(rows.map((row) => row.image_id)).toEqual([1, 1, 2, 2, 3, 3, 4, 4]);
  expect(rows[0]).toEqual({ image_id: 1, category_id: 2, bbox: [16, 8, 16, 16], score: 0.75 });
  expect(existsSync(`${out}.part`)).toBe(false);
});

test("with labels, their image and category ids are used and unknown classes are told", async () => {
  const groundTruth = join(folder, "gt.json");
  writeFileSync(
    groundTruth,
    JSON.stringify({
      images: [
        { id: 70, file_name: "ä c.png", width: 128, height: 64 },
        { id: 7, file_name: "z.png", width: 128, height: 64 },
        { id: 9, file_name: "gone.png", width: 128, height: 64 },
      ],
      categories: [{ id: 33, name: "Bus" }],
      annotations: [],
    }),
  );
  const out = join(folder, "mapped.json");
  const result = await predictFolder(plan({ groundTruth, out }), context());
  expect(read(out).map((row) => [row.image_id, row.category_id])).toEqual([
    [70, 33],
    [7, 33],
  ]);
  expect(result.problems.join(" ")).toMatch(/gone\.png.*car/);
});

test("what an interrupted run finished is not run again", async () => {
  const out = join(folder, "resumed.json");
  const many = join(folder, "many");
  mkdirSync(many);
  for (let k = 0; k < 120; k++) copyFileSync(join(images, "a.png"), join(many, `${k}.png`));
  const stop = new AbortController();
  const interrupted = predictFolder(plan({ out, images: many }), {
    signal: stop.signal,
    progress: ({ step }) => {
      if (step === 2) stop.abort();
    },
  });
  await expect(interrupted).rejects.toMatchObject({ code: "compute/cancelled" });
  expect(existsSync(out)).toBe(false);
  // a kill in the middle of a line
  const part = readFileSync(`${out}.part`, "utf8");
  writeFileSync(`${out}.part`, `${part}{"imageId":4,"bo`);
  const result = await predictFolder(plan({ out, images: many }), context());
  expect(result.resumed).toBeGreaterThanOrEqual(2);
  expect(result.resumed).toBeLessThan(120);
  expect(read(out).map((row) => row.image_id)).toEqual(
    Array.from({ length: 240 }, (_, k) => Math.floor(k / 2) + 1),
  );
});

test("a part made with other settings is not taken up", async () => {
  const out = join(folder, "other.json");
  writeFileSync(
    `${out}.part`,
    `{"key":"something else"}\n{"imageId":1,"boxes":[],"scores":[],"classes":[]}\n`,
  );
  expect((await predictFolder(plan({ out }), context())).resumed).toBe(0);
});

test("shards joined give what one run gives, and the same part twice is refused", async () => {
  const parts = [1, 2].map((index) => join(folder, `part${index}.json`));
  for (const [k, out] of parts.entries())
    await predictFolder(plan({ out, shard: { index: k + 1, count: 2 } }), context());
  const out = join(folder, "joined.json");
  expect(await runCommand(["merge", ...parts, "--out", out])).toBe(0);
  await predictFolder(plan(), context());
  expect(read(out)).toEqual(read(join(folder, "out.json")));
  expect(
    await runCommand(["merge", parts[0]!, parts[0]!.replace("part1", "./part1"), "--out", out]),
  ).toBe(1);
});

test("wrong arguments end with 2, a missing model or an empty folder with 1", async () => {
  const out = join(folder, "never.json");
  const base = ["predict", "--images", images, "--out", out];
  expect(await runCommand(base)).toBe(2);
  expect(await runCommand([...base, "--model", model, "--size", "640"])).toBe(2);
  expect(await runCommand([...base, "--model", model, "--shard", "3/2"])).toBe(2);
  expect(await runCommand([...base, "--model", join(folder, "none")])).toBe(1);
  const empty = join(folder, "empty");
  mkdirSync(empty);
  expect(await runCommand(["predict", "--model", model, "--images", empty, "--out", out])).toBe(1);
  expect(existsSync(out)).toBe(false);
});
