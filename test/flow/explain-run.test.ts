import { join } from "node:path";
import { expect, test } from "vitest";
import { smallFolder } from "../fixtures/app/small-folder.ts";
import { folderOf } from "../fixtures/formats/temp-folder.ts";
import { startApp } from "../fixtures/app/started-app.ts";

async function evaluated() {
  const started = startApp();
  await started.call("projects/create", { name: "Street" });
  const { suggestion } = await started.call("imports/inspect", { path: await smallFolder() });
  const { jobId } = await started.call("imports/start", { ...suggestion!, evaluate: "coco" });
  const job = await started.ended(jobId);
  const { runIds } = job.result as { runIds: number[] };
  const { datasets } = await started.call("datasets/list", {});
  return { ...started, runId: runIds[0]!, dataset: datasets[0]! };
}

test("error types are worked out once for the labels as they are, and kept", async () => {
  const { call, refused, runId, dataset, app } = await evaluated();
  const errors = await call("runs/errors", { runId });
  expect(errors).toMatchObject({ runId, revision: 1 });
  // The car 12 px off, the car found twice, and the prediction on nothing.
  const { loc, dupe, bkg, miss } = errors.overall.types;
  expect([loc.count, dupe.count, bkg.count, miss.count]).toEqual([1, 1, 1, 0]);
  expect(errors.classes.map(({ categoryId }) => categoryId)).toEqual(
    dataset.categories.map(({ id }) => id),
  );
  const { db } = app.workspace.project;
  const kept = () => db.prepare("SELECT key FROM run_analysis").pluck().all();
  expect(kept()).toHaveLength(1);
  expect(await call("runs/errors", { runId })).toEqual(errors);
  expect(kept()).toHaveLength(1);

  db.exec("UPDATE dataset SET revision = 2");
  expect(await call("runs/errors", { runId })).toMatchObject({
    revision: 2,
    overall: errors.overall,
  });
  expect(kept()).toEqual([expect.stringContaining('"revision":2')]);
  expect((await call("runs/get", { runId })).stale).toBe(true);
  expect(await refused("runs/errors", { runId: 99 })).toMatchObject({ status: 404 });
});

test("the confusion matrix counts hits, misses and false alarms, and a cell leads to its images", async () => {
  const { call, refused, runId, dataset } = await evaluated();
  const [car, person] = dataset.categories.map(({ id }) => id);
  const matrix = await call("runs/confusion", { runId });
  expect(matrix).toMatchObject({ categoryIds: [car, person], names: ["car", "person"] });
  expect(matrix.counts).toEqual([
    [1, 0, 1],
    [0, 0, 1],
    [3, 0, 0],
  ]);
  expect((await call("runs/confusion", { runId, score: 0.1 })).counts[1]).toEqual([0, 1, 0]);
  const { imageIds } = await call("runs/confusionImages", {
    runId,
    truthCategoryId: person!,
    predictedCategoryId: null,
  });
  const detail = await call("images/get", { imageId: imageIds[0]!, filter: {} });
  expect(imageIds).toHaveLength(1);
  expect(detail.image.path).toBe("a 2.jpg");
  const unknown = { runId, truthCategoryId: 99, predictedCategoryId: null };
  expect(await refused("runs/confusionImages", unknown)).toMatchObject({
    code: "category/not-found",
  });
});

test("two runs are compared object by object, and a number leads to its objects", async () => {
  const { call, refused, runId, dataset, ended } = await evaluated();
  // A second detector that finds the car the first misses, and loses the one it finds.
  const folder = folderOf({
    "other.json": [{ image_id: 31, category_id: 7, bbox: [30, 10, 20, 15], score: 0.7 }],
  });
  const path = join(folder, "other.json");
  const added = await call("imports/addPredictions", {
    datasetId: dataset.id,
    path,
    format: null,
    name: "other",
  });
  const { predictionSetIds } = (await ended(added.jobId)).result as { predictionSetIds: number[] };
  const { jobId } = await call("runs/evaluate", {
    predictionSetId: predictionSetIds[0]!,
    protocol: "soda-d",
  });
  const { runId: otherRunId } = (await ended(jobId)).result as { runId: number };

  const { buckets } = await call("runs/compare", { runId, otherRunId });
  expect(buckets.find(({ label }) => label === "small")).toEqual({
    label: "small",
    gained: 1,
    lost: 1,
    both: 0,
    neither: 0,
  });
  expect(buckets.find(({ label }) => label === "medium")).toMatchObject({
    gained: 0,
    lost: 0,
    neither: 1,
  });
  const gained = await call("runs/compareObjects", {
    runId,
    otherRunId,
    bucket: "small",
    change: "gained",
  });
  expect(gained).toMatchObject({
    total: 1,
    objects: [{ imagePath: "b.jpg", box: [30, 10, 20, 15] }],
  });
  const unknown = { runId, otherRunId, bucket: "eS", change: "gained" };
  expect(await refused("runs/compareObjects", unknown)).toMatchObject({
    code: "run/unknown-bucket",
  });

  const difference = await call("runs/difference", { runId, otherRunId });
  expect(difference).toMatchObject({ runId, otherRunId, resamples: 1000, level: 0.95 });
  expect(difference.buckets.map(({ label }) => label)).toEqual(["all", "small", "medium", "large"]);
  expect(await call("runs/difference", { runId, otherRunId })).toEqual(difference);
  // Of runs by the same rules the values are those of the intervals, and the other way round they only change sign.
  const again = await call("runs/evaluate", {
    predictionSetId: predictionSetIds[0]!,
    protocol: "coco",
  });
  const { runId: cocoRunId } = (await ended(again.jobId)).result as { runId: number };
  const own = await call("runs/intervals", { runId });
  const other = await call("runs/intervals", { runId: cocoRunId });
  const there = await call("runs/difference", { runId, otherRunId: cocoRunId });
  const back = await call("runs/difference", { runId: cocoRunId, otherRunId: runId });
  expect(there.buckets[0]!.ap).not.toBeNull();
  there.buckets.forEach(({ ap }, a) => {
    if (ap === null) return;
    expect(ap.value).toBeCloseTo(other.buckets[a]!.ap!.value - own.buckets[a]!.ap!.value, 12);
    expect(back.buckets[a]!.ap!.low).toBeCloseTo(-ap.high, 12);
  });
});

test("intervals hold the run's own AP, and box noise begins at it", async () => {
  const { call } = startApp();
  await call("projects/openSample", {});
  const { runs } = await call("runs/list", {});
  const { runId, headline } = { runId: runs[0]!.id, headline: runs[0]!.headline! };
  const { buckets } = await call("runs/intervals", { runId });
  const small = buckets[0]!.ap!;
  expect(small.value).toBeCloseTo(headline, 9);
  expect(small.low).toBeLessThan(headline);
  expect(small.high).toBeGreaterThan(headline);
  const { curves } = await call("runs/boxNoise", { runId });
  const [still, , onePixel] = curves.find(({ label }) => label === "eS")!.points;
  expect([still!.pixels, onePixel!.pixels]).toEqual([0, 1]);
  expect(onePixel!.ap!).toBeLessThan(still!.ap!);
  expect(onePixel!.ceiling!).toBeLessThan(still!.ceiling!);
});
