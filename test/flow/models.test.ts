import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { openDatabase } from "../../main/db/open.ts";
import { unpackPredictions } from "../../main/db/prediction-blob.ts";
import { startApp, temporaryFolder, type StartedApp } from "../fixtures/app/started-app.ts";
import { streetFolder, writeStreetDetector } from "../fixtures/models/street.ts";
import { writeOnnx } from "../unit/models/onnx/small-graph.ts";

/** A project with a dataset of so many pictures and the detector that finds their cars. */
async function street(count: number, started: StartedApp = startApp()) {
  const { call, ended } = started;
  await call("projects/create", { name: "Street" });
  const root = await streetFolder(count);
  const { suggestion } = await call("imports/inspect", { path: root });
  const { jobId } = await call("imports/start", suggestion!);
  const { datasetId } = (await ended(jobId)).result as { datasetId: number };
  const path = writeStreetDetector(temporaryFolder());
  const model = await call("models/add", { path, name: "Street detector" });
  return { ...started, root, datasetId, model };
}

const storedImages = ({ app }: StartedApp) =>
  app.workspace.project.db.prepare("SELECT count(*) FROM prediction_blob").pluck().get() as number;

/** Waits until some images are finished, and not all. */
const begun = (started: StartedApp) =>
  vi.waitFor(() => expect(storedImages(started)).toBeGreaterThan(4), {
    interval: 2,
    timeout: 40_000,
  });

test("a model is read, added, run and evaluated in one job", async () => {
  const { call, ended, root, datasetId, model, app } = await street(3);
  expect(model).toMatchObject({
    kind: "onnx",
    present: true,
    description: {
      labels: ["tram", "car"],
      input: { height: 32, width: 64 },
      preset: "yolo-v10",
      graph: ["images [1,3,32,64]", "output0 [1,2,6]"],
    },
  });
  writeFileSync(join(root, "images", "street 001.jpg"), "no picture");
  const { classes, categories } = await call("models/mapping", { modelId: model.id, datasetId });
  const car = categories.find(({ name }) => name === "Car")!.id;
  expect(classes).toEqual([
    { name: "tram", categoryId: null },
    { name: "car", categoryId: car },
  ]);
  const { jobId, predictionSetId } = await call("models/predict", {
    modelId: model.id,
    datasetId,
    settings: { score: 0.05 },
    evaluate: "coco",
  });
  const job = await ended(jobId);
  expect(job).toMatchObject({ state: "done", error: null });
  expect(job.result).toMatchObject({ datasetId, predictionSetId, images: 3, failed: 1 });
  const { runId } = job.result as { runId: number };
  const report = await call("runs/get", { runId });
  // Two of three cars are found, both exactly: recall 2/3 at precision 1, 67 of the 101 recall points.
  expect(report.headline).toBeCloseTo(67 / 101, 12);
  expect(report).toMatchObject({ predictionSetName: "Street detector", predictionSetId });
  const { inference } = await call("models/inference", { predictionSetId });
  expect(inference).toMatchObject({
    modelId: model.id,
    problemCount: 1,
    settings: { score: 0.05 },
  });
  expect(inference!.problems[0]!.path).toBe("street 001.jpg");
  const { problems } = await call("datasets/problems", { datasetId });
  expect(problems.map(({ code }) => code)).toContain("predict/unreadable-image");
  const blob = app.workspace.project.db.prepare("SELECT data FROM prediction_blob").pluck().get();
  const { boxes, categoryIds } = unpackPredictions(blob as Uint8Array);
  expect([Array.from(boxes), Array.from(categoryIds)]).toEqual([[16, 12, 16, 24], [car]]);
});

test("classes can be put right before the run", async () => {
  const { call, ended, datasetId, model } = await street(2);
  const { categories } = await call("models/mapping", { modelId: model.id, datasetId });
  const person = categories.find(({ name }) => name === "person")!.id;
  const { jobId, predictionSetId } = await call("models/predict", {
    modelId: model.id,
    datasetId,
    classes: [null, person],
    evaluate: "coco",
    name: "As persons",
  });
  const { runId } = (await ended(jobId)).result as { runId: number };
  const report = await call("runs/get", { runId });
  expect(report.headline).toBe(0);
  expect(report.perClass.map(({ name, predictionCount }) => [name, predictionCount])).toEqual([
    ["person", 2],
    ["Car", 0],
  ]);
  const { predictionSets } = await call("predictionSets/list", { datasetId });
  expect(predictionSets).toMatchObject([
    { id: predictionSetId, name: "As persons", predictionCount: 2, imageCount: 2 },
  ]);
});

test.each(["quitting", "a kill"])(
  "a job that was cut off by %s goes on where it was, and repeats nothing",
  async (end) => {
    const data = temporaryFolder();
    const first = await street(150, startApp(data));
    const { jobId } = await first.call("models/predict", {
      modelId: first.model.id,
      datasetId: first.datasetId,
      evaluate: "coco",
    });
    await begun(first);
    const project = first.app.workspace.project.databasePath;
    await first.app.close();
    if (end === "a kill") {
      // Nobody was left to write down how it ended.
      const db = openDatabase(project);
      db.exec("UPDATE job SET state = 'running', ended_at = NULL WHERE kind = 'predict'");
      db.close();
    }

    const second = startApp(data);
    await second.app.workspace.openLast();
    expect(await second.call("jobs/get", { jobId })).toMatchObject({ state: "interrupted" });
    const finished = second.app.workspace.project.db
      .prepare(
        "SELECT path FROM image JOIN prediction_blob ON image_id = image.id WHERE prediction_set_id > 0",
      )
      .pluck()
      .all() as string[];
    expect(finished.length).toBeGreaterThan(4);
    expect(finished.length).toBeLessThan(150);
    const seen = await second.call("predictionSets/list", { datasetId: first.datasetId });
    expect(seen.predictionSets).toEqual([]);
    // Were a finished picture run again, it would now be missed.
    for (const path of finished) rmSync(join(first.root, "images", path));
    await second.call("jobs/resume", { jobId });
    const job = await second.ended(jobId);
    expect(job).toMatchObject({
      state: "done",
      result: { images: 150, failed: 0, predictions: 150 },
    });
    expect(job.result).toHaveProperty("runId");
  },
);

/** The compute processes that this test's process has started. */
function computeProcesses(): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const [, parent] = /^\d+ \(.*\) \S (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, "utf8"))!;
        const command = readFileSync(`/proc/${pid}/cmdline`, "utf8");
        return Number(parent) === process.pid && command.includes("models/process");
      } catch {
        return false; // gone meanwhile
      }
    });
}

test.runIf(process.platform === "linux")(
  "a crash of the compute process fails the job, which can then go on",
  async () => {
    const started = await street(150);
    const { call, ended, model, datasetId } = started;
    const { jobId } = await call("models/predict", { modelId: model.id, datasetId });
    await begun(started);
    execFileSync("kill", ["-KILL", ...computeProcesses().map(String)]);
    expect(await ended(jobId)).toMatchObject({
      state: "failed",
      error: { code: "compute/crashed" },
    });
    const kept = storedImages(started);
    expect(kept).toBeLessThan(150);
    await call("jobs/resume", { jobId });
    expect(await ended(jobId)).toMatchObject({
      state: "done",
      error: null,
      result: { images: 150, predictions: 150 },
    });
  },
);

test("a cancelled job takes away what it made, and cannot go on", async () => {
  const started = await street(150);
  const { call, ended, refused, model, datasetId } = started;
  const { jobId } = await call("models/predict", { modelId: model.id, datasetId });
  await begun(started);
  await call("jobs/cancel", { jobId });
  expect(await ended(jobId)).toMatchObject({ state: "cancelled" });
  expect(storedImages(started)).toBe(0);
  expect(await refused("jobs/resume", { jobId })).toMatchObject({ code: "job/cannot-resume" });
});

test("other weights at the model's place are not mixed with what was found before", async () => {
  const data = temporaryFolder();
  const first = await street(150, startApp(data));
  const { jobId } = await first.call("models/predict", {
    modelId: first.model.id,
    datasetId: first.datasetId,
  });
  await begun(first);
  await first.app.close();
  const second = startApp(data);
  await second.app.workspace.openLast();
  writeFileSync(first.model.path, readFileSync(first.model.path));
  await second.call("jobs/resume", { jobId });
  expect(await second.ended(jobId)).toMatchObject({ error: { code: "predict/model-changed" } });
});

test("what an unfinished run has left goes once its job is cleared from the list", async () => {
  const data = temporaryFolder();
  const first = await street(150, startApp(data));
  const { jobId } = await first.call("models/predict", {
    modelId: first.model.id,
    datasetId: first.datasetId,
  });
  await begun(first);
  await first.app.close();
  const second = startApp(data);
  await second.app.workspace.openLast();
  expect(await second.call("jobs/get", { jobId })).toMatchObject({ state: "interrupted" });
  await second.call("jobs/clear", {});
  await second.app.close();
  const third = startApp(data);
  await third.app.workspace.openLast();
  await vi.waitFor(() => expect(storedImages(third)).toBe(0), { timeout: 40_000 });
});

test("an ONNX file that does not tell its layout is asked about once", async () => {
  const { call, refused } = startApp();
  await call("projects/create", { name: "Layouts" });
  const path = writeOnnx(join(temporaryFolder(), "odd.onnx"), {
    inputs: { images: { dims: [1, 3, "height", "width"] } },
    outputs: { found: { dims: [2, 2, 2, 3], values: new Float32Array(24) } },
  });
  const { description, suggestedName } = await call("models/inspect", { path });
  expect(suggestedName).toBe("odd");
  expect(description).toMatchObject({ preset: null, input: null, anySize: true, labels: [] });
  expect(description.presets.every(({ fits }) => !fits)).toBe(true);
  expect(await refused("models/add", { path, name: "Odd" })).toMatchObject({
    code: "model/layout",
  });
  const answers = {
    preset: "detr-raw",
    labels: ["ship", "buoy"],
    input: { height: 320, width: 480 },
  };
  await call("models/add", { path, name: "Odd", answers });
  expect(JSON.parse(readFileSync(`${path}.fovea.json`, "utf8"))).toEqual(answers);
  const again = await call("models/inspect", { path });
  expect(again).toMatchObject({
    knownAs: "Odd",
    description: { preset: "detr-raw", labels: ["ship", "buoy"], input: { height: 320 } },
  });
  expect(await refused("models/add", { path, name: "Twice" })).toMatchObject({
    code: "model/known",
  });
});

test("models are renamed and removed; what is no model is refused with what to choose", async () => {
  const { call, refused, model, datasetId } = await street(1);
  expect(
    await call("models/rename", { modelId: model.id, name: "Renamed", notes: "From the south" }),
  ).toMatchObject({ name: "Renamed", notes: "From the south" });
  const text = join(temporaryFolder(), "notes.txt");
  writeFileSync(text, "no model");
  expect(await refused("models/inspect", { path: text })).toMatchObject({
    code: "model/unknown-kind",
  });
  writeFileSync(`${text}.onnx`, "no model");
  expect(await refused("models/inspect", { path: `${text}.onnx` })).toMatchObject({
    code: "onnx/unreadable",
  });
  expect(await refused("models/inspect", { path: temporaryFolder() })).toMatchObject({
    code: "model/no-config",
  });
  const size = { width: 128, height: 64 };
  expect(
    await refused("models/predict", { modelId: model.id, datasetId, settings: { size } }),
  ).toMatchObject({ code: "predict/size" });
  expect(
    await refused("models/predict", { modelId: model.id, datasetId, classes: [null, 999] }),
  ).toMatchObject({ code: "predict/category" });
  expect(
    await refused("models/predict", { modelId: model.id, datasetId, classes: [null, null] }),
  ).toMatchObject({ code: "predict/no-class" });
  await call("models/remove", { modelId: model.id });
  expect((await call("models/list", {})).models).toEqual([]);
  expect(await refused("models/predict", { modelId: model.id, datasetId })).toMatchObject({
    status: 404,
    code: "model/not-found",
  });
});

test("predictions on tiles know which boxes lie at a seam, and so do the objects", async () => {
  const { call, ended, model, datasetId } = await street(2);
  // Tiles of 64 on 128 x 96 without overlap: seams at x = 64, y = 32 and y = 64. The car is at 16,12 .. 32,36.
  const { jobId, predictionSetId } = await call("models/predict", {
    modelId: model.id,
    datasetId,
    settings: { tile: { size: 64, overlap: 0, merge: "nms" } },
    evaluate: "coco",
  });
  const { runId } = (await ended(jobId)).result as { runId: number };
  const { inference } = await call("models/inference", { predictionSetId });
  expect(inference!.settings.tile).toEqual({ size: 64, overlap: 0, merge: "nms" });
  const filter = { runId, score: 0.05 };
  const { items } = await call("images/query", { datasetId, filter });
  const detail = await call("images/get", { imageId: items[0]!.id, filter });
  expect(detail.annotations.map(({ atSeam }) => atSeam)).toEqual([true]);
  // In each tile the box 8,8 .. 16,24 is found, well inside it.
  expect(detail.predictions.map(({ atSeam }) => atSeam)).toEqual([false, false, false, false]);
  const all = await call("failures/query", { filter });
  expect(all).toMatchObject({ tiled: true, total: 2 * 5 });
  const atSeams = await call("failures/query", { filter, atSeam: true });
  expect(atSeams.items.map(({ kind, atSeam }) => [kind, atSeam])).toEqual([
    ["miss", true],
    ["miss", true],
  ]);
});
