import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";

export interface CrowdedCounts {
  readonly width: number;
  readonly height: number;
  readonly boxes: number;
  readonly predictions: number;
}

const CLASSES = ["people", "vehicle", "traffic-sign"];
const CLUSTERS = 14;

type Box = readonly [x: number, y: number, w: number, h: number];

/**
 * Writes a folder of one drawn picture crowded with tiny objects, its labels as COCO JSON and a detector's results,
 * the same each time: images/crowd.jpg, annotations.json, results.json. Four of five predictions lie near an object.
 */
export async function drawCrowdedImage(folder: string, counts: CrowdedCounts): Promise<void> {
  const random = randomNumbers(11);
  const boxes = drawBoxes(counts, random);
  const category = boxes.map((_, i) => 1 + (i % CLASSES.length));
  const image = { id: 1, file_name: "crowd.jpg", width: counts.width, height: counts.height };
  const annotations = boxes.map((bbox, i) => ({
    id: i + 1,
    image_id: 1,
    category_id: category[i],
    bbox,
    area: bbox[2] * bbox[3],
    iscrowd: 0,
  }));
  const categories = CLASSES.map((name, k) => ({ id: k + 1, name }));
  const results = Array.from({ length: counts.predictions }, (_, k) => {
    const at = Math.floor((k * boxes.length) / counts.predictions);
    const near = k % 5 !== 4;
    const box = near ? jitter(boxes[at]!, random) : drawBox(counts, random, null);
    const score = near ? 0.25 + 0.75 * random() : 0.1 + 0.6 * random();
    return { image_id: 1, category_id: category[at], bbox: box, score };
  });
  await mkdir(join(folder, "images"), { recursive: true });
  await writeFile(
    join(folder, "annotations.json"),
    JSON.stringify({ images: [image], annotations, categories }),
  );
  await writeFile(join(folder, "results.json"), JSON.stringify(results));
  await drawPicture(join(folder, "images", "crowd.jpg"), counts, boxes, random);
}

function drawBoxes(counts: CrowdedCounts, random: () => number): Box[] {
  const clusters = Array.from({ length: CLUSTERS }, () => ({
    x: random() * counts.width,
    y: random() * counts.height,
    spread: 80 + 240 * random(),
  }));
  return Array.from({ length: counts.boxes }, (_, i) =>
    drawBox(counts, random, i % 2 === 0 ? clusters[i % CLUSTERS]! : null),
  );
}

function drawBox(
  { width, height }: CrowdedCounts,
  random: () => number,
  cluster: { readonly x: number; readonly y: number; readonly spread: number } | null,
): Box {
  const w = 4 + 22 * random() ** 2;
  const h = 4 + 22 * random() ** 2;
  // The sum of three uniform numbers is bell-shaped enough.
  const bell = () => random() + random() + random() - 1.5;
  const x = cluster ? cluster.x + bell() * cluster.spread : random() * width;
  const y = cluster ? cluster.y + bell() * cluster.spread : random() * height;
  return [within(x, width - w), within(y, height - h), w, h];
}

function jitter([x, y, w, h]: Box, random: () => number): Box {
  const by = () => 1 + (random() - 0.5) * 0.3;
  return [x + (random() - 0.5) * w * 0.3, y + (random() - 0.5) * h * 0.3, w * by(), h * by()];
}

async function drawPicture(
  path: string,
  { width, height }: CrowdedCounts,
  boxes: readonly Box[],
  random: () => number,
): Promise<void> {
  const pixels = Buffer.alloc(width * height * 3);
  for (let i = 0; i < pixels.length; i += 3) {
    const grey = 96 + ((i / 3 / width) % 64 < 32 ? 8 : 0) + Math.floor(random() * 24);
    pixels[i] = grey;
    pixels[i + 1] = grey + 6;
    pixels[i + 2] = grey - 10;
  }
  for (const [x, y, w, h] of boxes) {
    const colour = [random() * 255, random() * 255, random() * 255];
    for (let row = Math.ceil(y); row < y + h - 1; row += 1)
      for (let column = Math.ceil(x); column < x + w - 1; column += 1)
        pixels.set(colour, (row * width + column) * 3);
  }
  await sharp(pixels, { raw: { width, height, channels: 3 } })
    .jpeg({ quality: 85 })
    .toFile(path);
}

function within(value: number, most: number): number {
  return Math.min(Math.max(0, value), most);
}

/** Numbers 0..1, the same for the same seed (mulberry32). */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
