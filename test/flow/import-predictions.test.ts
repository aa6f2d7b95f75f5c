import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { PredictionFormat } from "../../shared/api/imports.ts";
import {
  importInto,
  newProject,
  planOf,
  predictionsOf,
  unhurried,
} from "../fixtures/formats/import-into.ts";
import { jpeg } from "../fixtures/formats/pictures.ts";
import { folderOf } from "../fixtures/formats/temp-folder.ts";
import { runAddPredictions, runImport } from "../../main/services/imports/run-import.ts";

const truth = {
  images: [
    { id: 8, file_name: "b.jpg", width: 200, height: 100 },
    { id: 5, file_name: "a.jpg", width: 100, height: 50 },
  ],
  categories: [
    { id: 1, name: "car" },
    { id: 4, name: "traffic light" },
  ],
  annotations: [{ id: 1, image_id: 5, category_id: 1, bbox: [1, 2, 3, 4], area: 12, iscrowd: 0 }],
};

async function folderWith(files: Readonly<Record<string, string | object>>) {
  return folderOf({
    "labels.json": truth,
    "a.jpg": await jpeg(100, 50),
    "b.jpg": await jpeg(200, 100),
    ...files,
  });
}

async function importPredictions(
  format: PredictionFormat,
  path: string,
  files: Readonly<Record<string, string | object>>,
) {
  const imported = await importInto(await folderWith(files), {
    predictions: [{ format, path, name: "detector" }],
  });
  return { ...imported, predictions: predictionsOf(imported.db, imported.predictionSetIds[0]!) };
}

describe("COCO results", () => {
  test("numbers are stored exactly, each image's in file order", async () => {
    const { predictions, summary, db } = await importPredictions("coco-results", "dt.json", {
      "dt.json": [
        { image_id: 8, category_id: 1, bbox: [0.1, 0.2, 33.3, 44.4], score: 0.30000000000000004 },
        { image_id: 5, category_id: 4, bbox: [1, 2, 3, 4], score: 0.5 },
        { image_id: 8, category_id: 4, bbox: [1e-9, 2, 3, 4], score: 0.9 },
      ],
    });
    expect(summary).toEqual({});
    expect(predictions).toEqual([
      { image: "a.jpg", category: "traffic light", box: [1, 2, 3, 4], score: 0.5 },
      { image: "b.jpg", category: "car", box: [0.1, 0.2, 33.3, 44.4], score: 0.30000000000000004 },
      { image: "b.jpg", category: "traffic light", box: [1e-9, 2, 3, 4], score: 0.9 },
    ]);
    expect(
      db.prepare("SELECT name, prediction_count, image_count, ready FROM prediction_set").get(),
    ).toEqual({
      name: "detector",
      prediction_count: 3,
      image_count: 2,
      ready: 1,
    });
  });

  test("what fits nothing is counted, skipped and reported", async () => {
    const good = { image_id: 8, category_id: 1, bbox: [1, 2, 3, 4], score: 0.5 };
    const text = JSON.stringify([
      good,
      { ...good, image_id: 9 },
      { ...good, category_id: 2 },
      { ...good, score: 0.125 },
      { ...good, bbox: [1, 2, 3] },
      { ...good, bbox: [1, 2, 0, -4] },
      { ...good, score: 1.5 },
      7,
    ]).replace("0.125", "NaN");
    const { predictions, summary } = await importPredictions("coco-results", "dt.json", {
      "dt.json": text,
    });
    expect(predictions).toHaveLength(3);
    expect(summary).toEqual({
      "prediction/unknown-image": "skipped 1",
      "prediction/unknown-category": "skipped 1",
      "record/wrong-type": "skipped 3",
      "prediction/negative-size": "kept 1",
      "prediction/score-range": "kept 1",
    });
  });

  test("an image id that is a name finds its picture", async () => {
    const { predictions } = await importPredictions("coco-results", "dt.json", {
      "dt.json": [
        { image_id: "b", category_id: 1, bbox: [1, 2, 3, 4], score: 0.5 },
        { image_id: "5", category_id: 1, bbox: [1, 2, 3, 4], score: 0.25 },
      ],
    });
    expect(predictions.map(({ image, score }) => [image, score])).toEqual([
      ["a.jpg", 0.25],
      ["b.jpg", 0.5],
    ]);
  });

  test("the long form's own images and classes are matched by name", async () => {
    const { predictions } = await importPredictions("coco-results", "dt.json", {
      "dt.json": {
        images: [{ id: 5, file_name: "b.jpg" }],
        categories: [{ id: 1, name: "Traffic_Light" }],
        annotations: [{ id: 0, image_id: 5, category_id: 1, bbox: [1, 2, 3, 4], score: 0.5 }],
      },
    });
    expect(predictions).toMatchObject([{ image: "b.jpg", category: "traffic light" }]);
  });

  test("an empty list is a detector that found nothing", async () => {
    expect(
      (await importPredictions("coco-results", "dt.json", { "dt.json": [] })).predictions,
    ).toEqual([]);
  });

  test.each([
    [
      "none fits",
      [{ image_id: 77, category_id: 1, bbox: [1, 2, 3, 4], score: 1 }],
      "predictions/none-fit",
    ],
    ["cut off", '[{"image_id":8,"category_id":1,"bb', "file/truncated"],
    ["no list", { results: {} }, "predictions/no-list"],
  ])("%s: the whole import is refused and leaves nothing", async (_, content, code) => {
    const { db } = newProject();
    const root = await folderWith({ "dt.json": content });
    const plan = planOf(root, {
      predictions: [{ format: "coco-results", path: "dt.json", name: "d" }],
    });
    await expect(runImport(db, plan, unhurried())).rejects.toMatchObject({ code });
    for (const table of ["dataset", "image", "prediction_set", "prediction_blob"]) {
      expect(db.prepare(`SELECT count(*) AS n FROM ${table}`).get()).toEqual({ n: 0 });
    }
  });
});

describe("text rows, the same boxes in every layout", () => {
  const expected = [
    { image: "a.jpg", category: "car", box: [10, 20, 30, 20], score: 0.5 },
    { image: "b.jpg", category: "traffic light", box: [100, 40, 60, 30], score: 0.75 },
  ];
  const names = "car\nbus\ntraffic light\n";

  test.each<[PredictionFormat, string, string]>([
    ["text-xywh", "car 0.5 10 20 30 20", "traffic light 0.75 100 40 60 30"],
    ["text-xyxy", "car 0.5 10 20 40 40", "traffic light 0.75 100 40 160 70"],
    ["text-relative-cxcywh", "car 0.5 0.25 0.6 0.3 0.4", "traffic light 0.75 0.65 0.55 0.3 0.3"],
    ["text-xywh", "0 0.5 10 20 30 20", "2 0.75 100 40 60 30"],
    ["text-xyxy", "0,0.5,10,20,40,40", "2,0.75,100,40,160,70"],
    ["text-relative-cxcywh", "0 0.5 0.25 0.6 0.3 0.4", "2 0.75 0.65 0.55 0.3 0.3"],
    ["yolo", "0 0.25 0.6 0.3 0.4 0.5", "2 0.65 0.55 0.3 0.3 0.75"],
  ])("%s: %s", async (format, a, b) => {
    const { predictions, summary } = await importPredictions(format, "dets", {
      "classes.txt": names,
      "dets/a.txt": `${a}\r\n`,
      "dets/b.txt": b,
    });
    const rounded = predictions.map((one) => ({
      ...one,
      box: one.box.map((part) => Math.round(part * 1e9) / 1e9),
    }));
    expect(rounded).toEqual(expected);
    expect(summary).toEqual({});
  });
});

test("without a list of names, class numbers are places in the dataset's list", async () => {
  const { predictions } = await importPredictions("yolo", "dets", {
    "dets/a.txt": "1 0.5 0.5 0.5 0.5 0.9",
  });
  expect(predictions).toMatchObject([{ category: "traffic light" }]);
});

test("VisDrone results are matched by name, else by number", async () => {
  const { predictions, summary } = await importPredictions("visdrone", "dets", {
    "dets/a.txt": "1,2,3,4,0.9,4,-1,-1\n5,6,7,8,0.8,10,-1,-1\n",
    "dets/zzz.txt": "1,2,3,4,0.9,4,-1,-1\n",
  });
  expect(predictions).toEqual([{ image: "a.jpg", category: "car", box: [1, 2, 3, 4], score: 0.9 }]);
  expect(summary).toEqual({
    "prediction/unknown-category": "skipped 1",
    "prediction/unknown-image": "skipped 1",
  });
});

test("text rows that cannot be read are skipped with their line", async () => {
  const { predictions, problems } = await importPredictions("text-xywh", "dets", {
    "dets/a.txt":
      "car 0.5 10 20 30 20\ncar 0.5 10 20 30\ncar high 1 2 3 4\ncar inf 1 2 3 4\n1 2 0.5 1 2 3 4\n",
  });
  expect(predictions).toHaveLength(1);
  expect(problems.map(({ code, record }) => [code, record])).toEqual([
    ["text/bad-row", "line 2"],
    ["text/bad-row", "line 3"],
    ["text/bad-row", "line 4"],
    ["text/bad-row", "line 5"],
  ]);
});

test("predictions are added to a dataset that is there, their format detected", async () => {
  const { db } = newProject();
  const root = await folderWith({
    "dets/a.txt": "car 0.5 10 20 40 40\n",
    "dets/b.txt": "car 0.5 100 60 190 90\n",
    "classes.txt": "bus\ncar\ntraffic light\n",
    "numbered/a.txt": "2 0.5 10 20 40 40\n",
    "dt.json": [{ image_id: 8, category_id: 1, bbox: [1, 2, 3, 4], score: 0.5 }],
  });
  const { datasetId } = await runImport(db, planOf(root), unhurried());
  const add = (path: string) =>
    runAddPredictions(
      db,
      { datasetId, path: join(root, path), format: null, name: path },
      unhurried(),
    );
  const numbered = await add("numbered");
  const numberedClasses = predictionsOf(db, numbered.predictionSetIds[0]!).map(
    ({ category }) => category,
  );
  const json = await add("dt.json");
  const text = await add("dets");
  expect(predictionsOf(db, json.predictionSetIds[0]!)).toHaveLength(1);
  expect(predictionsOf(db, text.predictionSetIds[0]!).map(({ box }) => box)).toEqual([
    [10, 20, 30, 20],
    [100, 60, 90, 30],
  ]);
  expect(numberedClasses).toEqual(["traffic light"]);
  await expect(add("labels.json")).rejects.toMatchObject({ code: "predictions/none-fit" });
  await expect(add("nothing.json")).rejects.toMatchObject({ code: "file/missing" });
  expect(db.prepare("SELECT count(*) AS n FROM prediction_set").get()).toEqual({ n: 3 });
});
