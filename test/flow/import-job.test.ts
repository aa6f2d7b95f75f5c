import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Db } from "../../main/db/open.ts";
import { importQueries } from "../../main/db/queries/imports.ts";
import type { JobProgress } from "../../main/services/job-context.ts";
import { importFolder, importPredictions } from "../../main/services/imports/import-folder.ts";
import {
  purgeUnready,
  removeDataset,
  removePredictionSet,
} from "../../main/services/imports/purge.ts";
import { annotationOf, cocoOf, newProject, planOf } from "../fixtures/formats/import-into.ts";
import { folderOf } from "../fixtures/formats/temp-folder.ts";

const tables = [
  "dataset",
  "category",
  "image",
  "annotation",
  "problem",
  "prediction_set",
  "prediction_blob",
];

function counts(db: Db): Record<string, number> {
  return Object.fromEntries(
    tables.map((table) => [
      table,
      (db.prepare(`SELECT count(*) AS n FROM ${table}`).get() as { n: number }).n,
    ]),
  );
}
const nothing = Object.fromEntries(tables.map((table) => [table, 0]));

/** A folder with this many boxes and predictions. */
function bigFolder(boxes: number): string {
  const annotations = Array.from({ length: boxes }, (_, id) => annotationOf({ id: id + 1 }));
  const predictions = Array.from({ length: boxes }, (_, n) => ({
    image_id: 3,
    category_id: 7,
    bbox: [n % 50, 2, 3, 4],
    score: n / boxes,
  }));
  return folderOf({ "labels.json": cocoOf(annotations), "dt.json": predictions });
}

const planWithPredictions = (root: string) =>
  planOf(root, { predictions: [{ format: "coco-results", path: "dt.json", name: "d" }] });

test("an import in a worker tells how far it is, by bytes of a known total", async () => {
  const { db, databasePath } = newProject();
  const seen: JobProgress[] = [];
  const root = bigFolder(30_000);
  const result = await importFolder(
    planWithPredictions(root),
    { signal: new AbortController().signal, progress: (at) => seen.push(at) },
    { databasePath },
  );
  expect(counts(db)).toMatchObject({ dataset: 1, image: 1, annotation: 30_000, prediction_set: 1 });
  expect(result.predictionSetIds).toHaveLength(1);
  const phases = [...new Set(seen.map(({ phase }) => phase))];
  expect(phases).toEqual(
    expect.arrayContaining([
      "Reading images and classes",
      "Reading annotations",
      "Reading predictions",
    ]),
  );
  const reading = seen.filter(({ phase }) => phase === "Reading annotations");
  expect(
    reading.every(({ step, total, unit }) => unit === "bytes" && total !== null && step <= total),
  ).toBe(true);
});

describe.each(["Reading annotations", "Reading predictions", "Storing predictions"])(
  "cancelled while %s",
  (phase) => {
    test("nothing of it stays", async () => {
      const { db, databasePath } = newProject();
      const abort = new AbortController();
      const progress = (at: JobProgress) => {
        if (at.phase === phase) abort.abort();
      };
      const root = folderOf({});
      // Many images, so that the phase goes on after its first report.
      const images = Array.from({ length: 20_000 }, (_, id) => ({
        id,
        file_name: `${id}.jpg`,
        width: 64,
        height: 48,
      }));
      const annotations = images.map(({ id }) => annotationOf({ id: id + 1, image_id: id }));
      const predictions = images.map(({ id }) => ({
        image_id: id,
        category_id: 7,
        bbox: [1, 2, 3, 4],
        score: 0.5,
      }));
      // Padding makes the reading take several batches.
      const pad = "x".repeat(300);
      writeFileSync(
        join(root, "labels.json"),
        JSON.stringify(
          cocoOf(
            annotations.map((one) => ({ ...one, pad })),
            { images },
          ),
        ),
      );
      writeFileSync(
        join(root, "dt.json"),
        JSON.stringify(predictions.map((one) => ({ ...one, pad }))),
      );
      await expect(
        importFolder(
          planWithPredictions(root),
          { signal: abort.signal, progress },
          { databasePath },
        ),
      ).rejects.toMatchObject({ code: "job/cancelled" });
      expect(counts(db)).toEqual(nothing);
    });
  },
);

test("adding predictions that is cancelled leaves the dataset as it was", async () => {
  const { db, databasePath } = newProject();
  const root = bigFolder(2000);
  const quiet = { signal: new AbortController().signal, progress: () => undefined };
  const { datasetId } = await importFolder(planOf(root), quiet, { databasePath });
  const before = counts(db);
  const add = {
    datasetId,
    path: join(root, "dt.json"),
    format: "coco-results",
    name: "d",
  } as const;
  await expect(
    importPredictions(add, { ...quiet, signal: AbortSignal.abort() }, { databasePath }),
  ).rejects.toMatchObject({ code: "job/cancelled" });
  expect(counts(db)).toEqual(before);
});

test("an edit made through another connection during an import does not wait for its end", async () => {
  const { db, databasePath } = newProject();
  const root = bigFolder(60_000);
  let edits = 0;
  await importFolder(
    planWithPredictions(root),
    {
      signal: new AbortController().signal,
      progress: () => {
        db.prepare("INSERT OR REPLACE INTO setting (key, value) VALUES ('edit', ?)").run(
          String((edits += 1)),
        );
      },
    },
    { databasePath },
  );
  expect(edits).toBeGreaterThan(3);
  expect(db.prepare("SELECT value FROM setting").get()).toEqual({ value: String(edits) });
});

test("what a crash left is taken away when the project opens, the rest stays", async () => {
  const { db, databasePath } = newProject();
  const quiet = { signal: new AbortController().signal, progress: () => undefined };
  const root = bigFolder(50);
  const { datasetId } = await importFolder(planWithPredictions(root), quiet, { databasePath });
  const kept = counts(db);
  const queries = importQueries(db);
  const left = queries.insertDataset({
    name: "half",
    root,
    labelFormat: null,
    labelPath: null,
    createdAt: 5,
  });
  const categoryId = queries.insertCategory(left, { sourceId: 1, name: "car", role: "object" });
  for (let n = 0; n < 2500; n += 1) {
    const imageId = queries.insertImage({
      datasetId: left,
      sourceId: n,
      path: `${n}.jpg`,
      width: 4,
      height: 4,
      state: "ok",
      attributes: null,
    });
    queries.insertAnnotation({
      imageId,
      categoryId,
      sourceId: null,
      x: 1,
      y: 1,
      w: 2,
      h: 2,
      area: 4,
      crowd: false,
      ignore: false,
      segmentation: null,
      attributes: null,
    });
  }
  const set = { name: "half", source: "x", predictionCount: 0, imageCount: 0, createdAt: 5 };
  queries.insertPredictionSet({ ...set, datasetId });
  queries.insertPredictionSet({ ...set, datasetId: left });
  await purgeUnready(db);
  expect(counts(db)).toEqual(kept);
});

test("a dataset or a prediction set is removed with all that hangs on it, others stay", async () => {
  const { db, databasePath } = newProject();
  const quiet = { signal: new AbortController().signal, progress: () => undefined };
  const first = await importFolder(planWithPredictions(bigFolder(30)), quiet, { databasePath });
  const second = await importFolder(planWithPredictions(bigFolder(1500)), quiet, { databasePath });
  const run = db.prepare(
    `INSERT INTO run (dataset_id, prediction_set_id, name, protocol, params, revision, evaluator_version, report,
       warning_count, created_at) VALUES (?, ?, 'r', 'coco', '{}', 1, '1', '{}', 0, 5)`,
  );
  for (const { datasetId, predictionSetIds } of [first, second])
    run.run(datasetId, predictionSetIds[0]);
  await removeDataset(db, second.datasetId);
  expect(counts(db)).toMatchObject({
    dataset: 1,
    annotation: 30,
    prediction_set: 1,
    prediction_blob: 1,
  });
  await removePredictionSet(db, first.predictionSetIds[0]!);
  expect(counts(db)).toMatchObject({
    dataset: 1,
    annotation: 30,
    prediction_set: 0,
    prediction_blob: 0,
  });
  expect(db.prepare("SELECT count(*) AS n FROM run").get()).toEqual({ n: 0 });
});
