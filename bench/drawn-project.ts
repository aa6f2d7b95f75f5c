import { packPredictions } from "../main/db/prediction-blob.ts";
import { openDatabase } from "../main/db/open.ts";

export interface DrawnCounts {
  readonly images: number;
  readonly boxes: number;
  readonly predictions: number;
}

const CLASSES = [
  "people",
  "rider",
  "bicycle",
  "motor",
  "vehicle",
  "traffic-sign",
  "traffic-light",
  "camera",
  "cone",
];
const WIDTH = 1920;
const HEIGHT = 1080;

/** Writes a project file of invented boxes, the same each time; no pictures. Most predictions lie near an object. */
export function drawProject(path: string, counts: DrawnCounts): void {
  const db = openDatabase(path);
  const random = randomNumbers(7);
  const category = db.prepare(
    "INSERT INTO category (id, dataset_id, source_id, name, role) VALUES (?, 1, ?, ?, 'object')",
  );
  const image = db.prepare(
    "INSERT INTO image (id, dataset_id, source_id, path, width, height) VALUES (?, 1, ?, ?, ?, ?)",
  );
  const annotation = db.prepare(
    "INSERT INTO annotation (image_id, category_id, x, y, w, h, area) VALUES (?, ?, ?, ?, ?, ?, ?)",
  );
  const blob = db.prepare(
    "INSERT INTO prediction_blob (prediction_set_id, image_id, count, data) VALUES (1, ?, ?, ?)",
  );
  db.transaction(() => {
    db.exec(`INSERT INTO dataset (id, name, root, label_format, ready, created_at) VALUES (1, 'Drawn', '/', 'coco', 1, 0);
      INSERT INTO prediction_set (id, dataset_id, name, source, prediction_count, image_count, ready, created_at)
        VALUES (1, 1, 'Drawn', '', ${counts.predictions}, ${counts.images}, 1, 0)`);
    CLASSES.forEach((name, k) => category.run(k + 1, k + 1, name));
    for (let i = 1; i <= counts.images; i += 1)
      image.run(i, i, `city-${i % 40}/frame-${i}.jpg`, WIDTH, HEIGHT);
    const boxes = drawBoxes(counts, random, (row) => annotation.run(...row));
    drawPredictions(counts, random, boxes, (imageId, count, data) =>
      blob.run(imageId, count, data),
    );
  })();
  db.close();
}

type Box = readonly [category: number, x: number, y: number, w: number, h: number];

function drawBoxes(
  { images, boxes }: DrawnCounts,
  random: () => number,
  write: (row: [number, ...Box, number]) => void,
): Box[][] {
  const byImage: Box[][] = Array.from({ length: images + 1 }, () => []);
  for (let n = 0; n < boxes; n += 1) {
    const image = 1 + Math.floor(random() * images);
    const size = 4 + 40 * random() ** 2;
    const box: Box = [
      1 + Math.floor(random() * CLASSES.length),
      round(random() * (WIDTH - size)),
      round(random() * (HEIGHT - size)),
      round(size),
      round(size * (0.6 + 0.8 * random())),
    ];
    byImage[image]!.push(box);
    write([image, ...box, box[3] * box[4]]);
  }
  return byImage;
}

function drawPredictions(
  { images, predictions }: DrawnCounts,
  random: () => number,
  truth: readonly Box[][],
  write: (imageId: number, count: number, data: Buffer) => void,
): void {
  const perImage = predictions / images;
  for (let image = 1; image <= images; image += 1) {
    const count = Math.floor(perImage * image) - Math.floor(perImage * (image - 1));
    const boxes = new Float64Array(4 * count);
    const scores = new Float64Array(count);
    const categoryIds = new Int32Array(count);
    for (let p = 0; p < count; p += 1) {
      const near = truth[image]![p];
      const hit = near !== undefined && random() < 0.8;
      const [k, x, y, w, h] = hit
        ? near
        : [1, random() * WIDTH, random() * HEIGHT, 4 + 30 * random(), 4 + 30 * random()];
      boxes.set([x + 2 * random(), y + 2 * random(), w, h].map(round), 4 * p);
      scores[p] = round(hit ? 0.3 + 0.7 * random() : 0.6 * random());
      categoryIds[p] = k;
    }
    write(image, count, packPredictions({ boxes, scores, categoryIds }));
  }
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

/** mulberry32: the same numbers for the same seed. */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
