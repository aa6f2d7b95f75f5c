import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { checkGolden } from "../../../models/golden.ts";
import { loadTensorFlow } from "../../../models/runtime/load.ts";

const golden = join(import.meta.dirname, "../../fixtures/models/golden");
const root = mkdtempSync(join(tmpdir(), "fovea-golden-"));
afterAll(() => rmSync(root, { recursive: true }));
beforeAll(async () => void (await loadTensorFlow("training")));

const detectorFiles = [
  "deformable_attention.json",
  "batch_norm.json",
  "rtdetr-r18-keys.txt",
  "rtdetr-r50-keys.txt",
  "tiny-basic/io.safetensors",
  "tiny-bottleneck/io.safetensors",
];

test("the detector agrees with PyTorch at every recorded stage", async () => {
  const results = await checkGolden(golden);
  for (const file of detectorFiles) expect(results[file], file).toMatchObject({ state: "ok" });
  expect(results["tiny-basic/model.safetensors"]).toEqual({ state: "input" });
});

test("wrong numbers, missing files and unknown files are reported as such", async () => {
  const folder = join(root, "changed");
  cpSync(golden, folder, { recursive: true });
  const vectors = readFileSync(join(folder, "batch_norm.json"), "utf8");
  const changed = JSON.parse(vectors) as { running_var: number[] };
  changed.running_var[1]! += 0.002;
  writeFileSync(join(folder, "batch_norm.json"), JSON.stringify(changed));
  rmSync(join(folder, "deformable_attention.json"));
  writeFileSync(join(folder, "notes.txt"), "");
  const results = await checkGolden(folder);
  expect(results["batch_norm.json"]).toMatchObject({ state: "failed", at: "running_var" });
  expect(results["batch_norm.json"]!.worst).toBeGreaterThan(1e-3);
  expect(results["deformable_attention.json"]).toEqual({ state: "missing" });
  expect(results["notes.txt"]).toEqual({ state: "unchecked" });
});
