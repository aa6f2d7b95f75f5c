import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { inspect } from "../../main/services/imports/inspect.ts";
import { importInto, unhurried } from "../fixtures/formats/import-into.ts";
import { jpeg } from "../fixtures/formats/pictures.ts";
import { folderOf } from "../fixtures/formats/temp-folder.ts";

type Files = Readonly<Record<string, string | Uint8Array | object>>;

const shape = (label: string, points: unknown, rest: object = {}) => ({
  label,
  points,
  group_id: null,
  shape_type: "rectangle",
  flags: {},
  ...rest,
});
const labelMe = (shapes: readonly unknown[], rest: object = {}) => ({
  version: "5.5.0",
  flags: {},
  shapes,
  imagePath: "a.jpg",
  imageData: null,
  imageHeight: 100,
  imageWidth: 200,
  ...rest,
});

async function folderWith(files: Files): Promise<string> {
  return folderOf({ "a.jpg": await jpeg(200, 100), "sub/a.jpg": await jpeg(60, 40), ...files });
}

async function importLabelMe(files: Files) {
  return importInto(await folderWith(files), { labels: { format: "labelme", path: "" } });
}

describe("LabelMe", () => {
  test("rectangles have their corners in any order, polygons their extent, flags their meaning", async () => {
    const { annotations, categories, summary } = await importLabelMe({
      "a.json": labelMe([
        shape("dog", [
          [30.5, 44],
          [10, 20.25],
        ]),
        shape(
          "cat",
          [
            [10, 10],
            [30, 10],
            [30, 40],
          ],
          {
            shape_type: "polygon",
            flags: { crowd: true, blurred: true },
            description: "two of them",
          },
        ),
        shape(
          "cat",
          [
            [0, 0],
            [5, 4],
          ],
          { flags: { ignore: true }, attributes: { pose: "left" } },
        ),
      ]),
      "sub/a.json": labelMe([], { imageWidth: 60, imageHeight: 40 }),
    });
    expect(summary).toEqual({});
    expect(categories.map(({ name }) => name)).toEqual(["cat", "dog"]);
    expect(annotations).toMatchObject([
      { category: "dog", x: 10, y: 20.25, w: 20.5, h: 23.75, crowd: 0, segmentation: null },
      { category: "cat", x: 10, y: 10, w: 20, h: 30, area: 300, crowd: 1, ignore: 0 },
      { category: "cat", w: 5, h: 4, area: 20, ignore: 1, attributes: '{"pose":"left"}' },
    ]);
    expect(annotations[1]).toMatchObject({
      segmentation: "[[10,10,30,10,30,40]]",
      attributes: '{"description":"two of them","flags":{"blurred":true}}',
    });
  });

  test("polygons of one label and group are one object", async () => {
    const polygon = (label: string, x: number, group: number | null) =>
      shape(
        label,
        [
          [x, 0],
          [x + 4, 0],
          [x, 6],
        ],
        { shape_type: "polygon", group_id: group },
      );
    const { annotations } = await importLabelMe({
      "a.json": labelMe([
        polygon("cat", 10, 1),
        polygon("dog", 20, 1),
        polygon("cat", 30, 1),
        polygon("cat", 50, null),
      ]),
    });
    expect(annotations).toMatchObject([
      { category: "cat", x: 10, w: 24, h: 6, area: 24 },
      { category: "dog", x: 20, w: 4, area: 12 },
      { category: "cat", x: 50, w: 4, area: 12 },
    ]);
  });

  test("a file means the picture beside it, though others have its name, and knows Windows paths", async () => {
    const { annotations, images, summary } = await importLabelMe({
      "json/x.json": labelMe(
        [
          shape("dog", [
            [1, 2],
            [3, 5],
          ]),
        ],
        {
          imagePath: "..\\sub\\a.jpg",
          imageWidth: 60,
          imageHeight: 40,
        },
      ),
      "a.json": labelMe([
        shape("cat", [
          [1, 2],
          [9, 5],
        ]),
      ]),
    });
    expect(summary).toEqual({});
    expect(images.map(({ path }) => path)).toEqual(["a.jpg", "sub/a.jpg"]);
    expect(annotations.map(({ image, category }) => [image, category])).toEqual([
      ["a.jpg", "cat"],
      ["sub/a.jpg", "dog"],
    ]);
  });

  test("a list of names gives the order of classes, without LabelMe's own entries", async () => {
    const { categories } = await importLabelMe({
      "labels.txt": "__ignore__\n_background_\nzebra\ncat\n",
      "a.json": labelMe([
        shape("cat", [
          [1, 2],
          [9, 5],
        ]),
        shape("ant", [
          [1, 2],
          [9, 5],
        ]),
      ]),
    });
    expect(categories).toEqual([
      { source_id: 1, name: "zebra", role: "object" },
      { source_id: 2, name: "cat", role: "object" },
      { source_id: 3, name: "ant", role: "object" },
    ]);
  });

  test("what cannot be read is reported with its file and shape, the rest imported", async () => {
    const { annotations, problems } = await importLabelMe({
      "a.json": labelMe([
        shape("cat", [
          [1, 2],
          [9, 5],
        ]),
        shape(
          "cat",
          [
            [5, 5],
            [9, 5],
          ],
          { shape_type: "circle" },
        ),
        shape("cat", [[1, 2]]),
        shape("", [
          [1, 2],
          [9, 5],
        ]),
        "nothing",
        shape("cat", [
          [1, 2],
          [1, 5],
        ]),
        shape("cat", [
          [1, "2"],
          [3, 5],
        ]),
        shape(
          "cat",
          [
            [1, 2],
            [3, 5],
          ],
          { shape_type: "polygon" },
        ),
      ]),
      "b.json": "{ broken",
      "c.json": { images: [] },
      "d.json": "",
      "e.json": labelMe([], { imagePath: "elsewhere.jpg" }),
      "f.json": labelMe([
        shape("cat", [
          [0, 0],
          [90, 90],
        ]),
      ]),
    });
    expect(annotations).toHaveLength(1);
    expect(
      problems
        .filter(({ severity }) => severity !== "info")
        .map(({ code, file, record }) => [code, file, record])
        .sort(),
    ).toEqual([
      ["box/empty", "a.json", "shapes[5]"],
      ["image/missing", "elsewhere.jpg", null],
      ["labelme/bad-points", "a.json", "shapes[2]"],
      ["labelme/bad-points", "a.json", "shapes[6]"],
      ["labelme/bad-points", "a.json", "shapes[7]"],
      ["labelme/bad-shape", "a.json", "shapes[4]"],
      ["labelme/no-label", "a.json", "shapes[3]"],
      ["labelme/not-readable", "b.json", null],
      ["labelme/not-readable", "c.json", null],
      ["labelme/not-readable", "d.json", null],
      ["labelme/other-shape", "a.json", "shapes[1]"],
      ["labelme/same-picture", "f.json", null],
    ]);
  });

  test("a folder of it is recognised, be it one file a picture of hundreds", async () => {
    const files = Object.fromEntries(
      Array.from({ length: 60 }, (_, at) => [
        `labels/${at}.json`,
        labelMe(
          [
            shape("cat", [
              [1, 2],
              [9, 5],
            ]),
          ],
          { imagePath: `../images/${at}.jpg` },
        ),
      ]),
    );
    const pictures = Object.fromEntries(
      await Promise.all(
        Array.from({ length: 60 }, async (_, at) => [`images/${at}.jpg`, await jpeg(200, 100)]),
      ),
    ) as Files;
    const report = await inspect(folderOf({ ...files, ...pictures }), unhurried());
    expect(report.problems).toEqual([]);
    expect(report.sources).toMatchObject([
      { format: "labelme", path: "labels", imageRoot: "images", images: 60, boxes: 60 },
    ]);
    expect(report.suggestion).toMatchObject({ labels: { format: "labelme", path: "labels" } });
  });
});

const image = (shapes: string, rest = 'id="7" name="a.jpg" width="200" height="100"') =>
  `<image ${rest}>${shapes}</image>`;
const cvat = (images: string, meta = "") =>
  `<?xml version="1.0" encoding="utf-8"?>\n<annotations><version>1.1</version><meta><task>${meta}</task></meta>${images}</annotations>\n`;
const boxTag = (rest: string, inside = "") =>
  `<box label="cat" occluded="0" z_order="0" ${rest}>${inside}</box>`;
const corners = 'xtl="10" ytl="20.25" xbr="30.5" ybr="44"';

async function importCvat(xml: string) {
  return importInto(await folderWith({ "annotations.xml": xml }), {
    labels: { format: "cvat", path: "annotations.xml" },
  });
}

describe("CVAT", () => {
  const labels =
    "<labels><label><name>zebra</name><attributes><attribute><name>not a label</name></attribute></attributes></label><label><name>cat</name></label></labels>";

  test("boxes and polygons stay in the order of the file, attributes and marks are kept", async () => {
    const { annotations, categories, images, summary } = await importCvat(
      cvat(
        image(
          `<polygon label="cat" points="1,2;9,2;1,8" occluded="1" z_order="2"></polygon>` +
            boxTag(
              corners,
              '<attribute name="ignore">true</attribute><attribute name="a &amp; b">&lt;x&gt; &#233;</attribute>',
            ),
        ) + image("", 'name="sub/a.jpg" id="3" height="40" width="60" new="thing"'),
        labels,
      ),
    );
    expect(summary).toEqual({});
    expect(categories.map(({ source_id, name }) => [source_id, name])).toEqual([
      [1, "zebra"],
      [2, "cat"],
    ]);
    expect(images).toMatchObject([
      { source_id: 3, path: "sub/a.jpg" },
      { source_id: 7, path: "a.jpg" },
    ]);
    expect(annotations).toMatchObject([
      { x: 1, y: 2, w: 8, h: 6, area: 24, attributes: '{"occluded":"1","z_order":"2"}' },
      { x: 10, y: 20.25, w: 20.5, h: 23.75, ignore: 1, attributes: '{"a & b":"<x> é"}' },
    ]);
  });

  test("a turned box becomes the upright one around it, and says so", async () => {
    const { annotations, summary } = await importCvat(
      cvat(image(boxTag('xtl="10" ytl="20" xbr="30" ybr="24" rotation="90"'))),
    );
    const [{ x, y, w, h } = {}] = annotations;
    expect([x, y, w, h].map((part) => Math.round((part as number) * 1e6) / 1e6)).toEqual([
      18, 12, 4, 20,
    ]);
    expect(summary).toEqual({ "cvat/rotated-box": "repaired 1" });
  });

  test("shapes that are not taken are reported with their image, the rest imported", async () => {
    const { annotations, problems } = await importCvat(
      cvat(
        image(
          boxTag(corners) +
            '<points label="cat" points="1,2"/>' +
            '<box label="cat" xtl="1" ytl="2" xbr="x" ybr="9"/>' +
            `<box ${corners}/>` +
            '<polygon label="cat" points="1,2;3,4"/>' +
            `<box label="cat" outside="1" ${corners}/>`,
        ) + image("", 'id="8"'),
      ),
    );
    expect(annotations).toHaveLength(1);
    expect(problems.map(({ code, record }) => [code, record]).sort()).toEqual([
      ["cvat/bad-points", "image a.jpg, <box> 3"],
      ["cvat/bad-points", "image a.jpg, <polygon> 5"],
      ["cvat/no-label", "image a.jpg, <box> 4"],
      ["cvat/no-name", "image 2"],
      ["cvat/other-shape", "image a.jpg, <points> 2"],
      ["cvat/outside", "image a.jpg, <box> 6"],
    ]);
  });

  test.each([
    ["a video", cvat('<track id="0" label="cat"><box frame="0"/></track>'), "cvat/video"],
    ["nothing", "", "cvat/not-readable"],
    ["other XML", "<root/>", "cvat/not-readable"],
    ["a file that was cut off", cvat(image(boxTag(corners))).slice(0, -40), "cvat/truncated"],
    ["broken XML", cvat(image("<box></bix>")), "cvat/not-readable"],
    ["a DOCTYPE", `<!DOCTYPE x [<!ENTITY a "aa">]>${cvat(image(""))}`, "cvat/not-readable"],
    ["no images", cvat(""), "cvat/no-images"],
  ])("%s stops the import with a sentence", async (_, xml, code) => {
    const refusal = await importCvat(xml).then(
      () => null,
      (error: unknown) => error as { code: string; message: string },
    );
    expect(refusal?.code).toBe(code);
    expect(refusal?.message).toMatch(/^annotations\.xml:? /);
  });

  test("it is told from Pascal VOC in the same folder", async () => {
    const root = await folderWith({
      "annotations.xml": cvat(image(boxTag(corners)), labels),
      "voc/a.xml":
        "<annotation><filename>a.jpg</filename><object><name>ant</name><bndbox><xmin>1</xmin><ymin>2</ymin><xmax>3</xmax><ymax>4</ymax></bndbox></object></annotation>",
    });
    const report = await inspect(root, unhurried());
    expect(report.sources.map(({ format, path, boxes }) => [format, path, boxes])).toEqual([
      ["cvat", "annotations.xml", 1],
      ["voc", "voc", 1],
    ]);
    expect(join(root, report.sources[0]!.path)).toMatch(/annotations\.xml$/);
  });
});

test("labels in folders that mirror those of the pictures are offered as one, too", async () => {
  const picture = await jpeg(200, 100);
  const root = folderOf({
    "images/east/a.jpg": picture,
    "images/west/a.jpg": picture,
    "labels/east/a.txt": "0 0.5 0.5 0.1 0.1\n",
    "labels/west/a.txt": "0 0.5 0.5 0.1 0.1\n0 0.2 0.2 0.1 0.1\n",
  });
  const report = await inspect(root, unhurried());
  expect(report.sources.map(({ path, imageRoot, boxes }) => [path, imageRoot, boxes])).toEqual([
    ["labels/east", "images/east", 1],
    ["labels/west", "images/west", 2],
    ["labels", "images", 3],
  ]);
  expect(report.suggestion).toMatchObject({ imageRoot: "images", labels: { path: "labels" } });
});
