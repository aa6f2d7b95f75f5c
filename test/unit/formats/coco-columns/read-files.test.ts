import { describe, expect, test } from "vitest";
import { memorySource } from "../../../../main/files/byte-source.ts";
import { evaluationSet } from "../../../../main/formats/coco-columns/evaluation-set.ts";
import { readPredictionsFile } from "../../../../main/formats/coco-columns/read-files.ts";
import { readTruthFile, type TruthFile } from "../../../../main/formats/coco-columns/read-truth.ts";
import type { ByteSource } from "../../../../main/formats/json-reader.ts";
import { HostileSets } from "../../evaluation/hostile-set.ts";

const source = (text: string): ByteSource => memorySource(Buffer.from(text), "a.json");
const truthOf = (value: unknown): TruthFile => readTruthFile(source(JSON.stringify(value)));

interface Row {
  image: number;
  category: number;
  box: number[];
  score: number;
}

function predictionsOf(text: string): Row[] {
  const { table, count } = readPredictionsFile(source(text));
  return Array.from({ length: count }, (_, p) => ({
    image: table.imageId[p]!,
    category: table.categoryId[p]!,
    box: [...table.boxes.subarray(4 * p, 4 * p + 4)],
    score: table.score[p]!,
  }));
}

const record = '{"image_id":7,"category_id":3,"bbox":[1,2.5,3,4],"score":0.25}';
const row: Row = { image: 7, category: 3, box: [1, 2.5, 3, 4], score: 0.25 };

describe("predictions", () => {
  test("nothing, one, two", () => {
    expect(predictionsOf("[]")).toEqual([]);
    expect(predictionsOf(` [ ${record} ] \n`)).toEqual([row]);
    expect(predictionsOf(`[${record},${record.replace("0.25", "1e-3")}]`)).toEqual([
      row,
      { ...row, score: 0.001 },
    ]);
  });

  test.each([
    ["a byte order mark", `\ufeff[${record}]`],
    ["spaces and line ends everywhere", JSON.stringify([JSON.parse(record)], null, 2)],
    ["keys in another order", '[{"score":0.25,"bbox":[1,2.5,3,4],"category_id":3,"image_id":7}]'],
    [
      "masks, names and numbers of no use",
      `[${record.replace("{", '{"id":9,"segmentation":{"size":[4,5],"counts":"},{\\"["},"x":null,"ok":true,')}]`,
    ],
    ["keys with escapes", `[${record.replace("score", "sc\\u006fre")}]`],
    [
      "a key twice, of which the last counts",
      `[${record.replace("}", ',"score":0.25}').replace("0.25", "0.75")}]`,
    ],
    [
      "numbers in other forms",
      '[{"image_id":7.0,"category_id":3e0,"bbox":[1.0,25e-1,3.00,4],"score":0.2500}]',
    ],
  ])("with %s", (_, text) => {
    expect(predictionsOf(text)).toEqual([row]);
  });

  test("records whose keys change places from one to the next", () => {
    const other =
      '{"score":0.25,"category_id":3,"extra":[{"a":1}],"image_id":7,"bbox":[1,2.5,3,4]}';
    expect(predictionsOf(`[${record},${other},${record},${other}]`)).toEqual([row, row, row, row]);
  });

  test("a file many times larger than what is held in memory at once", () => {
    // Records of ever other lengths, so that the windows end at every place of a record.
    const scores = Array.from({ length: 60_000 }, (_, i) => i / 7);
    const text = `[${scores.map((score) => record.replace("0.25", String(score))).join(",")}]`;
    expect(text.length).toBeGreaterThan(3 << 20);
    const { table, count } = readPredictionsFile(source(text));
    expect(count).toBe(60_000);
    expect(table.score.subarray(0, count)).toEqual(Float64Array.from(scores));
  });

  test("a record longer than what is held at once", () => {
    const long = `{"name":"${"x".repeat(3 << 20)}",${record.slice(1)}`;
    expect(predictionsOf(`[${record},${long},${record}]`)).toEqual([row, row, row]);
  });

  test.each([
    ["", "a.json is empty"],
    ["{}", "a.json is an object, but predictions are a list of records"],
    [`[${record}`, "a.json ends in the middle of [0]"],
    [`[${record},`, "a.json ends in the middle of [1]"],
    [`[${record.slice(0, -9)}`, "a.json ends in the middle of [0]"],
    [`[${record}]]`, 'has "]", expected the end of the file'],
    [`[${record} ${record}]`, 'has "{", expected "," or "]"'],
    [`[${record},]`, 'has "]", expected a value'],
    [`[${record},5]`, "a.json: [1] is 5; expected an object with fields"],
    [`[${record.replace("0.25", "0.2.5")}]`, "a.json: [0] at byte 1 is not valid JSON"],
    [
      `[${record},${record.replace("0.25", "NaN")}]`,
      'a.json: [1].score is "NaN"; expected a finite number',
    ],
    [`[${record.replace("0.25", "1e999")}]`, "[0].score is null; expected a finite number"],
    [
      `[${record.replace("0.25", '"high"')}]`,
      'a.json: [0].score is "high"; expected a finite number',
    ],
    [`[${record.replace("7", '"7"')}]`, 'a.json: [0].image_id is "7"; expected a finite number'],
    [`[${record.replace("7", "7.5")}]`, "a.json: [0].image_id is 7.5; expected a whole number"],
    [
      `[${record.replace(":3,", ":3.5,")}]`,
      "a.json: [0].category_id is 3.5; expected a whole number",
    ],
    [
      `[${record.replace(",4]", "]")}]`,
      "a.json: [0].bbox is [1,2.5,3]; expected four finite numbers",
    ],
    [
      `[${record.replace(",4]", ",4,5]")}]`,
      "[0].bbox is [1,2.5,3,4,5]; expected four finite numbers",
    ],
    [
      `[${record.replace(",4]", ",-4]")}]`,
      "a.json: [0].bbox is [1, 2.5, 3, -4]; expected [x, y, width, height] with sizes of 0 or more",
    ],
    [`[${record.replace("3,4]", "1e200,1e200]")}]`, "sizes that a picture can have"],
    [`[${record.replace(',"score":0.25', "")}]`, 'a.json: [0] has no "score"'],
    [`[${record.replace('"image_id":7,', "")}]`, 'a.json: [0] has no "image_id"'],
    [`[${record.replace('"bbox":[1,2.5,3,4],', "")}]`, 'a.json: [0] has no "bbox"'],
  ])("%s is refused, naming the record", (text, message) => {
    expect(() => predictionsOf(text)).toThrow(message);
  });
});

const image = { id: 5, width: 640, height: 480, file_name: "a b.jpg" };
const category = { id: 3, name: "car" };
const annotation = { id: 0, image_id: 5, category_id: 3, bbox: [1, 2, 3, 4], area: 11, iscrowd: 1 };
const file = { images: [image], annotations: [annotation], categories: [category] };

describe("ground truth", () => {
  test("columns of one annotation", () => {
    const { annotations, annotationCount, ...rest } = truthOf({ info: { a: [1] }, ...file });
    expect(annotationCount).toBe(1);
    expect([annotations.imageId[0], annotations.categoryId[0]]).toEqual([5, 3]);
    expect([...annotations.boxes.subarray(0, 4)]).toEqual([1, 2, 3, 4]);
    expect([annotations.area[0], annotations.crowd[0], annotations.ignore[0]]).toEqual([11, 1, 0]);
    expect(rest).toEqual({
      imageIds: Float64Array.of(5),
      imageSizes: Float64Array.of(640, 480),
      categories: [category],
      withoutArea: 0,
      withoutCrowd: 0,
      hasMasks: false,
    });
  });

  test("the parts may stand in any order, and lists may be empty", () => {
    const { categories, images, annotations } = file;
    expect(truthOf({ categories, images, annotations })).toEqual(truthOf(file));
    expect(truthOf({ images: [], annotations: [], categories: [] }).annotationCount).toBe(0);
  });

  test("missing area is w*h, missing iscrowd 0, and both are counted", () => {
    const { area: _, iscrowd: __, ...bare } = annotation;
    const truth = truthOf({ ...file, annotations: [bare, annotation, bare] });
    expect([...truth.annotations.area.subarray(0, 3)]).toEqual([12, 11, 12]);
    expect([...truth.annotations.crowd.subarray(0, 3)]).toEqual([0, 1, 0]);
    expect([truth.withoutArea, truth.withoutCrowd]).toEqual([2, 2]);
  });

  test.each([
    [{ ignore: true }, [1, 1]],
    [{ ignore: 1, iscrowd: false }, [1, 0]],
    [{ ignore: null, iscrowd: null }, [0, 0]],
    [{ ignore: 0, iscrowd: true }, [0, 1]],
  ])("flags %o", (flags, [ignore, crowd]) => {
    const { annotations } = truthOf({ ...file, annotations: [{ ...annotation, ...flags }] });
    expect([annotations.ignore[0], annotations.crowd[0]]).toEqual([ignore, crowd]);
  });

  test.each([
    [[[1, 2, 3, 4, 5, 6]], true],
    [{ size: [4, 5], counts: "ab" }, true],
    [[], false],
    [null, false],
  ])("a segmentation of %o is a mask: %s", (segmentation, isMask) => {
    const masked = { ...annotation, segmentation };
    expect(truthOf({ ...file, annotations: [annotation, masked] }).hasMasks).toBe(isMask);
  });

  test("images without a size have size 0", () => {
    expect(truthOf({ ...file, images: [{ id: 5 }] }).imageSizes).toEqual(Float64Array.of(0, 0));
  });

  test.each([
    [[], "a.json is a list, but ground truth is an object"],
    [{ ...file, images: undefined }, 'a.json has no "images"'],
    [{ ...file, annotations: undefined }, 'a.json has no "annotations"'],
    [{ ...file, categories: undefined }, 'a.json has no "categories"'],
    [{ ...file, categories: {} }, 'a.json has no "categories"'],
    [{ ...file, categories: [{ id: "x" }] }, 'a.json: categories[0] is {"id":"x"}'],
    [{ ...file, images: [{ width: 5 }] }, 'a.json: images[0] has no "id"'],
    [
      { ...file, images: [image, { id: 0.5 }] },
      "a.json: images[1].id is 0.5; expected a whole number",
    ],
    [{ ...file, annotations: [{ ...annotation, area: -1 }] }, "a.json: annotations[0].area is -1"],
    [
      { ...file, annotations: [{ ...annotation, iscrowd: 2 }] },
      "annotations[0].iscrowd is 2; expected 0 or 1",
    ],
    [
      { ...file, annotations: [annotation, { ...annotation, bbox: [1, 2, 3, -4] }] },
      "a.json: annotations[1].bbox is [1, 2, 3, -4]",
    ],
    [
      { ...file, annotations: [{ ...annotation, bbox: null }] },
      "annotations[0].bbox is null; expected four finite numbers",
    ],
    [
      { ...file, annotations: [{ ...annotation, image_id: undefined }] },
      'annotations[0] has no "image_id"',
    ],
  ])("%j is refused", (value, message) => {
    expect(() => truthOf(value)).toThrow(message);
  });
});

describe("the set made from both", () => {
  test("ids with gaps become indices in ascending order; 0 and negative ones too", () => {
    const truth = truthOf({
      images: [{ id: 900_000_000_000 }, { id: 0, width: 4, height: 3 }, { id: -5 }],
      categories: [
        { id: 90, name: "b" },
        { id: 0, name: "a" },
      ],
      annotations: [{ ...annotation, image_id: 0, category_id: 90 }],
    });
    const text = record.replace("7", "900000000000").replace(":3,", ":0,");
    const { table, count } = readPredictionsFile(source(`[${text}]`));
    const { set } = evaluationSet(truth, table, count);
    expect([...set.imageIds]).toEqual([-5, 0, 900_000_000_000]);
    expect(set.categoryNames).toEqual(["a", "b"]);
    expect([...set.truth.image, ...set.truth.category]).toEqual([1, 1]);
    expect([...set.predictions.image, ...set.predictions.category]).toEqual([2, 0]);
    expect([...set.imageSizes!]).toEqual([0, 0, 4, 3, 0, 0]);
  });

  test("records of unknown images and categories are left out and counted", () => {
    const annotations = [
      { ...annotation, image_id: 6 },
      annotation,
      { ...annotation, category_id: 4 },
    ];
    const truth = truthOf({ ...file, annotations });
    const known = record.replace("7", "5");
    const text = `[${record},${known},${known.replace(":3,", ":8,")},${record.replace("7", "9")}]`;
    const { table, count } = readPredictionsFile(source(text));
    const { set, leftOut } = evaluationSet(truth, table, count);
    expect([...set.truth.boxes]).toEqual([1, 2, 3, 4]);
    expect([...set.predictions.score]).toEqual([0.25]);
    expect(leftOut).toEqual({
      predictionsOfUnknownImages: { count: 2, firstId: 7 },
      predictionsOfUnknownCategories: { count: 1, firstId: 8 },
      annotationsOfUnknownImages: { count: 1, firstId: 6 },
      annotationsOfUnknownCategories: { count: 1, firstId: 4 },
    });
  });

  test("200 hostile sets written as JSON come back bit for bit", () => {
    const sets = new HostileSets(9);
    for (let round = 0; round < 200; round++) {
      const { set } = sets.next();
      const { truth, predictions } = set;
      const box = (boxes: Float64Array, at: number) => [...boxes.subarray(4 * at, 4 * at + 4)];
      const text = JSON.stringify(
        Array.from(predictions.image, (ofImage, p) => ({
          image_id: set.imageIds[ofImage],
          category_id: set.categoryIds[predictions.category[p]!],
          bbox: box(predictions.boxes, p),
          score: predictions.score[p],
        })),
      );
      const { table, count } = readPredictionsFile(source(text));
      const back = evaluationSet(
        truthOf({
          images: Array.from(set.imageIds, (id) => ({ id })),
          categories: set.categoryIds.map((id) => ({ id, name: `${id}` })),
          annotations: Array.from(truth.image, (ofImage, n) => ({
            image_id: set.imageIds[ofImage],
            category_id: set.categoryIds[truth.category[n]!],
            bbox: box(truth.boxes, n),
            area: truth.area[n],
            iscrowd: truth.crowd[n],
            ignore: truth.ignore[n],
          })),
        }),
        table,
        count,
      ).set;
      expect(back.truth).toEqual(truth);
      // JSON has no -0 from JSON.stringify.
      expect(back.predictions).toEqual({
        ...predictions,
        score: predictions.score.map((v) => v + 0),
      });
    }
  });
});
