import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeDetections, writeDetections } from "../../../bench/make-detections.ts";
import { openSource } from "../../../main/files/byte-source.ts";
import { evaluationSet } from "../../../main/formats/coco-columns/evaluation-set.ts";
import { readPredictionsFile } from "../../../main/formats/coco-columns/read-files.ts";
import { readTruthFile } from "../../../main/formats/coco-columns/read-truth.ts";
import { ProblemLog } from "../../../main/formats/problem-log.ts";
import { TwoThreads } from "../../../main/evaluation/two-threads.ts";
import { cocoParams } from "../../../shared/domain/protocols.ts";
import { evaluate } from "../../../shared/evaluation/evaluate.ts";

const cli = new URL("../../../main/cli.ts", import.meta.url).pathname;
let folder = "";

/** Runs `fovea evaluate` in `folder`, as a caller of npm would. */
function fovea(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [cli, "evaluate", ...args], {
    encoding: "utf8",
    cwd: tmpdir(),
    env: { ...process.env, INIT_CWD: folder },
  });
}

const image = { id: 5, width: 640, height: 480 };
const annotation = {
  id: 1,
  image_id: 5,
  category_id: 3,
  bbox: [10, 20, 30, 40],
  area: 1200,
  iscrowd: 0,
};
const prediction = { image_id: 5, category_id: 3, bbox: [10, 20, 30, 40], score: 0.75 };

function write(name: string, content: unknown): void {
  writeFileSync(
    join(folder, name),
    typeof content === "string" ? content : JSON.stringify(content),
  );
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "fovea-cli-evaluate-"));
  write("gt.json", {
    images: [image],
    annotations: [annotation],
    categories: [{ id: 3, name: "car" }],
  });
  write("dt.json", [prediction, { ...prediction, image_id: 6 }]);
  for (const name of ["labels", "results"]) mkdirSync(join(folder, name));
  write("labels/a.txt", "10,20,30,40,1,4,0,0\n100,100,50,50,0,0,0,0\n");
  write("results/a.txt", "10,20,30,40,0.9,4,-1,-1\n110,110,20,20,0.8,4,-1,-1\n");
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("fovea evaluate", () => {
  test("prints one JSON document with the protocol, values, warnings and timings", () => {
    const { status, stdout, stderr } = fovea("--gt", "gt.json", "--dt", "dt.json", "--json");
    expect([status, stderr]).toEqual([0, ""]);
    const document = JSON.parse(stdout) as Record<string, unknown>;
    const close = expect.closeTo(1, 12) as number;
    expect(document).toMatchObject({
      protocol: "coco",
      params: { areaRanges: cocoParams.areaRanges, maxDets: [1, 10, 100] },
      summary: { AP: close, APs: null, APm: close, AR1: 1 },
      perClass: [{ categoryId: 3, name: "car", truthCount: 1, predictionCount: 1, ap: close }],
    });
    expect(document["warnings"]).toContainEqual(
      expect.objectContaining({ code: "predictions/unknown-image", count: 1 }),
    );
    expect(Object.keys(document["timings"] as object)).toEqual([
      "load",
      "evaluate",
      "accumulate",
      "total",
    ]);
  });

  test("prints a table for people", () => {
    const { status, stdout } = fovea("--gt", "gt.json", "--dt", "dt.json", "--protocol", "soda-d");
    expect(status).toBe(0);
    expect(stdout).toMatch(/AP_N +100\.0/);
    expect(stdout).toMatch(/AP_eS +–/);
    expect(stdout).toContain("Warning: Predictions of");
  });

  test("takes ranges and maxDets of one's own; AP stays over all objects", () => {
    const { stdout } = fovea(
      ...["--gt", "gt.json", "--dt", "dt.json", "--json"],
      ...["--areas", "tiny:0:256,mid:256:2000", "--max-dets", "2,5", "--arrays", "a.safetensors"],
    );
    const { summary } = JSON.parse(stdout) as { summary: Record<string, number | null> };
    expect(summary).toMatchObject({ AP_tiny: null, AR2: 1, AR5: 1, AR_mid: 1 });
    expect(summary["AP"]).toBeCloseTo(1, 12);
    // The file holds the ranges that were named.
    const bytes = readFileSync(join(folder, "a.safetensors"));
    const headerLength = Number(bytes.readBigUInt64LE(0));
    const header = JSON.parse(bytes.subarray(8, 8 + headerLength).toString()) as object;
    const size = 10 * 101 * 1 * 2 * 2 * 8;
    expect(header).toEqual({
      precision: { dtype: "F64", shape: [10, 101, 1, 2, 2], data_offsets: [0, size] },
      recall: { dtype: "F64", shape: [10, 1, 2, 2], data_offsets: [size, size + 320] },
      scores: {
        dtype: "F64",
        shape: [10, 101, 1, 2, 2],
        data_offsets: [size + 320, 2 * size + 320],
      },
    });
    expect(bytes.length).toBe(8 + headerLength + 2 * size + 320);
    // tiny has no objects: -1; mid is found.
    expect(bytes.readDoubleLE(8 + headerLength)).toBe(-1);
    expect(bytes.readDoubleLE(8 + headerLength + 16)).toBeCloseTo(1, 12);
    expect(readdirSync(folder).filter((name) => name.includes("partial"))).toEqual([]);
  });

  test("scores VisDrone's folders, ignored regions and all", () => {
    const args = ["--gt", "labels", "--dt", "results", "--protocol", "visdrone", "--json"];
    const { status, stdout } = fovea(...args);
    expect(status).toBe(0);
    const { summary } = JSON.parse(stdout) as { summary: object };
    expect(summary).toEqual({ AP: 1, AP50: 1, AP75: 1, AR1: 1, AR10: 1, AR100: 1, AR500: 1 });
  });

  test.each([
    [["--gt", "gt.json"], "evaluate needs --gt and --dt"],
    [["--gt", "gt.json", "--dt", "dt.json", "--protocol", "voc"], '--protocol is "voc"'],
    [["--gt", "gt.json", "--dt", "dt.json", "--areas", "tiny:5:4"], '--areas has "tiny:5:4"'],
    [["--gt", "gt.json", "--dt", "dt.json", "--areas", "a:0:1,a:1:2"], '--areas names "a" twice'],
    [["--gt", "gt.json", "--dt", "dt.json", "--max-dets", "10,1"], '--max-dets is "10,1"'],
    [["--gt", "gt.json", "--dt", "dt.json", "--max-dets", ""], '--max-dets is ""'],
    [["--gt", "a", "--dt", "b", "--protocol", "visdrone", "--arrays", "c"], "--arrays is for coco"],
    [["--what"], "--what"],
  ])("%j are wrong arguments: exit code 2", (args, message) => {
    const { status, stdout, stderr } = fovea(...args, "--json");
    expect([status, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(message);
  });

  test.each([
    [["--gt", "none.json", "--dt", "dt.json"], "none.json could not be read"],
    [["--gt", "dt.json", "--dt", "gt.json"], "dt.json is a list, but ground truth is an object"],
    [["--gt", "gt.json", "--dt", "gt.json"], "gt.json is an object, but predictions are a list"],
    [["--gt", "gt.json", "--dt", "dt.json", "--protocol", "visdrone"], "gt.json is not a folder"],
  ])("%j cannot be evaluated: exit code 1", (args, message) => {
    const { status, stdout, stderr } = fovea(...args, "--json");
    expect([status, stdout]).toEqual([1, ""]);
    expect(stderr).toContain(message);
  });
});

function bytesOf({ buffer, byteOffset, byteLength }: Float64Array): Buffer {
  return Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength);
}

describe("two threads", () => {
  test("give what one gives, bit for bit, and the matches of every class once", async () => {
    const large = join(folder, "large");
    writeDetections(makeDetections("visdrone", 3, 0.4), large);
    const [gt, dt] = [join(large, "gt.json"), join(large, "dt.json")];
    const problems = new ProblemLog();
    const truth = readTruthFile(openSource(gt, gt, problems));
    const source = openSource(dt, dt, problems);
    const single = readPredictionsFile(source);
    const expected = evaluate(evaluationSet(truth, single.table, single.count).set, cocoParams);

    const threads = new TwoThreads(dt, source);
    try {
      const { table, count } = await threads.readPredictions();
      expect(count).toBe(single.count);
      const { set } = evaluationSet(truth, table, count);
      const { result, matches } = await threads.evaluate(set, cocoParams);
      expect(result.summary).toEqual(expected.summary);
      expect(result.perClass).toEqual(expected.perClass);
      expect(result.truthCounts).toEqual(expected.truthCounts);
      for (const name of ["precision", "recall", "scores"] as const)
        expect(bytesOf(result.arrays![name]).equals(bytesOf(expected.arrays![name]))).toBe(true);
      const sizes = matches.map(({ classStart }) =>
        classStart.slice(1).map((end, k) => end - classStart[k]!),
      );
      for (let k = 0; k < set.categoryIds.length; k++)
        expect(sizes.filter((size) => size[k]! > 0)).toHaveLength(1);
    } finally {
      await threads.close();
      source.close();
    }
  });

  test("a bad record in the back half is named by its number", () => {
    const records = Array.from({ length: 130_000 }, () => JSON.stringify(prediction));
    records[129_990] = JSON.stringify({ ...prediction, bbox: [1, 2, -3, 4] });
    write("broken.json", `[${records.join(",")}]`);
    const { status, stderr } = fovea("--gt", "gt.json", "--dt", "broken.json", "--json");
    expect(status).toBe(1);
    expect(stderr).toContain("[129990].bbox is [1, 2, -3, 4]");
  });
});
