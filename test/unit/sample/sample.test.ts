import { readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import sharp from "sharp";
import { describe, expect, test } from "vitest";

const folder = fileURLToPath(new URL("../../../assets/sample", import.meta.url));

interface Label {
  readonly id: number;
  readonly image_id: number;
  readonly category_id: number;
  readonly bbox: readonly [number, number, number, number];
  readonly area: number;
  readonly ignore: 0 | 1;
  readonly iscrowd: number;
}
interface Result {
  readonly image_id: number;
  readonly category_id: number;
  readonly bbox: readonly [number, number, number, number];
  readonly score: number;
}
interface Sample {
  readonly categories: readonly { readonly id: number; readonly name: string }[];
  readonly images: readonly {
    readonly id: number;
    readonly file_name: string;
    readonly width: number;
    readonly height: number;
    readonly split: "train" | "val";
  }[];
  readonly annotations: readonly Label[];
}

const read = <T>(name: string): T => JSON.parse(readFileSync(join(folder, name), "utf8")) as T;
const sample = read<Sample>("annotations.json");
const objects = sample.annotations.filter(({ category_id }) => category_id !== 10);
const counted = objects.filter(({ ignore }) => ignore === 0);
const within = (low: number, high: number) =>
  counted.filter(({ area }) => area > low && area <= high).length;

describe("the sample's labels", () => {
  test("every size range of SODA-D is well filled, the smallest most of all", () => {
    const [eS, rS, gS, normal] = [
      within(0, 144),
      within(144, 400),
      within(400, 1024),
      within(1024, 2000),
    ];
    expect(eS).toBeGreaterThan(rS!);
    expect(rS).toBeGreaterThan(gS!);
    expect(gS).toBeGreaterThan(400);
    expect(normal).toBeGreaterThan(40);
    expect(within(2000, Infinity)).toBe(0);
  });

  test("many objects are under 12 pixels on both sides", () => {
    expect(counted.filter(({ bbox: [, , w, h] }) => w < 12 && h < 12).length).toBeGreaterThan(1000);
  });

  test("each of the six classes has objects in both splits", () => {
    const splitOf = new Map(sample.images.map(({ id, split }) => [id, split]));
    const seen = new Set(counted.map((o) => `${o.category_id} ${splitOf.get(o.image_id)}`));
    expect(sample.categories.map(({ id }) => id)).toEqual([1, 2, 3, 5, 6, 9, 10]);
    expect(seen.size).toBe(12);
  });

  test("there are ignore regions, ignored objects and crowded pictures", () => {
    expect(
      sample.annotations.filter(({ category_id }) => category_id === 10).length,
    ).toBeGreaterThan(9);
    expect(objects.filter(({ ignore }) => ignore === 1).length).toBeGreaterThan(9);
    const perImage = sample.images.map(({ id }) => objects.filter((o) => o.image_id === id).length);
    expect(Math.max(...perImage)).toBeGreaterThan(300);
    expect(perImage.filter((count) => count > 100).length).toBeGreaterThan(10);
  });

  test("every box lies inside its picture, has the area w * h, and an id of its own", () => {
    const sizes = new Map(sample.images.map(({ id, width, height }) => [id, { width, height }]));
    for (const { bbox, area, image_id, iscrowd } of sample.annotations) {
      const [x, y, w, h] = bbox;
      const { width, height } = sizes.get(image_id)!;
      expect(x >= 0 && y >= 0 && x + w <= width + 0.01 && y + h <= height + 0.01).toBe(true);
      expect(Math.abs(area - w * h)).toBeLessThan(1e-3);
      expect(iscrowd).toBe(0);
    }
    expect(new Set(sample.annotations.map(({ id }) => id)).size).toBe(sample.annotations.length);
  });
});

describe("the sample's pictures", () => {
  test("they are what the labels say", async () => {
    const files = readdirSync(join(folder, "images")).sort();
    expect(files).toEqual(sample.images.map(({ file_name }) => file_name).sort());
    for (const { file_name, width, height, split } of sample.images) {
      const picture = await sharp(join(folder, "images", file_name)).metadata();
      expect([picture.width, picture.height, picture.format]).toEqual([width, height, "jpeg"]);
      expect(file_name.startsWith(`${split}-`)).toBe(true);
    }
  });

  test("an object stands out from the ground around it", async () => {
    const { id, file_name, width } = sample.images[0]!;
    const pixels = await sharp(join(folder, "images", file_name))
      .greyscale()
      .raw()
      .toBuffer();
    const vehicles = counted.filter((o) => o.image_id === id && o.category_id === 5);
    const spread = ([x, y, w, h]: Label["bbox"]) => {
      let [low, high] = [255, 0];
      for (let row = Math.ceil(y); row < y + h - 1; row += 1)
        for (let column = Math.ceil(x); column < x + w - 1; column += 1) {
          low = Math.min(low, pixels[row * width + column]!);
          high = Math.max(high, pixels[row * width + column]!);
        }
      return high - low;
    };
    const flat = vehicles.filter(({ bbox }) => spread(bbox) < 40);
    expect(vehicles.length).toBeGreaterThan(20);
    expect(flat).toEqual([]);
  });

  test("all of it is under 5 MB", () => {
    const bytes = readdirSync(folder, { recursive: true, encoding: "utf8" })
      .map((path) => statSync(join(folder, path)))
      .reduce((sum, { size }) => sum + size, 0);
    expect(bytes).toBeLessThan(5e6);
  });
});

describe("the imaginary detectors", () => {
  const a = read<Result[]>("detector-a.json");
  const b = read<Result[]>("detector-b.json");

  /** Share of the counted objects of some sizes that a result of the same class covers with an IoU of 0.5. */
  const recall = (results: readonly Result[], low: number, high: number): number => {
    const wanted = counted.filter(({ area }) => area > low && area <= high);
    const byImage = Map.groupBy(results, ({ image_id }) => image_id);
    const found = wanted.filter((o) =>
      byImage
        .get(o.image_id)
        ?.some((r) => r.category_id === o.category_id && iou(r.bbox, o.bbox) >= 0.5),
    );
    return found.length / wanted.length;
  };

  test("B finds far more of the tiniest objects than A, and both find nearly all large ones", () => {
    expect(recall(b, 0, 144)).toBeGreaterThan(recall(a, 0, 144) + 0.2);
    expect(recall(a, 1024, 2000)).toBeGreaterThan(0.85);
    expect(recall(b, 1024, 2000)).toBeGreaterThan(0.85);
  });

  test("B raises more alarms far from any label", () => {
    const labels = Map.groupBy(sample.annotations, ({ image_id }) => image_id);
    const alarms = (results: readonly Result[]) =>
      results.filter((r) => !labels.get(r.image_id)?.some((o) => iou(r.bbox, o.bbox) > 0)).length;
    expect(alarms(b)).toBeGreaterThan(2 * alarms(a));
    expect(alarms(a)).toBeGreaterThan(50);
  });

  test("a higher score means a likelier hit", () => {
    for (const results of [a, b]) {
      const hitRate = (low: number, high: number) => {
        const some = results.filter(({ score }) => score >= low && score < high);
        const hits = some.filter((r) =>
          objects.some(
            (o) =>
              o.image_id === r.image_id &&
              o.category_id === r.category_id &&
              iou(r.bbox, o.bbox) >= 0.5,
          ),
        );
        return hits.length / some.length;
      };
      const [weak, middling, strong] = [hitRate(0, 0.3), hitRate(0.3, 0.6), hitRate(0.6, 1)];
      expect(weak!).toBeLessThan(middling!);
      expect(middling!).toBeLessThan(strong!);
    }
  });
});

/** Boxes x, y, w, h. */
function iou(a: Result["bbox"], b: Result["bbox"]): number {
  const w = Math.min(a[0] + a[2], b[0] + b[2]) - Math.max(a[0], b[0]);
  const h = Math.min(a[1] + a[3], b[1] + b[3]) - Math.max(a[1], b[1]);
  if (w <= 0 || h <= 0) return 0;
  return (w * h) / (a[2] * a[3] + b[2] * b[3] - w * h);
}
