import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import type { ExportFormat } from "../../shared/domain/file-formats.ts";
import type { Db } from "../../main/db/open.ts";
import { exportLabels } from "../../main/services/exports/run-export.ts";
import { runImport } from "../../main/services/imports/run-import.ts";
import { polygonArea } from "../../main/formats/polygons.ts";
import { planOf, unhurried } from "../fixtures/formats/import-into.ts";
import { png } from "../fixtures/formats/pictures.ts";
import {
  jsonAttributes,
  pictureSizes,
  projectIn,
  type RandomAnnotation,
  type RandomDataset,
  randomDatasets,
  store,
  textAttributes,
} from "../fixtures/formats/random-dataset.ts";

const RUNS = 25;
/** Sums of float64 corners and parts of sizes differ from what they came from in the last digits. */
const ROUNDING = 1e-9;

const pictures = new Map<number, Buffer>();
beforeAll(async () => {
  for (const { width, height } of pictureSizes) pictures.set(width, await png(width, height));
});

interface ReadBack {
  readonly images: readonly Record<string, unknown>[];
  readonly categories: readonly Record<string, unknown>[];
  readonly annotations: readonly Record<string, unknown>[];
  readonly problems: readonly Record<string, unknown>[];
}

/** Exports the dataset, puts the pictures beside it, and imports what was written. */
async function roundTrip(
  dataset: RandomDataset,
  format: ExportFormat,
  layout: { readonly labels: string; readonly pictures: string },
  withIds = false,
): Promise<ReadBack> {
  const root = mkdtempSync(join(tmpdir(), "fovea-round-"));
  const db = projectIn(root);
  try {
    const datasetId = store(db, dataset, { withIds });
    const path = join(root, "out");
    await exportLabels(
      db,
      {
        datasetId,
        format,
        revision: null,
        imageIds: null,
        path,
        pictures: false,
        overwrite: false,
      },
      unhurried(),
    );
    for (const image of dataset.images) {
      const picture = join(path, layout.pictures, image.path);
      mkdirSync(dirname(picture), { recursive: true });
      writeFileSync(picture, pictures.get(image.size.width)!);
    }
    const labels = { format, path: layout.labels } as const;
    const plan = planOf(path, { imageRoot: layout.pictures, labels });
    const { datasetId: again } = await runImport(db, plan, unhurried());
    return readBack(db, again);
  } finally {
    db.close();
    rmSync(root, { recursive: true, force: true });
  }
}

function readBack(db: Db, datasetId: number): ReadBack {
  const all = (sql: string) => db.prepare<[number], Record<string, unknown>>(sql).all(datasetId);
  return {
    images: all(
      "SELECT source_id AS id, path, width, height FROM image WHERE dataset_id = ? ORDER BY path",
    ),
    categories: all(
      "SELECT source_id AS id, name, role FROM category WHERE dataset_id = ? ORDER BY source_id",
    ),
    annotations: all(
      `SELECT image.path AS image, category.name AS category, annotation.source_id AS id, x, y, w, h, area, crowd, ignore,
         segmentation, annotation.attributes FROM annotation JOIN image ON image.id = image_id
         JOIN category ON category.id = category_id WHERE image.dataset_id = ? ORDER BY image.path, annotation.id`,
    ),
    problems: all("SELECT code, message FROM problem WHERE dataset_id = ? AND severity <> 'info'"),
  };
}

interface Expected {
  readonly image: string;
  readonly category: string;
  readonly annotation: RandomAnnotation;
}

/** The annotations that are to come back, in order; `keep` says which do. */
function expected(
  { images, categories }: RandomDataset,
  keep: (annotation: RandomAnnotation, role: string) => boolean = () => true,
): readonly Expected[] {
  const byPath = [...images].sort((a, b) =>
    Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)),
  );
  return byPath.flatMap(({ path, annotations }) =>
    annotations
      .filter((annotation) => keep(annotation, categories[annotation.category]!.role))
      .map((annotation) => ({
        image: path,
        category: categories[annotation.category]!.name,
        annotation,
      })),
  );
}

function expectBoxes(read: ReadBack, wanted: readonly Expected[], rounding: number): void {
  expect(read.annotations.map(({ image, category }) => [image, category])).toEqual(
    wanted.map(({ image, category }) => [image, category]),
  );
  for (const [at, { annotation }] of wanted.entries()) {
    const found = ["x", "y", "w", "h"].map((side) => read.annotations[at]![side] as number);
    if (rounding === 0) expect(found).toEqual(annotation.box);
    else {
      const worst = Math.max(
        ...found.map((value, side) => Math.abs(value - annotation.box[side]!)),
      );
      expect(worst).toBeLessThan(rounding);
    }
  }
}

function expectEach(
  read: ReadBack,
  wanted: readonly Expected[],
  field: string,
  valueOf: (annotation: RandomAnnotation) => unknown,
): void {
  const values = read.annotations.map((row) => {
    const value = row[field];
    return typeof value === "string" && field !== "category"
      ? (JSON.parse(value) as unknown)
      : value;
  });
  expect(values).toEqual(wanted.map(({ annotation }) => valueOf(annotation)));
}

const flag = (name: "crowd" | "ignore") => (annotation: RandomAnnotation) =>
  annotation[name] ? 1 : 0;
const ownArea = ({ area, box: [, , w, h] }: RandomAnnotation) => area ?? w * h;
const expectImages = (read: ReadBack, { images }: RandomDataset) =>
  expect(read.images.map(({ path, width, height }) => ({ path, width, height }))).toEqual(
    [...images]
      .map(({ path, size }) => ({ path, ...size }))
      .sort((a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path))),
  );

const property = <Value>(values: fc.Arbitrary<Value>, check: (value: Value) => Promise<void>) =>
  fc.assert(fc.asyncProperty(values, check), { numRuns: RUNS });

test("COCO gives back every value, id, mark, mask, area, role and further field", () =>
  property(
    randomDatasets({
      roles: true,
      marks: true,
      masks: true,
      areas: true,
      attributes: jsonAttributes,
    }),
    async (dataset) => {
      const layout = { labels: "annotations.json", pictures: "images" };
      const read = await roundTrip(dataset, "coco", layout, true);
      const wanted = expected(dataset);
      expectImages(read, dataset);
      expect(read.categories).toEqual(
        dataset.categories.map((category, at) => ({ id: 1 + at * dataset.idStep, ...category })),
      );
      expectBoxes(read, wanted, 0);
      expectEach(read, wanted, "area", ownArea);
      expectEach(read, wanted, "ignore", flag("ignore"));
      // What is never scored is a crowd to COCO's evaluators.
      expectEach(read, wanted, "crowd", (annotation) =>
        annotation.crowd || dataset.categories[annotation.category]!.role !== "object" ? 1 : 0,
      );
      expectEach(read, wanted, "segmentation", ({ polygons }) => polygons);
      expectEach(read, wanted, "attributes", ({ attributes }) => attributes);
      const ids = read.annotations.map(({ id }) => id as number);
      expect([...ids].sort((a, b) => a - b)).toEqual(
        wanted.map((_, at) => (at + 1) * dataset.idStep),
      );
      expect(read.images.map(({ id }) => id).sort()).toEqual(
        dataset.images.map((_, at) => 1 + at * dataset.idStep).sort(),
      );
    },
  ));

test("SODA-D gives back every value, area and ignore mark, and its ignored regions", () =>
  property(randomDatasets({ roles: true, marks: true, areas: true }), async (dataset) => {
    const layout = { labels: "annotations.json", pictures: "images" };
    const read = await roundTrip(dataset, "soda-d", layout, true);
    const regions = dataset.categories.filter(({ role }) => role === "ignored-region");
    const wanted = expected(dataset).map((one) =>
      // Several classes of regions become one.
      regions.some(({ name }) => name === one.category)
        ? { ...one, category: regions[0]!.name }
        : one,
    );
    expectImages(read, dataset);
    expectBoxes(read, wanted, 0);
    expectEach(read, wanted, "area", ownArea);
    expectEach(read, wanted, "ignore", ({ ignore, category }) =>
      ignore || dataset.categories[category]!.role === "others" ? 1 : 0,
    );
    expect(read.categories.filter(({ role }) => role !== "object")).toEqual(
      regions.length === 0 ? [] : [{ id: 10, name: regions[0]!.name, role: "ignored-region" }],
    );
  }));

const visDroneNames = fc.constantFrom("car", "awning-tricycle", "pedestrian", "van", "bus");

test("VisDrone gives back every value of its own classes, and what is ignored", () =>
  property(
    randomDatasets({ roles: true, marks: true, names: visDroneNames }).map((dataset) => ({
      ...dataset,
      // One class each of regions and others, as VisDrone has.
      categories: dataset.categories.map((category, at) => ({
        ...category,
        role: at === 0 ? ("object" as const) : category.role,
      })),
    })),
    async (dataset) => {
      const layout = { labels: "annotations", pictures: "images" };
      const read = await roundTrip(dataset, "visdrone", layout);
      const roles = { object: null, "ignored-region": "ignored regions", others: "others" };
      const wanted = expected(dataset, ({ crowd }) => !crowd).map((one) => ({
        ...one,
        category: roles[dataset.categories[one.annotation.category]!.role] ?? one.category,
      }));
      expectImages(read, dataset);
      expectBoxes(read, wanted, 0);
      expectEach(read, wanted, "ignore", ({ ignore, category }) =>
        ignore || dataset.categories[category]!.role !== "object" ? 1 : 0,
      );
    },
  ));

test.each([
  ["whole pixels, which are counted from 1", true, 0],
  ["parts of pixels, which are edges from 0", false, ROUNDING],
] as const)("Pascal VOC gives back boxes of %s", (_, whole, rounding) =>
  property(randomDatasets({ whole, marks: true, attributes: textAttributes }), async (dataset) => {
    const layout = { labels: "Annotations", pictures: "JPEGImages" };
    const read = await roundTrip(dataset, "voc", layout);
    const wanted = expected(dataset);
    expectImages(read, dataset);
    expect(read.categories).toEqual(
      dataset.categories.map(({ name }, at) => ({ id: at + 1, name, role: "object" })),
    );
    expectBoxes(read, wanted, rounding === 0 ? 0 : rounding);
    expectEach(read, wanted, "ignore", ({ crowd, ignore }) => (crowd || ignore ? 1 : 0));
    expectEach(read, wanted, "attributes", ({ attributes }) => attributes);
  }),
);

test("YOLO gives back the boxes of objects that count, to a billionth of a pixel", () =>
  property(randomDatasets({ roles: true, marks: true }), async (dataset) => {
    const read = await roundTrip(dataset, "yolo", { labels: "labels", pictures: "images" });
    const wanted = expected(
      dataset,
      ({ crowd, ignore }, role) => role === "object" && !crowd && !ignore,
    );
    expectImages(read, dataset);
    expect(read.categories).toEqual(
      dataset.categories
        .filter(({ role }) => role === "object")
        .map(({ name }, id) => ({ id, name, role: "object" })),
    );
    expectBoxes(read, wanted, ROUNDING);
  }));

test.each([
  ["labelme", { labels: "", pictures: "" }, jsonAttributes],
  ["cvat", { labels: "annotations.xml", pictures: "images" }, textAttributes],
] as const)(
  "%s gives back boxes, outlines, marks and further fields",
  (format, layout, attributes) =>
    property(randomDatasets({ marks: true, masks: true, attributes }), async (dataset) => {
      const read = await roundTrip(dataset, format, layout);
      const wanted = expected(dataset);
      expectImages(read, dataset);
      expect(read.categories).toEqual(
        dataset.categories.map(({ name }, at) => ({ id: at + 1, name, role: "object" })),
      );
      expectBoxes(read, wanted, ROUNDING);
      expectEach(read, wanted, "crowd", flag("crowd"));
      expectEach(read, wanted, "ignore", flag("ignore"));
      expectEach(read, wanted, "segmentation", ({ polygons }) => polygons);
      expectEach(read, wanted, "attributes", ({ attributes: fields }) => fields);
      const areas = read.annotations.map(({ area }) => area as number);
      for (const [at, { annotation }] of wanted.entries()) {
        const { polygons, box } = annotation;
        const area = polygons === null ? box[2] * box[3] : polygonArea(polygons);
        expect(Math.abs(areas[at]! - area)).toBeLessThan(1e-6);
      }
      if (format === "cvat") {
        expect(read.images.map(({ id }) => id).sort()).toEqual(
          dataset.images.map((_, at) => 1 + at * dataset.idStep).sort(),
        );
      }
    }),
);
