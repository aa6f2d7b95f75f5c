import { linkSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { FolderReport } from "../../shared/api/imports.ts";
import { inspect } from "../../main/services/imports/inspect.ts";
import { inspectFolder } from "../../main/services/imports/import-folder.ts";
import { runImport } from "../../main/services/imports/run-import.ts";
import { annotationOf, cocoOf, newProject, unhurried } from "../fixtures/formats/import-into.ts";
import { jpeg } from "../fixtures/formats/pictures.ts";
import { folderOf } from "../fixtures/formats/temp-folder.ts";

const look = (root: string) => inspect(root, unhurried());

const found = ({ sources }: FolderReport) =>
  sources.map(({ role, format, path, imageRoot, images, boxes }) => [
    role,
    format,
    path,
    imageRoot,
    images,
    boxes,
  ]);

const voc = (box: string) =>
  `<annotation><filename>a.jpg</filename><object><name>ant</name><bndbox>${box}</bndbox></object></annotation>`;
const vocBox = "<xmin>1</xmin><ymin>2</ymin><xmax>30</xmax><ymax>40</ymax>";

describe("layouts", () => {
  test("COCO with a JSON a split: each is shown, validation is suggested with the predictions that fit it", async () => {
    const picture = await jpeg(64, 48);
    const split = (first: number) =>
      cocoOf([annotationOf({ image_id: first }), annotationOf({ id: 12, image_id: first })], {
        images: [{ id: first, file_name: `${first}.jpg`, width: 64, height: 48 }],
      });
    const root = folderOf({
      "annotations/instances_train2017.json": split(100),
      "annotations/instances_val2017.json": split(200),
      "annotations/captions.json": { annotations: [{ caption: "a car" }], licenses: [] },
      "train2017/100.jpg": picture,
      "val2017/200.jpg": picture,
      "results/detector-a.json": [
        { image_id: 200, category_id: 7, bbox: [1, 2, 3, 4], score: 0.5 },
      ],
      "results/of-train.json": [{ image_id: 100, category_id: 7, bbox: [1, 2, 3, 4], score: 0.5 }],
      "package.json": { name: "x" },
    });
    const report = await look(root);
    expect(found(report)).toEqual([
      ["labels", "coco", "annotations/instances_train2017.json", "train2017", 1, 2],
      ["labels", "coco", "annotations/instances_val2017.json", "val2017", 1, 2],
      ["predictions", "coco-results", "results/detector-a.json", null, 1, 1],
      ["predictions", "coco-results", "results/of-train.json", null, 1, 1],
    ]);
    expect(report.sources[1]?.classes).toEqual([{ name: "car", boxes: 2 }]);
    expect(report.suggestion).toMatchObject({
      imageRoot: "val2017",
      labels: { format: "coco", path: "annotations/instances_val2017.json" },
      predictions: [
        { path: "results/detector-a.json", name: "detector-a", format: "coco-results" },
      ],
      evaluate: "coco",
    });
    expect(report.imageFolders).toEqual([
      { path: "", images: 2 },
      { path: "train2017", images: 1 },
      { path: "val2017", images: 1 },
    ]);
  });

  test("SODA-D is told from COCO by its classes", async () => {
    const names = [
      "people",
      "rider",
      "bicycle",
      "motor",
      "vehicle",
      "traffic-sign",
      "traffic-light",
    ];
    const root = folderOf({
      "Annotations/test.json": cocoOf(
        [{ id: 1, image_id: 3, category_id: 2, bbox: [1, 2, 3, 4], area: 12, ignore: 0 }],
        {
          categories: names.map((name, index) => ({ id: index + 1, name })),
        },
      ),
      "Images/a.jpg": await jpeg(64, 48),
    });
    const report = await look(root);
    expect(found(report)).toEqual([["labels", "soda-d", "Annotations/test.json", "Images", 1, 1]]);
    expect(report.sources[0]?.problems).toEqual([]);
  });

  test("VisDrone labels and results", async () => {
    const root = folderOf({
      "val/images/a.jpg": await jpeg(64, 48),
      "val/annotations/a.txt": "1,2,3,4,1,4,0,1\n5,6,7,8,0,0,0,0\n",
      "det/a.txt": "1,2,3,4,0.9,4,-1,-1\n5,6,7,8,0.5,5,-1,-1\n",
    });
    const report = await look(root);
    expect(found(report)).toEqual([
      ["predictions", "visdrone", "det", "val/images", 1, 2],
      ["labels", "visdrone", "val/annotations", "val/images", 1, 2],
    ]);
    expect(report.suggestion).toMatchObject({
      evaluate: "visdrone",
      predictions: [{ path: "det" }],
    });
  });

  test("Pascal VOC: the folder and its splits, with the offset it seems to use", async () => {
    const root = folderOf({
      "JPEGImages/a.jpg": await jpeg(64, 48),
      "JPEGImages/b.jpg": await jpeg(64, 48),
      "Annotations/a.xml": voc(vocBox),
      "Annotations/b.xml": voc(vocBox).replace("a.jpg", "b.jpg"),
      "ImageSets/Main/val.txt": "b\n",
      "ImageSets/Main/ant_val.txt": "b -1\n",
    });
    const report = await look(root);
    expect(found(report)).toEqual([
      ["labels", "voc", "Annotations", "JPEGImages", 2, 2],
      ["labels", "voc", "ImageSets/Main/val.txt", "JPEGImages", 1, 1],
    ]);
    expect(report.suggestion).toMatchObject({ labels: { path: "Annotations", vocOffset: 1 } });
    const fromZero = folderOf({
      "a.jpg": await jpeg(64, 48),
      "a.xml": voc(vocBox.replace(">1<", ">0<")),
    });
    expect((await look(fromZero)).sources[0]).toMatchObject({
      vocOffset: 0,
      imageRoot: "",
      path: "",
    });
  });

  test("YOLO with splits in folders, and predictions with confidence", async () => {
    const picture = await jpeg(64, 48);
    const root = folderOf({
      "data.yaml": "train: images/train\nval: images/val\nnames: [car, bus]\n",
      "images/train/a.jpg": picture,
      "images/val/b.jpg": picture,
      "labels/train/a.txt": "0 0.5 0.5 0.1 0.1\n",
      "labels/val/b.txt": "1 0.5 0.5 0.1 0.1\n1 0.2 0.2 0.1 0.1\n",
      "runs/exp/labels/b.txt": "1 0.5 0.5 0.1 0.1 0.9\n1 0.9 0.9 0.1 0.1 0.15\n",
    });
    const report = await look(root);
    expect(found(report)).toEqual([
      ["labels", "yolo", "labels/train", "images/train", 1, 1],
      ["labels", "yolo", "labels/val", "images/val", 1, 2],
      ["predictions", "yolo", "runs/exp/labels", "images/val", 1, 2],
    ]);
    expect(report.sources[1]).toMatchObject({
      name: "val",
      classes: [
        { name: "car", boxes: 0 },
        { name: "bus", boxes: 2 },
      ],
    });
    expect(report.suggestion).toMatchObject({
      labels: { path: "labels/val" },
      predictions: [{ format: "yolo" }],
    });
  });

  test("Darknet: labels beside the pictures and the lists of obj.data", async () => {
    const root = folderOf({
      "obj.data": "classes = 1\ntrain = data/train.txt\nnames = data/obj.names\n",
      "obj.names": "bus\n",
      "train.txt": "data/obj_train_data/a.jpg\n",
      "obj_train_data/a.jpg": await jpeg(64, 48),
      "obj_train_data/a.txt": "0 0.5 0.5 0.1 0.1\n",
    });
    expect(found(await look(root))).toEqual([
      ["labels", "darknet", "train.txt", "obj_train_data", 1, 1],
      ["labels", "darknet", "obj_train_data", "obj_train_data", 1, 1],
    ]);
  });

  test("pictures only", async () => {
    const picture = await jpeg(64, 48);
    const report = await look(
      folderOf({ "in/a.jpg": picture, "in/deep/b.jpg": picture, "x.txt": "hello there" }),
    );
    expect(report.sources).toEqual([]);
    expect(report.imageFolders).toEqual([
      { path: "in", images: 2 },
      { path: "in/deep", images: 1 },
    ]);
    expect(report.suggestion).toMatchObject({ imageRoot: "in", labels: null, evaluate: null });
  });

  test("an empty folder has nothing to import", async () => {
    expect(await look(folderOf({}))).toMatchObject({
      sources: [],
      imageFolders: [],
      suggestion: null,
    });
  });
});

describe("text rows are told apart by their numbers", () => {
  const rows: Record<string, readonly [string, string]> = {
    "text-xywh": ["car 0.9 40 30 20 10", "ends before it begins as corners"],
    "text-xyxy": ["car 0.9 40 30 60 40", "would leave the picture as sizes"],
    "text-relative-cxcywh": ["0 0.9 0.5 0.5 0.2 0.1", "score second"],
    yolo: ["0 0.5 0.5 0.2 0.1 0.95", "score last"],
  };
  test.each(Object.entries(rows))("%s: %s", async (format, [row]) => {
    const root = folderOf({ "a.jpg": await jpeg(64, 48), "dets/a.txt": row });
    const [source] = (await look(root)).sources;
    expect(source).toMatchObject({ role: "predictions", format, boxes: 1 });
    expect(source?.guess).toMatch(/^(Read|Score)/);
    expect(source?.alternatives).not.toHaveLength(0);
  });
});

test("a broken source is shown with its reason, the others are suggested", async () => {
  const root = folderOf({
    "val.json": JSON.stringify(cocoOf([annotationOf()])).slice(0, -30),
    "other.json": cocoOf([annotationOf({ category_id: 99 }), annotationOf({ id: 12 })]),
    "a.jpg": await jpeg(64, 48),
  });
  const { sources, suggestion } = await look(root);
  expect(
    sources.map(({ path, problems }) => [path, problems.map(({ code, action }) => [code, action])]),
  ).toEqual([
    ["other.json", [["category/unknown-id", "skipped"]]],
    ["val.json", [["file/truncated", "refused"]]],
  ]);
  expect(suggestion).toMatchObject({ labels: { path: "other.json" } });
});

test.each([
  ["inside its first key", '{"ima', "file/truncated"],
  ["before its first value", '{"images": ', "file/truncated"],
  ["within its images", '{"images": [{"id": 3, "file_name": "a.jpg"}, {"id": 4', "file/truncated"],
  ["before it began", "", "file/empty"],
])("a JSON file cut off %s is reported, not passed over", async (_, text, code) => {
  const report = await look(folderOf({ "annotations.json": text, "other.json": { name: "x" } }));
  expect(report.sources).toEqual([]);
  expect(report.problems.map((problem) => [problem.file, problem.code, problem.action])).toEqual([
    ["annotations.json", code, "refused"],
  ]);
});

test("links out of the folder are reported", async () => {
  const root = folderOf({ "a.jpg": await jpeg(64, 48) });
  symlinkSync("/etc", join(root, "etc"));
  expect((await look(root)).problems).toMatchObject([
    { code: "file/outside-root", file: "etc", action: "refused" },
  ]);
});

test("a file or a folder that is not there is refused with a sentence", async () => {
  const root = folderOf({ "a.txt": "x" });
  await expect(look(join(root, "nowhere"))).rejects.toMatchObject({ code: "folder/missing" });
  await expect(inspectFolder(join(root, "a.txt"))).rejects.toMatchObject({
    code: "folder/not-a-folder",
  });
});

test("of very many label files a sample is read", async () => {
  const root = folderOf({
    "labels/f0.txt": "0 0.5 0.5 0.1 0.1\n",
    "images/f0.jpg": await jpeg(8, 6),
  });
  for (let n = 1; n <= 3000; n += 1)
    linkSync(join(root, "labels/f0.txt"), join(root, `labels/f${n}.txt`));
  const [source] = (await look(root)).sources;
  expect(source).toMatchObject({
    format: "yolo",
    files: 3001,
    boxes: null,
    classes: [{ name: "class 0", boxes: null }],
  });
});

test("the suggestion imports as it is", async () => {
  const root = folderOf({
    "images/a.jpg": await jpeg(64, 48),
    "labels/a.txt": "0 0.5 0.5 0.5 0.5\n",
    "pred/a.txt": "0 0.5 0.5 0.5 0.5 0.9\n",
  });
  const { suggestion } = await look(root);
  const { db } = newProject();
  const { predictionSetIds } = await runImport(db, suggestion!, unhurried());
  expect(predictionSetIds).toHaveLength(1);
  expect(db.prepare("SELECT x, y, w, h FROM annotation").all()).toEqual([
    { x: 16, y: 12, w: 32, h: 24 },
  ]);
});
