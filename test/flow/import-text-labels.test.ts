import { describe, expect, test } from "vitest";
import type { LabelFormat } from "../../shared/api/imports.ts";
import { importInto } from "../fixtures/formats/import-into.ts";
import { jpeg, png, turnedJpeg } from "../fixtures/formats/pictures.ts";
import { folderOf } from "../fixtures/formats/temp-folder.ts";

type Files = Readonly<Record<string, string | Uint8Array>>;

async function importLabels(
  format: LabelFormat,
  files: Files,
  {
    path = "labels",
    imageRoot = "images",
    vocOffset,
  }: { path?: string; imageRoot?: string; vocOffset?: 0 | 1 } = {},
) {
  const pictures = { "images/a.jpg": await jpeg(200, 100), "images/b.jpg": await jpeg(40, 80) };
  return importInto(folderOf({ ...pictures, ...files }), {
    imageRoot,
    labels: { format, path, ...(vocOffset === undefined ? {} : { vocOffset }) },
  });
}

describe("VisDrone", () => {
  test("rows become boxes; ignored regions and others keep their roles, score 0 is ignored", async () => {
    const { annotations, categories, images, summary } = await importLabels("visdrone", {
      "labels/a.txt": "10,20,30,40,1,4,1,2\n0,0,50,60,0,0,0,0\n5,6,7,8,0,11,0,1\n",
      "labels/b.txt": "1,2,3,4,1,1,0,0",
    });
    expect(summary).toEqual({});
    expect(annotations).toMatchObject([
      { image: "a.jpg", category: "car", x: 10, y: 20, w: 30, h: 40, area: 1200, ignore: 0 },
      { image: "a.jpg", category: "ignored regions", ignore: 1, w: 50 },
      { image: "a.jpg", category: "others", ignore: 1 },
      { image: "b.jpg", category: "pedestrian", ignore: 0 },
    ]);
    expect(annotations[0]?.["attributes"]).toBe('{"score":1,"truncation":1,"occlusion":2}');
    expect(categories).toHaveLength(12);
    expect(categories.filter(({ role }) => role !== "object")).toEqual([
      { source_id: 0, name: "ignored regions", role: "ignored-region" },
      { source_id: 11, name: "others", role: "others" },
    ]);
    expect(images).toMatchObject([
      { source_id: 1, path: "a.jpg", width: 200, height: 100 },
      { source_id: 2, path: "b.jpg", width: 40, height: 80 },
    ]);
  });

  test("a comma at the end, blanks between fields, CRLF and a byte order mark are taken", async () => {
    const { annotations, summary } = await importLabels("visdrone", {
      "labels/a.txt":
        "\uFEFF10,20,30,40,1,4,0,0,\r\n11 21 31 41 1 5 0 1\r\n\r\n12, 22, 32, 42, 1, 6, 0, 0\r\n",
    });
    expect(annotations.map(({ x, category }) => [x, category])).toEqual([
      [10, "car"],
      [11, "van"],
      [12, "truck"],
    ]);
    expect(summary).toEqual({ "labels/missing-file": "kept 1" });
  });

  test("rows that cannot be read are skipped with their line", async () => {
    const { annotations, problems } = await importLabels("visdrone", {
      "labels/a.txt":
        "1,2,3\n10,20,30,40,1,4,0,0\n1,2,x,4,1,4,0,0\n1,2,3,4,1,12,0,0\n1,2,-3,4,1,4,0,0\n",
      "labels/b.txt": "",
    });
    expect(annotations).toHaveLength(1);
    expect(problems.map(({ code, file, record, action }) => [code, file, record, action])).toEqual([
      ["visdrone/bad-row", "labels/a.txt", "line 1", "skipped"],
      ["visdrone/bad-row", "labels/a.txt", "line 3", "skipped"],
      ["category/unknown-id", "labels/a.txt", "line 4", "skipped"],
      ["box/negative-size", "labels/a.txt", "line 5", "skipped"],
    ]);
  });

  test("labels whose picture is not there are kept", async () => {
    const { images, annotations, summary } = await importLabels("visdrone", {
      "labels/a.txt": "10,20,30,40,1,4,0,0",
      "labels/b.txt": "",
      "labels/c.txt": "10,20,30,40,1,4,0,0",
    });
    expect(images.at(-1)).toMatchObject({
      source_id: 3,
      path: "c.jpg",
      state: "missing",
      width: 0,
    });
    expect(annotations).toHaveLength(2);
    expect(summary).toEqual({ "image/missing": "kept 1" });
  });
});

const voc = (
  objects: string,
  head = "<filename>a.jpg</filename><size><width>200</width><height>100</height></size>",
) => `<?xml version="1.0"?><annotation>${head}${objects}</annotation>`;
const vocObject = (name: string, box: readonly number[], more = "") =>
  `<object><name>${name}</name>${more}<bndbox><xmin>${box[0]}</xmin><ymin>${box[1]}</ymin><xmax>${box[2]}</xmax><ymax>${box[3]}</ymax></bndbox></object>`;

describe("Pascal VOC", () => {
  const files = {
    "labels/a.xml": voc(
      vocObject(
        "dog",
        [1, 1, 200, 100],
        "<difficult>1</difficult><pose>Left</pose><truncated>0</truncated>",
      ) + vocObject("ant", [11, 21, 30, 50]),
    ),
  };

  test("counted from 1, both ends belong to the box", async () => {
    const { annotations, categories, summary } = await importLabels("voc", files, { vocOffset: 1 });
    expect(summary).toEqual({});
    expect(annotations).toMatchObject([
      { category: "dog", x: 0, y: 0, w: 200, h: 100, area: 20_000, ignore: 1 },
      { category: "ant", x: 10, y: 20, w: 20, h: 30, area: 600, ignore: 0, attributes: null },
    ]);
    expect(annotations[0]?.["attributes"]).toBe('{"pose":"Left","truncated":"0"}');
    expect(categories.map(({ name }) => name)).toEqual(["ant", "dog"]);
  });

  test("counted from 0, the numbers are edges", async () => {
    const { annotations } = await importLabels("voc", files, { vocOffset: 0 });
    expect(annotations[1]).toMatchObject({ x: 11, y: 21, w: 19, h: 29 });
  });

  test("without a choice, a box that starts at 0 or between pixels tells", async () => {
    const from1 = await importLabels("voc", files);
    expect(from1.annotations[1]).toMatchObject({ x: 10 });
    const from0 = await importLabels("voc", {
      "labels/a.xml": voc(vocObject("ant", [0, 21, 30, 50]) + vocObject("ant", [11, 21, 30, 50])),
    });
    expect(from0.annotations[1]).toMatchObject({ x: 11 });
  });

  test("boxes without an extent are reported, and skipped where they are empty", async () => {
    const flat = {
      "labels/a.xml": voc(vocObject("ant", [11, 21, 11, 21]) + vocObject("ant", [30, 9, 20, 12])),
    };
    const from1 = await importLabels("voc", flat, { vocOffset: 1 });
    expect(from1.summary).toEqual({ "box/one-pixel": "kept 1", "box/negative-size": "skipped 1" });
    expect(from1.annotations).toMatchObject([{ w: 1, h: 1 }]);
    const from0 = await importLabels("voc", flat, { vocOffset: 0 });
    expect(from0.summary).toEqual({ "box/empty": "skipped 1", "box/negative-size": "skipped 1" });
  });

  test("tags in any order, empty tags, names with entities and no size", async () => {
    const { annotations, categories, images, summary } = await importLabels("voc", {
      "labels/b.xml":
        "<annotation><object><bndbox><ymax>50.5</ymax><xmin>3</xmin><xmax>9</xmax><ymin>4</ymin></bndbox><pose/><difficult></difficult><name>cats &amp; dogs</name></object><filename>b</filename></annotation>",
    });
    expect(summary).toEqual({});
    expect(categories).toMatchObject([{ name: "cats & dogs" }]);
    expect(images).toMatchObject([{ path: "b.jpg", width: 40, height: 80 }]);
    expect(annotations).toMatchObject([{ x: 3, y: 4, w: 6, h: 46.5, ignore: 0 }]);
  });

  test("entities are not expanded and a DOCTYPE is refused", async () => {
    const bomb = `<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>${voc(vocObject("&b;", [1, 2, 3, 4])).slice(21)}`;
    const { annotations, problems } = await importLabels("voc", { ...files, "labels/b.xml": bomb });
    expect(annotations).toHaveLength(2);
    expect(problems).toMatchObject([
      { code: "voc/not-readable", file: "labels/b.xml", action: "refused" },
    ]);
  });

  test("files and objects that cannot be read are reported, the others imported", async () => {
    const { annotations, problems } = await importLabels("voc", {
      ...files,
      "labels/b.xml": "<annotation><object></annotation>",
      "labels/c.xml": "",
      "labels/d.xml": voc(
        `<object><name>ant</name></object><object>${vocObject("", [1, 2, 3, 4]).slice(8)}${vocObject("ant", [1, NaN, 3, 4])}`,
        "<filename>b.jpg</filename>",
      ),
    });
    expect(annotations).toHaveLength(2);
    expect(problems.map(({ code, file, record }) => [code, file, record]).sort()).toEqual([
      ["voc/bad-box", "labels/d.xml", "object 3"],
      ["voc/no-box", "labels/d.xml", "object 1"],
      ["voc/no-name", "labels/d.xml", "object 2"],
      ["voc/not-readable", "labels/b.xml", null],
      ["voc/not-readable", "labels/c.xml", null],
    ]);
  });

  test("a split list takes its files only, and a list of names gives the order of classes", async () => {
    const { images, categories, summary } = await importLabels(
      "voc",
      {
        "voc.names": "zebra\nant\n",
        "Annotations/a.xml": voc(vocObject("ant", [1, 2, 3, 4])),
        "Annotations/b.xml": voc("", "<filename>b.jpg</filename>"),
        "ImageSets/Main/val.txt": "b\nmissing  1\n",
      },
      { path: "ImageSets/Main/val.txt" },
    );
    expect(images.map(({ path }) => path)).toEqual(["b.jpg"]);
    expect(categories.map(({ source_id, name }) => [source_id, name])).toEqual([
      [1, "zebra"],
      [2, "ant"],
    ]);
    expect(summary).toEqual({ "voc/listed-file-missing": "skipped 1" });
  });
});

describe("YOLO", () => {
  const yaml =
    "path: ../somewhere\ntrain: images\nnames:\n  0: car\n  1: __proto__\n  2: Fußgänger\n";

  test("parts of the size become pixels; no file and an empty file mean no objects", async () => {
    const { annotations, categories, images, summary } = await importLabels("yolo", {
      "data.yaml": yaml,
      "labels/a.txt": "0 0.5 0.25 0.1 0.2\n2 0.05 0.9 0.1 0.2\n",
    });
    expect(annotations).toMatchObject([
      { image: "a.jpg", category: "car", x: 90, y: 15, w: 20, h: 20, area: 400 },
      { image: "a.jpg", category: "Fußgänger", x: 0, y: 80, w: 20, h: 20 },
    ]);
    expect(categories.map(({ source_id, name }) => [source_id, name])).toEqual([
      [0, "car"],
      [1, "__proto__"],
      [2, "Fußgänger"],
    ]);
    expect(images).toHaveLength(2);
    expect(summary).toEqual({ "labels/missing-file": "kept 1" });
  });

  test("the size is that of the picture as shown", async () => {
    const { annotations } = await importLabels("yolo", {
      "images/a.jpg": await turnedJpeg(200, 100),
      "labels/a.txt": "0 0.5 0.5 1 1",
    });
    expect(annotations).toMatchObject([{ x: 0, y: 0, w: 100, h: 200, category: "class 0" }]);
  });

  test("polygons and corners become their extent and are kept", async () => {
    const { annotations } = await importLabels("yolo", {
      "labels/a.txt": "1 0.1 0.2 0.3 0.2 0.2 0.6\n1 0.1 0.1 0.2 0.1 0.2 0.3 0.1 0.3\n",
    });
    expect(
      annotations.map(({ x, y, w, h }) => [x, y, w, h].map((part) => Math.round(part as number))),
    ).toEqual([
      [20, 20, 40, 40],
      [20, 10, 20, 20],
    ]);
    expect(annotations[0]?.["segmentation"]).toBe("[[20,20,60,20,40,60]]");
  });

  test("rows that cannot be read are skipped with their line", async () => {
    const { annotations, problems } = await importLabels("yolo", {
      "data.yaml": yaml,
      "labels/a.txt":
        "0 0.5 0.5 0.1 0.1\ncar 0.5 0.5 0.1 0.1\n0 0.5 0.5\n0 320 200 40 30\n3 0.5 0.5 0.1 0.1\n0 nan 0.5 0.1 0.1\n0 0.5 0.5 0 0.1\n",
      "labels/b.txt": "0 0.98 0.5 0.2 0.1",
    });
    expect(annotations).toHaveLength(2);
    expect(problems.map(({ code, record }) => [code, record]).sort()).toEqual([
      ["box/empty", "line 7"],
      ["box/overhangs-image", "line 1"],
      ["category/unknown-id", "line 5"],
      ["yolo/bad-row", "line 2"],
      ["yolo/bad-row", "line 3"],
      ["yolo/bad-row", "line 6"],
      ["yolo/not-normalised", "line 4"],
    ]);
  });

  test("boxes of a picture that is missing or corrupt cannot be turned into pixels", async () => {
    const { annotations, summary } = await importLabels("yolo", {
      "images/b.jpg": Buffer.from("no picture"),
      "labels/b.txt": "0 0.5 0.5 0.1 0.1",
      "labels/c.txt": "0 0.5 0.5 0.1 0.1",
    });
    expect(annotations).toEqual([]);
    expect(summary).toMatchObject({ "yolo/no-size": "skipped 2", "image/unreadable": "kept 1" });
  });

  test("a list of pictures is followed in its order, whatever machine wrote it", async () => {
    const { images, annotations, summary } = await importLabels(
      "yolo",
      {
        "data.yaml": yaml,
        "val.txt": "./images/b.jpg\n/home/ann/set/images/a.jpg\n./images/zzz.jpg\n",
        "labels/b.txt": "0 0.5 0.5 0.5 0.5",
      },
      { path: "val.txt" },
    );
    expect(images.map(({ source_id, path }) => [source_id, path])).toEqual([
      [1, "b.jpg"],
      [2, "a.jpg"],
    ]);
    expect(annotations).toMatchObject([{ image: "b.jpg", x: 10, y: 20, w: 20, h: 40 }]);
    expect(summary).toMatchObject({ "image/missing": "skipped 1" });
  });

  test("Darknet: labels beside the pictures, names in obj.names", async () => {
    const { annotations, summary } = await importLabels(
      "darknet",
      {
        "obj.data": "classes = 2\ntrain = data/train.txt\nnames = data/obj.names\n",
        "obj.names": "bus\ntram\n",
        "train.txt": "data/obj_train_data/c d.png\n",
        "obj_train_data/c d.png": await png(50, 20),
        "obj_train_data/c d.txt": "1 0.5 0.5 0.2 0.5",
      },
      { path: "train.txt", imageRoot: "obj_train_data" },
    );
    expect(annotations).toMatchObject([
      { image: "c d.png", category: "tram", x: 20, y: 5, w: 10, h: 10 },
    ]);
    expect(summary).toEqual({});
  });
});

test("pictures alone are a dataset without labels", async () => {
  const root = folderOf({
    "b/2.png": await png(30, 20),
    "a/1.jpg": await jpeg(64, 48),
    "notes.md": "x",
  });
  const { images, annotations } = await importInto(root, { labels: null });
  expect(images.map(({ source_id, path, width }) => [source_id, path, width])).toEqual([
    [1, "a/1.jpg", 64],
    [2, "b/2.png", 30],
  ]);
  expect(annotations).toEqual([]);
});

test("a folder without pictures and labels is refused", async () => {
  await expect(importInto(folderOf({ "x.md": "hi" }), { labels: null })).rejects.toMatchObject({
    code: "folder/no-pictures",
  });
});
