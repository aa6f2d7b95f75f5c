import { describe, expect, test } from "vitest";
import type { ExportFormat } from "../../../shared/domain/file-formats.ts";
import type { LabelSet } from "../../../main/formats/export-records.ts";
import { fileStems } from "../../../main/formats/file-stems.ts";
import type { AnnotationEntry, CategoryEntry } from "../../../main/formats/label-records.ts";
import { labelWriters } from "../../../main/formats/label-writers.ts";
import { leftOutLosses } from "../../../main/formats/loss-words.ts";
import { surveyLabels } from "../../../main/formats/survey-labels.ts";
import { escapeXml, unescapeXml } from "../../../main/formats/xml-text.ts";

const annotation = (rest: Partial<AnnotationEntry> = {}): AnnotationEntry => ({
  sourceId: null,
  imageSourceId: 31,
  categorySourceId: 7,
  x: 5,
  y: 6,
  w: 10,
  h: 12,
  area: (rest.w ?? 10) * (rest.h ?? 12),
  crowd: false,
  ignore: false,
  segmentation: null,
  attributes: null,
  ...rest,
});

const car: CategoryEntry = { sourceId: 7, name: "car", role: "object" };
const image = {
  sourceId: 31,
  path: "sub/a.jpg",
  width: 80,
  height: 48,
  attributes: null,
} as const;

const setOf = (
  annotations: readonly AnnotationEntry[],
  categories: readonly CategoryEntry[] = [car],
): LabelSet => ({ name: "set", categories, images: [image], annotationsOf: () => annotations });

/** The text of each file by path, and what is told to be lost. */
function write(format: ExportFormat, set: LabelSet) {
  const writer = labelWriters[format];
  const survey = surveyLabels(set, writer);
  const files = Object.fromEntries(
    [...writer.files(set, survey)].map(({ path, chunks }) => [path, [...chunks()].join("")]),
  );
  return { files, losses: [...leftOutLosses(survey), ...writer.losses(set, survey)] };
}

const json = (text: string | undefined) =>
  JSON.parse(text ?? "") as Record<string, Record<string, unknown>[]>;

describe("COCO", () => {
  test("an annotation keeps every digit, its mask as it stands and fields of its own", () => {
    const { files, losses } = write(
      "coco",
      setOf([
        annotation({
          sourceId: 9,
          x: 0.1 + 0.2,
          segmentation: '{"size":[48,80],"counts":"x1"}',
          attributes: '{"bbox":[1],"note":"é","score":1}',
        }),
      ]),
    );
    expect(json(files["annotations.json"])["annotations"]).toEqual([
      {
        id: 9,
        image_id: 31,
        category_id: 7,
        bbox: [0.30000000000000004, 6, 10, 12],
        area: 120,
        iscrowd: 0,
        segmentation: { size: [48, 80], counts: "x1" },
        note: "é",
      },
    ]);
    expect(losses).toEqual([
      'COCO has no place for these fields of annotations: "bbox" (1). They are left out.',
    ]);
  });

  test("ids that are 0, repeated or missing give way to new ones, those of others stay", () => {
    const ids = [2, 0, 2, null, 5, 1];
    const { files, losses } = write("coco", setOf(ids.map((sourceId) => annotation({ sourceId }))));
    const written = json(files["annotations.json"])["annotations"]!.map(({ id }) => id);
    expect(written).toEqual([2, 3, 4, 6, 5, 1]);
    expect(losses[0]).toMatch(/^3 annotations are without an id, with 0/);
  });

  test("without any ids they count from 1, and nothing is lost", () => {
    const { files, losses } = write("coco", setOf([annotation(), annotation({ x: 1 })]));
    expect(json(files["annotations.json"])["annotations"]!.map(({ id }) => id)).toEqual([1, 2]);
    expect(losses).toEqual([]);
  });

  test("a patch says where it was cut, an image of unknown size says none", () => {
    const set = setOf([]);
    const images = [
      { ...image, attributes: '{"ori_id":4,"start_coord":[650,0]}' },
      { ...image, sourceId: 32, path: "b.jpg", width: 0, height: 0 },
    ];
    const { files } = write("coco", { ...set, images });
    expect(json(files["annotations.json"])["images"]).toEqual([
      { id: 31, file_name: "sub/a.jpg", width: 80, height: 48, ori_id: 4, start_coord: [650, 0] },
      { id: 32, file_name: "b.jpg" },
    ]);
  });
});

test("SODA-D gives 10 to ignored regions alone, and has neither crowd nor masks", () => {
  const { files, losses } = write(
    "soda-d",
    setOf(
      [
        annotation({ categorySourceId: 10, crowd: true, segmentation: "[[5,6,15,6,15,18]]" }),
        annotation({ categorySourceId: 0, ignore: true }),
        annotation({ categorySourceId: 11 }),
      ],
      [
        { sourceId: 0, name: "region", role: "ignored-region" },
        { sourceId: 1, name: "a", role: "object" },
        { sourceId: 10, name: "ten", role: "object" },
        { sourceId: 11, name: "rest", role: "others" },
      ],
    ),
  );
  const { categories, annotations } = json(files["annotations.json"]);
  expect(categories).toEqual([
    { id: 1, name: "a" },
    { id: 2, name: "ten" },
    { id: 10, name: "region" },
    { id: 11, name: "rest" },
  ]);
  expect(
    annotations!.map(({ category_id, ignore, iscrowd }) => [category_id, ignore, iscrowd]),
  ).toEqual([
    [2, 0, undefined],
    [10, 1, undefined],
    [11, 1, undefined],
  ]);
  expect(losses).toHaveLength(4);
});

describe("VisDrone", () => {
  test("classes keep VisDrone's number for their name; others and crowds are left out", () => {
    const { files, losses } = write(
      "visdrone",
      setOf(
        [
          annotation({ attributes: '{"score":1,"truncation":1,"occlusion":2,"pose":"Left"}' }),
          annotation({ categorySourceId: 8, x: 1.5 }),
          annotation({ categorySourceId: 9, crowd: true }),
          annotation({ categorySourceId: 9, ignore: true }),
          annotation({ categorySourceId: 3 }),
        ],
        [
          { sourceId: 3, name: "skip here", role: "ignored-region" },
          car,
          { sourceId: 8, name: "dog", role: "object" },
          { sourceId: 9, name: "Awning_Tricycle", role: "object" },
        ],
      ),
    );
    expect(files).toEqual({
      "annotations/sub/a.txt": "5,6,10,12,1,4,1,2\n5,6,10,12,0,8,0,0\n5,6,10,12,0,0,0,0\n",
    });
    expect(losses).toEqual([
      "1 annotation is left out: VisDrone has no such class.",
      "1 annotation is left out: VisDrone has no mark for a crowd, and would count it as one object.",
      'VisDrone has its own ten classes. It has none called "dog".',
      "1 ignored region or other is written with score 0, as VisDrone does.",
      'VisDrone has no place for these fields of annotations: "pose" (1). They are left out.',
      "VisDrone has no ids of images: read back, they count from 1 by name.",
    ]);
  });

  test("where no name is VisDrone's, up to ten classes are numbered in order, and more refused", () => {
    const classes = (count: number): CategoryEntry[] =>
      Array.from({ length: count }, (_, at) => ({
        sourceId: at + 5,
        name: `cell ${at}`,
        role: "object",
      }));
    const { files, losses } = write(
      "visdrone",
      setOf([annotation({ categorySourceId: 6 })], classes(2)),
    );
    expect(files["annotations/sub/a.txt"]).toBe("5,6,10,12,1,2,0,0\n");
    expect(losses).toContain('Class "cell 1" is written as 2, which VisDrone calls "people".');
    expect(() => write("visdrone", setOf([], classes(11)))).toThrow(
      /not one of the 11 classes here has a name of theirs/,
    );
  });
});

test("YOLO keeps no row that would become an object of its own, and quotes odd names", () => {
  const { files, losses } = write(
    "yolo",
    setOf(
      [
        annotation({ x: 20, y: 12, w: 40, h: 24 }),
        annotation({ crowd: true }),
        annotation({ ignore: true }),
        annotation({ categorySourceId: 2 }),
        annotation({ w: 0, area: 0 }),
        annotation({ x: 900 }),
      ],
      [
        { sourceId: 2, name: "region", role: "ignored-region" },
        { ...car, name: "no: 1 # car" },
        { sourceId: 8, name: "null", role: "object" },
      ],
    ),
  );
  expect(files).toEqual({
    "data.yaml": 'train: images\nval: images\nnames:\n  0: "no: 1 # car"\n  1: "null"\n',
    "labels/sub/a.txt": "0 0.5 0.5 0.5 0.5\n",
  });
  expect(losses.filter((loss) => loss.includes("left out:"))).toHaveLength(5);
});

test("VOC counts whole pixels from 1, and edges with a decimal point from 0", () => {
  const whole = write("voc", setOf([annotation()])).files["Annotations/sub/a.xml"];
  expect(whole).toContain("<filename>sub/a.jpg</filename>");
  expect(whole).toContain("<xmin>6</xmin>\n\t\t\t<ymin>7</ymin>\n\t\t\t<xmax>15</xmax>");
  const between = write("voc", setOf([annotation(), annotation({ x: 5.25 })]));
  expect(between.files["Annotations/sub/a.xml"]).toContain("<xmin>5.0</xmin>");
  expect(between.files["Annotations/sub/a.xml"]).toContain("<xmin>5.25</xmin>");
  expect(between.losses[0]).toMatch(/^1 box lies between pixels/);
});

test("an outline that is not the box's, and run lengths, give way to the box", () => {
  const masks = ["[[5,6,15,6,15,18,5,18]]", "[[5,6,15,6,15,17]]", '{"size":[1,2],"counts":"x"}'];
  const set = setOf(masks.map((segmentation) => annotation({ segmentation })));
  const { files, losses } = write("labelme", set);
  const shapes = json(files["sub/a.json"])["shapes"]!.map(({ shape_type }) => shape_type);
  expect(shapes).toEqual(["polygon", "rectangle", "rectangle"]);
  expect(losses[0]).toMatch(/^2 masks are left out/);
  expect(losses[1]).toMatch(/^1 mask is written as an outline/);
  const cvat = write("cvat", set).files["annotations.xml"]!;
  expect(cvat.match(/<(box|polygon) /g)).toEqual(["<polygon ", "<box ", "<box "]);
});

describe("names", () => {
  const named = (...paths: string[]) => paths.map((path) => ({ ...image, path }));

  test("pictures that share a label file are refused where it cannot say which is meant", () => {
    expect(fileStems(named("a.jpg", "sub/a.jpg", ".b.png"), "YOLO", false)).toEqual([
      "a",
      "sub/a",
      ".b",
    ]);
    expect(() => fileStems(named("a.jpg", "A.png"), "YOLO", false)).toThrow(
      /a\.jpg and A\.png would have one and the same label file/,
    );
    expect(fileStems(named("a.jpg", "A.png"), "LabelMe", true)).toEqual(["a", "A.png"]);
  });

  test("what XML cannot hold as it is comes back the same, or as a sign that it was there", () => {
    const odd = "<a & 'b'> \"c\"\n\té 日本 😀 &amp;";
    expect(escapeXml(odd)).not.toMatch(/[<>"'\n\t]|&(?!\w+;|#\d+;)/);
    expect(unescapeXml(escapeXml(odd))).toBe(odd);
    expect(unescapeXml(escapeXml("a\u0000\ud800b"))).toBe("a\ufffd\ufffdb");
    expect(unescapeXml("&unknown; &#x41;&#0;")).toBe("&unknown; A&#0;");
  });
});
