import { describe, expect, test } from "vitest";
import {
  annotationOf,
  cocoOf,
  importInto,
  newProject,
  planOf,
  unhurried,
} from "../fixtures/formats/import-into.ts";
import { jpeg } from "../fixtures/formats/pictures.ts";
import { folderOf } from "../fixtures/formats/temp-folder.ts";
import { runImport } from "../../main/services/imports/run-import.ts";

const labels = async (document: object | string | Uint8Array) =>
  folderOf({ "labels.json": document, "a.jpg": await jpeg(64, 48) });

/** Imports one annotation and gives it back with what was reported. */
async function importOne(rest: object) {
  const { annotations, summary } = await importInto(await labels(cocoOf([annotationOf(rest)])));
  return { annotation: annotations[0], summary };
}

test("labels are stored in file order with the file's ids, areas and everything else they say", async () => {
  const root = await labels(
    cocoOf([
      annotationOf({ id: 90, area: 77.5, segmentation: [[5, 6, 15, 6, 15, 18]], track: "t1" }),
      annotationOf({ id: 12, iscrowd: 1, segmentation: { counts: "a1", size: [48, 64] } }),
      annotationOf({ id: 44, bbox: [0.1, 0.2, 0.3, 0.7], area: 0.21, ignore: 1 }),
    ]),
  );
  const { images, categories, annotations, summary } = await importInto(root);
  expect(summary).toEqual({});
  expect(images).toEqual([
    { source_id: 3, path: "a.jpg", width: 64, height: 48, state: "ok", attributes: null },
  ]);
  expect(categories).toEqual([{ source_id: 7, name: "car", role: "object" }]);
  expect(annotations).toMatchObject([
    {
      source_id: 90,
      area: 77.5,
      segmentation: "[[5,6,15,6,15,18]]",
      attributes: '{"track":"t1"}',
    },
    { source_id: 12, crowd: 1, segmentation: '{"counts":"a1","size":[48,64]}', attributes: null },
    { source_id: 44, x: 0.1, y: 0.2, w: 0.3, h: 0.7, area: 0.21, ignore: 1, crowd: 0 },
  ]);
});

test("the three lists may stand in any order", async () => {
  const { images, categories, annotations } = cocoOf([annotationOf()]) as Record<string, unknown>;
  for (const document of [
    { annotations, categories, images },
    { categories, annotations, images },
  ]) {
    expect((await importInto(await labels(document))).annotations).toHaveLength(1);
  }
});

describe("an annotation that cannot be used is skipped and reported", () => {
  test.each([
    [{ bbox: [5, 6, -10, 12] }, "box/negative-size"],
    [{ bbox: [5, 6, 10] }, "record/wrong-type"],
    [{ bbox: "5 6 10 12" }, "record/wrong-type"],
    [{ bbox: [5, "6", 10, 12] }, "record/wrong-type"],
    [{ bbox: undefined }, "record/missing-field"],
    [{ image_id: 4 }, "image/unknown-id"],
    [{ category_id: 70 }, "category/unknown-id"],
    [{ image_id: null }, "record/wrong-type"],
    [{ category_id: 1.5 }, "record/wrong-type"],
  ])("%j: %s", async (rest, code) => {
    const { annotation, summary } = await importOne(rest);
    expect(annotation).toBeUndefined();
    expect(summary).toEqual({ [code]: "skipped 1" });
  });

  test("NaN and Infinity in the text", async () => {
    const text = JSON.stringify(
      cocoOf([annotationOf({ bbox: [5, 6, 0.25, 12] }), annotationOf({ id: 12 })]),
    );
    for (const word of ["NaN", "Infinity", "-Infinity"]) {
      const { annotations, problems } = await importInto(await labels(text.replace("0.25", word)));
      expect(annotations).toHaveLength(1);
      expect(problems).toMatchObject([
        {
          code: "record/wrong-type",
          file: "labels.json",
          record: "annotations[0]",
          action: "skipped",
        },
      ]);
      expect(problems[0]?.message).toContain(word);
    }
  });

  test("an element that is no object", async () => {
    const { annotations, summary } = await importInto(
      await labels(cocoOf([17, null, annotationOf()])),
    );
    expect(annotations).toHaveLength(1);
    expect(summary).toEqual({ "record/wrong-type": "skipped 2" });
  });
});

describe("an annotation that can be repaired is", () => {
  test.each([
    [{ area: undefined }, "annotation/no-area", { area: 120 }],
    [{ area: -3 }, "annotation/bad-area", { area: 120 }],
    [{ area: "big" }, "annotation/bad-area", { area: 120 }],
    [{ iscrowd: undefined }, "annotation/no-iscrowd", { crowd: 0 }],
    [{ iscrowd: "yes" }, "record/bad-flag", { crowd: 0 }],
    [{ image_id: "3" }, "record/id-as-text", { image: "a.jpg" }],
    [{ id: "x9" }, "annotation/bad-id", { source_id: null }],
  ])("%j: %s", async (rest, code, stored) => {
    const { annotation, summary } = await importOne(rest);
    expect(annotation).toMatchObject(stored);
    expect(summary).toEqual({ [code]: "repaired 1" });
  });
});

describe("what is odd but means something is kept and reported", () => {
  test.each([
    [{ bbox: [5, 6, 0, 12], area: 0 }, "box/empty"],
    [{ bbox: [60, 6, 10, 12] }, "box/overhangs-image"],
    [{ bbox: [-20, 6, 10, 12] }, "box/outside-image"],
    [{ area: 3072 }, "annotation/area-not-box"],
    [{ id: 0 }, "annotation/id-zero"],
    [{ id: undefined }, "annotation/no-id"],
  ])("%j: %s", async (rest, code) => {
    const { annotation, summary } = await importOne(rest);
    expect(annotation).toBeDefined();
    expect(summary).toEqual({ [code]: "kept 1" });
  });

  test("an area that differs because of a mask is nothing odd", async () => {
    expect((await importOne({ area: 30, segmentation: [[1, 2, 3, 4, 5, 6]] })).summary).toEqual({});
  });

  test("a box that overhangs by less than a pixel is rounding", async () => {
    expect((await importOne({ bbox: [54.6, 36.4, 10, 12] })).summary).toEqual({});
  });

  test("two annotations with one id", async () => {
    const root = await labels(
      cocoOf([annotationOf(), annotationOf({ bbox: [1, 2, 3, 4], area: 12 })]),
    );
    const { annotations, problems } = await importInto(root);
    expect(annotations.map(({ source_id }) => source_id)).toEqual([11, 11]);
    expect(problems).toMatchObject([
      { code: "annotation/duplicate-id", record: "annotations[1]", action: "kept" },
    ]);
  });
});

test("images and classes whose id came before are skipped, ids of 0 are ids", async () => {
  const root = await labels({
    images: [
      { id: 0, file_name: "a.jpg", width: 64, height: 48 },
      { id: 0, file_name: "b.jpg", width: 10, height: 10 },
    ],
    categories: [
      { id: 0, name: "car" },
      { id: 0, name: "bus" },
    ],
    annotations: [annotationOf({ image_id: 0, category_id: 0 })],
  });
  const { annotations, summary, problems } = await importInto(root);
  expect(annotations).toMatchObject([{ image: "a.jpg", category: "car" }]);
  expect(summary).toEqual({
    "category/duplicate-id": "skipped 1",
    "image/duplicate-id": "skipped 1",
  });
  expect(problems.map(({ record }) => record).sort()).toEqual(["categories[1]", "images[1]"]);
});

test("a thousand of the same problem are 21 lines that add up", async () => {
  const bad = Array.from({ length: 1000 }, (_, id) => annotationOf({ id: id + 1, category_id: 9 }));
  const { problems, summary, problemCount } = await importInto(await labels(cocoOf(bad)));
  expect(problems).toHaveLength(21);
  expect(summary).toEqual({ "category/unknown-id": "skipped 1000" });
  expect(problemCount).toBe(1000);
});

describe("a broken file is refused and leaves nothing", () => {
  const whole = JSON.stringify(cocoOf([annotationOf(), annotationOf({ id: 12 })]));
  test.each([
    ["cut off", whole.slice(0, -20), "file/truncated"],
    ["not JSON", whole.replace('"bbox":', '"bbox"='), "file/not-json"],
    ["zero bytes", "", "file/empty"],
    ["no images", JSON.stringify(cocoOf([], { images: [] })), "coco/no-images"],
    ["a list that is none", JSON.stringify(cocoOf([], { annotations: {} })), "coco/not-a-list"],
    [
      "no classes",
      JSON.stringify(cocoOf([annotationOf()], { categories: [] })),
      "coco/no-categories",
    ],
  ])("%s", async (_, text, code) => {
    const { db } = newProject();
    const root = await labels(text);
    await expect(runImport(db, planOf(root), unhurried())).rejects.toMatchObject({ code });
    for (const table of ["dataset", "image", "category", "annotation", "problem"]) {
      expect(db.prepare(`SELECT count(*) AS n FROM ${table}`).get()).toEqual({ n: 0 });
    }
  });
});

test("without annotations the images come unlabelled, and that is said", async () => {
  const { images, summary } = await importInto(
    await labels(cocoOf([], { annotations: undefined })),
  );
  expect(images).toHaveLength(1);
  expect(summary).toEqual({ "coco/no-annotations": "kept 1" });
});

test.each([
  ["UTF-8 with a byte order mark", (text: string) => Buffer.from(`\uFEFF${text}`), {}],
  [
    "UTF-16",
    (text: string) => Buffer.from(`\uFEFF${text}`, "utf16le"),
    { "file/utf-16": "repaired 1" },
  ],
  [
    "Windows-1252",
    (text: string) => Buffer.from(text, "latin1"),
    { "file/not-utf-8": "repaired 1" },
  ],
  ["CRLF", (text: string) => Buffer.from(text.replaceAll("}", "}\r\n")), {}],
])("%s is read", async (_, encode, summary) => {
  const document = cocoOf([annotationOf()], { categories: [{ id: 7, name: "Größe" }] });
  const result = await importInto(await labels(encode(JSON.stringify(document, null, 1))));
  expect(result.categories).toMatchObject([{ name: "Größe" }]);
  expect(result.annotations).toHaveLength(1);
  expect(result.summary).toEqual(summary);
});

test("SODA-D: no iscrowd is nothing odd, ignore and category 10 are kept", async () => {
  const names = ["people", "rider", "bicycle", "motor", "vehicle", "traffic-sign", "traffic-light"];
  const root = await labels(
    cocoOf([], {
      categories: [
        ...names.map((name, index) => ({ id: index + 1, name })),
        { id: 10, name: "ignore" },
      ],
      annotations: [
        { id: 1, image_id: 3, category_id: 2, bbox: [1, 2, 3, 4], area: 12, ignore: 0 },
        { id: 2, image_id: 3, category_id: 3, bbox: [1, 2, 50, 45], area: 2250, ignore: 1 },
        { id: 3, image_id: 3, category_id: 10, bbox: [5, 6, 20, 20], area: 400, ignore: 1 },
      ],
    }),
  );
  const { annotations, categories, summary } = await importInto(root, {
    labels: { format: "soda-d", path: "labels.json" },
  });
  expect(summary).toEqual({});
  expect(annotations.map(({ ignore, category }) => [ignore, category])).toEqual([
    [0, "rider"],
    [1, "bicycle"],
    [1, "ignore"],
  ]);
  expect(categories.at(-1)).toEqual({ source_id: 10, name: "ignore", role: "ignored-region" });
});

test("SODA-D patches keep the image they were cut from", async () => {
  const root = await labels(
    cocoOf([], {
      images: [
        { id: 0, file_name: "a.jpg", width: 64, height: 48, ori_id: 17, start_coord: [650, 1300] },
      ],
    }),
  );
  const { images, summary } = await importInto(root, {
    labels: { format: "soda-d", path: "labels.json" },
  });
  expect(summary).toEqual({ "soda-d/patches": "kept 1" });
  expect(images[0]?.["attributes"]).toBe('{"ori_id":17,"start_coord":[650,1300]}');
});

test("a prototype key in a record changes nothing and is kept as a field", async () => {
  const text = JSON.stringify(cocoOf([annotationOf()])).replace(
    '"id":11',
    '"__proto__":{"bbox":[9,9,9,9],"ignore":1},"id":11',
  );
  const { annotations } = await importInto(await labels(text));
  expect(annotations).toMatchObject([{ x: 5, ignore: 0 }]);
  expect(({} as { ignore?: number }).ignore).toBeUndefined();
});
