import { join } from "node:path";
import { expect, test } from "vitest";
import { smallFolder } from "../fixtures/app/small-folder.ts";
import { folderOf } from "../fixtures/formats/temp-folder.ts";
import { startApp, temporaryFolder, type StartedApp } from "../fixtures/app/started-app.ts";

async function importedAndEvaluated(started: StartedApp) {
  await started.call("projects/create", { name: "Street" });
  const { suggestion } = await started.call("imports/inspect", { path: await smallFolder() });
  const { jobId } = await started.call("imports/start", { ...suggestion!, evaluate: "soda-d" });
  const job = await started.ended(jobId);
  expect(job).toMatchObject({ state: "done", error: null });
  const { datasetId, runIds } = job.result as { datasetId: number; runIds: number[] };
  return { datasetId, runId: runIds[0]!, ...started };
}

test("a folder goes in, scores by scale come out, and they are there after a restart", async () => {
  const data = temporaryFolder();
  const first = startApp(data);
  const { runId, datasetId } = await importedAndEvaluated(first);
  const report = await first.call("runs/get", { runId });
  expect(report).toMatchObject({ protocol: "soda-d", revision: 1, stale: false });
  expect(
    report.buckets.map(({ label, truthCount, imageCount }) => [label, truthCount, imageCount]),
  ).toEqual([
    ["Small", 2, 1],
    ["eS", 1, 1],
    ["rS", 1, 1],
    ["gS", 0, 0],
    ["N", 1, 1],
  ]);
  // The hit, ranked first, carries recall to 1 of 2: 51 of the 101 recall points at precision 1.
  expect(report.buckets[0]!.ap50).toBeCloseTo(51 / 101, 12);
  expect(report.buckets[1]!.ap50).toBeCloseTo(1, 12);
  expect(report.buckets[2]!.ap50).toBe(0);
  expect(report.buckets[3]!.ap).toBeNull();
  expect(report.headline).toBe(report.summary.find(({ key }) => key === "AP")!.value);
  const [person] = report.perClass.filter(({ name }) => name === "person");
  expect(person).toMatchObject({
    truthCount: 0,
    predictionCount: 1,
    ap: null,
    buckets: { N: 1 - 2 ** -52 },
  });
  expect(report.scoreHistogram.hits.reduce((sum, n) => sum + n)).toBe(2);
  expect(report.sizeHistogram.truth.reduce((sum, n) => sum + n)).toBe(3);
  await first.app.close();

  const second = startApp(data);
  await second.app.workspace.openLast();
  expect(await second.call("projects/current", {})).toMatchObject({
    name: "Street",
    isSample: false,
  });
  expect((await second.call("runs/list", { datasetId })).runs).toMatchObject([
    { id: runId, name: "found · SODA-D" },
  ]);
  expect(await second.call("runs/get", { runId })).toEqual(report);
});

test("the grid is filtered by verdict, class, bucket and name, and sorted by the worst", async () => {
  const { call, datasetId, runId } = await importedAndEvaluated(startApp());
  const paths = async (filter: object, sort: "name" | "worst" = "name") => {
    const { items } = await call("images/query", { datasetId, filter: { ...filter }, sort });
    return items.map(({ path }) => path);
  };
  expect(await paths({})).toEqual(["a 2.jpg", "b.jpg"]);
  const { items, total } = await call("images/query", {
    datasetId,
    filter: { runId },
    sort: "worst",
  });
  expect(total).toBe(2);
  expect(items).toMatchObject([
    { path: "b.jpg", width: 64, truthCount: 2, hits: 1, misses: 1, falseAlarms: 2 },
    { path: "a 2.jpg", height: 60, truthCount: 1, hits: 0, misses: 1, falseAlarms: 1 },
  ]);
  expect(await paths({ runId, verdicts: ["hit"] })).toEqual(["b.jpg"]);
  expect(await paths({ runId, score: 0.1, verdicts: ["hit"] })).toEqual(["a 2.jpg", "b.jpg"]);
  expect(await paths({ runId, buckets: ["N"] })).toEqual(["a 2.jpg"]);
  expect(await paths({ runId, iou: 0.2, verdicts: ["miss"] })).toEqual(["a 2.jpg"]);
  expect(await paths({ text: "B." })).toEqual(["b.jpg"]);
  const { datasets } = await call("datasets/list", {});
  const person = datasets[0]!.categories.find(({ name }) => name === "person")!;
  expect(await paths({ categoryIds: [person.id] })).toEqual(["a 2.jpg"]);
  const { imageIds } = await call("images/sequence", {
    datasetId,
    filter: { runId },
    sort: "worst",
  });
  expect(imageIds).toEqual(items.map(({ id }) => id));
});

test("every miss and false alarm has its reason, the smallest first", async () => {
  const { call, runId } = await importedAndEvaluated(startApp());
  const { total, items, groups } = await call("failures/query", { filter: { runId } });
  expect(total).toBe(5);
  expect(items.map(({ kind, reason, box }) => [kind, reason, box])).toEqual([
    ["false-alarm", "background", [60, 40, 5, 7]],
    ["false-alarm", "duplicate", [5, 6, 10, 12]],
    ["miss", "poor-box", [30, 10, 20, 15]],
    ["false-alarm", "poor-box", [42, 10, 20, 15]],
    ["miss", "below-score", [10, 10, 40, 40]],
  ]);
  expect(items[2]).toMatchObject({
    bucket: "rS",
    bestIou: 0.25,
    other: [42, 10, 20, 15],
    score: null,
  });
  expect(items[1]).toMatchObject({ predictionIndex: 2, score: 0.7, annotationId: null });
  expect(groups.reduce((sum, { count }) => sum + count, 0)).toBe(5);
  const only = await call("failures/query", {
    filter: { runId },
    kinds: ["miss"],
    reasons: ["below-score"],
  });
  expect(only.total).toBe(1);
  const grouped = await call("failures/query", { filter: { runId }, sort: "group" });
  expect(grouped.items.map(({ kind }) => kind)).toEqual([
    "miss",
    "miss",
    "false-alarm",
    "false-alarm",
    "false-alarm",
  ]);
  const paged = await call("failures/query", { filter: { runId }, offset: 3, limit: 1 });
  expect(paged.items).toEqual([items[3]]);
});

test("an image tells the verdict, the match and the bucket of every box", async () => {
  const { call, datasetId, runId } = await importedAndEvaluated(startApp());
  const { items } = await call("images/query", { datasetId, filter: {} });
  const imageId = items.find(({ path }) => path === "b.jpg")!.id;
  const detail = await call("images/get", { imageId, filter: { runId } });
  expect(detail.image).toMatchObject({ sourceId: 31, width: 64, height: 48 });
  expect(detail.annotations.map(({ verdict, match, bucket }) => [verdict, match, bucket])).toEqual([
    ["hit", 0, "eS"],
    ["miss", null, "rS"],
  ]);
  expect(
    detail.predictions.map(({ verdict, match, bestIou }) => [verdict, match, bestIou]),
  ).toEqual([
    ["hit", 0, 1],
    ["false-alarm", null, 0.25],
    ["false-alarm", null, 1],
  ]);
  const failures = await call("failures/query", { filter: { runId }, sort: "image" });
  const reasons = failures.items.filter((card) => card.imageId === imageId);
  const told = [
    ...detail.annotations.map(({ id, reason }) => [id, reason]),
    ...detail.predictions.map(({ reason }, at) => [at, reason]),
  ].filter(([, reason]) => reason !== null);
  expect(told).toHaveLength(3);
  expect(told).toEqual(
    expect.arrayContaining(
      reasons.map((card) => [card.annotationId ?? card.predictionIndex, card.reason]),
    ),
  );
  const bare = await call("images/get", { imageId, filter: {} });
  expect(bare.predictions).toEqual([]);
  expect(bare.annotations[0]).toMatchObject({ verdict: null, box: [5, 6, 10, 12], area: 120 });
});

test("under VisDrone's rules the summary is the official one, and COCO's buckets stand beside it", async () => {
  const { call, ended, datasetId } = await importedAndEvaluated(startApp());
  const { predictionSets } = await call("predictionSets/list", { datasetId });
  const { id: predictionSetId } = predictionSets[0]!;
  const { jobId } = await call("runs/evaluate", {
    predictionSetId,
    protocol: "visdrone",
    name: "Official",
  });
  const { runId } = (await ended(jobId)).result as { runId: number };
  const report = await call("runs/get", { runId });
  expect(report.name).toBe("Official");
  expect(report.summary.map(({ key }) => key)).toEqual([
    "AP",
    "AP50",
    "AP75",
    "AR1",
    "AR10",
    "AR100",
    "AR500",
  ]);
  // One image holds the car and one the person, so the two weigh the same; the car is found once of twice.
  expect(report.summary[1]!.value).toBeCloseTo((0.5 + 1) / 2, 12);
  expect(report.buckets.map(({ label, truthCount, ap50 }) => [label, truthCount, ap50])).toEqual([
    ["all", 3, 0.75],
    ["small", 2, 0.5],
    ["medium", 1, 1],
    ["large", 0, null],
  ]);
  expect(report.buckets[0]!.apByIou).toHaveLength(10);
});

test("a run is not asked for the images of another dataset", async () => {
  const { call, refused, ended, runId } = await importedAndEvaluated(startApp());
  const { suggestion } = await call("imports/inspect", { path: await smallFolder() });
  const { jobId } = await call("imports/start", { ...suggestion!, predictions: [] });
  const { datasetId } = (await ended(jobId)).result as { datasetId: number };
  const query = { datasetId, filter: { runId } };
  expect(await refused("images/query", query)).toMatchObject({ code: "run/other-dataset" });
});

test("predictions that take the number of removed ones are not taken for them", async () => {
  const { call, refused, ended, datasetId, runId } = await importedAndEvaluated(startApp());
  const before = await call("images/query", { datasetId, filter: { runId } });
  const { predictionSets } = await call("predictionSets/list", { datasetId });
  await call("predictionSets/remove", { predictionSetId: predictionSets[0]!.id });
  expect(await refused("images/query", { datasetId, filter: { runId } })).toMatchObject({
    code: "run/not-found",
  });

  const folder = folderOf({
    "better.json": [
      { image_id: 31, category_id: 7, bbox: [5, 6, 10, 12], score: 0.9 },
      { image_id: 31, category_id: 7, bbox: [30, 10, 20, 15], score: 0.8 },
    ],
  });
  const path = join(folder, "better.json");
  const added = await call("imports/addPredictions", {
    datasetId,
    path,
    format: null,
    name: "better",
  });
  const { predictionSetIds } = (await ended(added.jobId)).result as { predictionSetIds: number[] };
  expect(predictionSetIds).toEqual([predictionSets[0]!.id]);
  const { jobId } = await call("runs/evaluate", {
    predictionSetId: predictionSetIds[0]!,
    protocol: "soda-d",
  });
  expect((await ended(jobId)).result).toEqual({ runId });
  const after = await call("images/query", { datasetId, filter: { runId } });
  expect(before.items.find(({ path: name }) => name === "b.jpg")).toMatchObject({
    hits: 1,
    misses: 1,
    falseAlarms: 2,
  });
  expect(after.items.find(({ path: name }) => name === "b.jpg")).toMatchObject({
    hits: 2,
    misses: 0,
    falseAlarms: 0,
  });
});

test("the sample project fills itself and has runs of both detectors under both protocols", async () => {
  const { app, call } = startApp();
  await app.workspace.openLast();
  expect(await call("projects/current", {})).toMatchObject({ isSample: true, name: "Sample" });
  const { runs } = await call("runs/list", {});
  expect(runs.map(({ protocol, predictionSetName }) => `${protocol} ${predictionSetName}`)).toEqual(
    ["soda-d Detector A", "soda-d Detector B", "coco Detector A", "coco Detector B"],
  );
  expect(runs.every(({ headline }) => headline !== null && headline > 0.1 && headline < 0.9)).toBe(
    true,
  );
});
