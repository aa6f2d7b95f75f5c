/**
 * Detection sets for timing and parity, made from a seed: a COCO instances and a COCO results file.
 *
 *     node bench/make-detections.ts KIND SEED SCALE FOLDER     KIND: coco, sodad, visdrone or edge
 *
 * writes FOLDER/gt.json and FOLDER/dt.json. SCALE multiplies the number of images. Built in: score ties, IoUs exactly
 * on a threshold, duplicates, areas on range borders, crowds, ignore flags, images without labels or predictions, a
 * class without labels (edge), ids with gaps and without order, boxes of no width.
 */
import { closeSync, mkdirSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";

export interface DetectionKind {
  readonly images: number;
  readonly classes: number;
  /** Mean ground truths of an image; their number is heavy-tailed. */
  readonly truths: number;
  readonly predictions: number;
  readonly width: number;
  readonly height: number;
  readonly crowdShare: number;
  /** Square roots of areas: weight, low, high, log-uniform. */
  readonly sizes: readonly (readonly [weight: number, low: number, high: number])[];
  /** Areas in square pixels that some boxes have exactly. */
  readonly borders: readonly number[];
  /** Whether annotations have areas of masks, below w*h. */
  readonly masks: boolean;
  readonly flags: boolean;
}

export const detectionKinds = {
  coco: {
    images: 5000,
    classes: 80,
    truths: 7.4,
    predictions: 100,
    width: 640,
    height: 480,
    crowdShare: 0.012,
    sizes: [
      [0.41, 4, 32],
      [0.34, 32, 96],
      [0.25, 96, 400],
    ],
    borders: [1024, 9216],
    masks: true,
    flags: false,
  },
  sodad: {
    images: 6000,
    classes: 9,
    truths: 11,
    predictions: 300,
    width: 1200,
    height: 1200,
    crowdShare: 0.02,
    sizes: [
      [0.3, 5, 12],
      [0.28, 12, 20],
      [0.25, 20, 32],
      [0.14, 32, 44.7],
      [0.03, 44.8, 200],
    ],
    borders: [144, 400, 1024, 2000],
    masks: false,
    flags: true,
  },
  visdrone: {
    images: 548,
    classes: 10,
    truths: 70,
    predictions: 500,
    width: 1360,
    height: 765,
    crowdShare: 0.02,
    sizes: [
      [0.6, 5, 32],
      [0.35, 32, 96],
      [0.05, 96, 300],
    ],
    borders: [1024, 9216],
    masks: false,
    flags: false,
  },
  edge: {
    images: 60,
    classes: 6,
    truths: 6,
    predictions: 40,
    width: 400,
    height: 300,
    crowdShare: 0.1,
    sizes: [
      [0.5, 4, 32],
      [0.3, 32, 96],
      [0.2, 96, 200],
    ],
    borders: [144, 400, 1024, 2000, 9216],
    masks: true,
    flags: true,
  },
} as const satisfies Record<string, DetectionKind>;

export type DetectionKindName = keyof typeof detectionKinds;

/** Pieces of the two files, in order. */
export interface DetectionFiles {
  gt(): Generator<string>;
  dt(): Generator<string>;
}

interface Label {
  readonly category: number;
  readonly box: readonly [x: number, y: number, w: number, h: number];
  readonly onLattice: boolean;
}

/** The two files' text, in pieces of one image each. The same arguments give the same bytes. */
export function makeDetections(
  name: DetectionKindName,
  seed: number,
  scale: number,
): DetectionFiles {
  const kind: DetectionKind = detectionKinds[name];
  const imageCount = Math.max(2, Math.round(kind.images * scale));
  const labels: Label[][] = [];
  const truthMaker = new TruthMaker(kind, new Random(seed));
  for (let i = 0; i < imageCount; i++) labels.push(truthMaker.image());
  return {
    gt: () => truthText(kind, labels, new Random(seed + 1)),
    dt: () => predictionText(kind, labels, new Random(seed + 2)),
  };
}

/** Ids ascend with gaps. */
const imageId = (index: number): number => 7 * index + (index % 3) + 1;
const categoryId = (index: number): number => index + 1 + Math.floor(index / 5);

class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = Math.imul(seed, 0x9e3779b1) | 0;
  }

  /** 0..1, 32 bits (mulberry32). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.next())) * Math.cos(2 * Math.PI * this.next());
  }

  chance(share: number): boolean {
    return this.next() < share;
  }

  whole(count: number): number {
    return Math.floor(this.next() * count);
  }

  size(pieces: DetectionKind["sizes"]): number {
    let at = this.next();
    for (const [weight, low, high] of pieces) {
      if (at < weight) return low * (high / low) ** this.next();
      at -= weight;
    }
    return pieces.at(-1)![2];
  }
}

const cents = (value: number): number => Math.round(value * 100) / 100;

class TruthMaker {
  readonly #kind: DetectionKind;
  readonly #random: Random;

  constructor(kind: DetectionKind, random: Random) {
    this.#kind = kind;
    this.#random = random;
  }

  image(): Label[] {
    const random = this.#random;
    const { truths, classes } = this.#kind;
    const spread = 0.9;
    const count = random.chance(0.01)
      ? 0
      : Math.round(truths * Math.exp(spread * random.normal() - spread ** 2 / 2));
    // An image shows few classes; the last of all is never labelled where there are few.
    const labelled = classes <= 6 ? classes - 1 : classes;
    const palette = Array.from({ length: 1 + random.whole(5) }, () =>
      Math.floor(labelled * random.next() ** 2),
    );
    const labels: Label[] = [];
    for (let n = 0; n < Math.min(count, 12 * truths); n++) {
      const repeats = n > 0 && random.chance(0.003);
      labels.push(repeats ? labels[n - 1]! : this.#label(palette[random.whole(palette.length)]!));
    }
    return labels;
  }

  #label(category: number): Label {
    const random = this.#random;
    const { sizes, borders, width, height } = this.#kind;
    const root = random.size(sizes);
    const aspect = Math.exp(0.45 * random.normal());
    let w = Math.min(width, Math.max(1, cents(root * Math.sqrt(aspect))));
    let h = Math.min(height, Math.max(1, cents(root / Math.sqrt(aspect))));
    let x = cents(random.next() * (width - w));
    let y = cents(random.next() * (height - h));
    const onLattice = random.chance(0.06);
    if (onLattice || random.chance(0.02)) {
      x = Math.floor(x);
      y = Math.floor(y);
      const border = borders[random.whole(borders.length)]!;
      w = onLattice ? 20 * Math.max(1, Math.round(w / 20)) : largestSide(border);
      h = onLattice ? Math.round(h) : border / w;
    }
    return { category, box: [x, y, w, h], onLattice };
  }
}

function largestSide(area: number): number {
  let side = Math.floor(Math.sqrt(area));
  while (area % side !== 0) side--;
  return side;
}

function* truthText(
  kind: DetectionKind,
  labels: readonly Label[][],
  random: Random,
): Generator<string> {
  const { width, height } = kind;
  const images = labels.map((_, i) => ({
    id: imageId(i),
    width,
    height,
    file_name: `${String(i).padStart(6, "0")}.jpg`,
  }));
  const categories = Array.from({ length: kind.classes }, (_, k) => ({
    id: categoryId(k),
    name: `class ${k}`,
  }));
  const head = JSON.stringify({ images, categories });
  yield `${head.slice(0, -1)},"annotations":[`;
  const total = labels.reduce((sum, { length }) => sum + length, 0);
  let written = 0;
  for (const [i, ofImage] of labels.entries()) {
    const records = ofImage.map(({ category, box, onLattice }) => {
      const [x, y, w, h] = box;
      const crowd = !onLattice && random.chance(kind.crowdShare);
      const shown = crowd ? [x, y, Math.min(4 * w, width), Math.min(4 * h, height)] : box;
      const masked = kind.masks && !onLattice && random.chance(0.6);
      const area = shown[2]! * shown[3]!;
      return {
        id: total - written++,
        image_id: imageId(i),
        category_id: categoryId(category),
        bbox: shown,
        area: masked ? cents(area * (0.35 + 0.6 * random.next())) : area,
        iscrowd: Number(crowd),
        ...(kind.flags && random.chance(0.02) ? { ignore: 1 } : {}),
      };
    });
    yield listPiece(records, written > records.length);
  }
  yield "]}";
}

/** Records as part of a list, with the comma before them that follows earlier records. */
function listPiece(records: readonly unknown[], follows: boolean): string {
  if (records.length === 0) return "";
  return (follows ? "," : "") + JSON.stringify(records).slice(1, -1);
}

function* predictionText(
  kind: DetectionKind,
  labels: readonly Label[][],
  random: Random,
): Generator<string> {
  yield "[";
  let follows = false;
  for (const [i, ofImage] of labels.entries()) {
    if (random.chance(0.004)) continue;
    const records = predictionsOf(kind, ofImage, random).map(({ category, box, score }) => ({
      image_id: imageId(i),
      category_id: categoryId(category),
      bbox: box,
      score,
    }));
    yield listPiece(records, follows);
    follows ||= records.length > 0;
  }
  yield "]";
}

interface Guess {
  readonly category: number;
  readonly box: number[];
  readonly score: number;
}

function predictionsOf(kind: DetectionKind, labels: readonly Label[], random: Random): Guess[] {
  const guesses: Guess[] = [];
  const quality = 0.3 + 0.7 * random.next();
  const allEqual = random.chance(0.02);
  for (const label of labels) {
    const repeats = random.chance(0.12) ? 0 : 1 + Math.floor(3 * random.next() ** 2);
    for (let n = 0; n < repeats && guesses.length < 0.85 * kind.predictions; n++)
      guesses.push(nearGuess(kind, label, quality, random));
  }
  while (guesses.length < kind.predictions) guesses.push(farGuess(kind, labels, random));
  for (let n = 1; n < guesses.length; n++)
    if (random.chance(0.002)) guesses[n] = { ...guesses[n - 1]!, score: guesses[n]!.score };
  const shown = guesses.map((guess) => ({
    ...guess,
    score: allEqual ? 0.5 : rounded(guess.score, random),
  }));
  return random.chance(0.7) ? shown.sort((a, b) => b.score - a.score) : shown;
}

/** Most scores have three digits, so that ties abound. */
function rounded(score: number, random: Random): number {
  const at = random.next();
  const digits = at < 0.8 ? 3 : at < 0.9 ? 2 : at < 0.93 ? 1 : null;
  return digits === null ? score : Math.round(score * 10 ** digits) / 10 ** digits;
}

function nearGuess(kind: DetectionKind, label: Label, quality: number, random: Random): Guess {
  const [x, y, w, h] = label.box;
  const blur = Math.abs(random.normal()) * (0.1 / Math.sqrt(quality)) + 0.01;
  const shift = () => random.normal() * blur;
  const offsets = [shift(), shift(), shift(), shift()] as const;
  const [dx, dy, dw, dh] = offsets;
  const error = offsets.reduce((sum, offset) => sum + Math.abs(offset), 0);
  const score = 1 / (1 + Math.exp(-(2.2 - 7 * error + 0.9 * random.normal())));
  const category = random.chance(0.08) ? random.whole(kind.classes) : label.category;
  if (label.onLattice) {
    // IoU of k/20, exactly.
    return { category, box: [x, y, (w * (10 + random.whole(11))) / 20, h], score };
  }
  if (random.chance(0.02)) return { category, box: [x, y, w, h], score };
  const box = [x + dx * w, y + dy * h, w * Math.exp(dw), h * Math.exp(dh)].map(cents);
  return { category, box, score };
}

function farGuess(kind: DetectionKind, labels: readonly Label[], random: Random): Guess {
  const root = random.size(kind.sizes);
  const aspect = Math.exp(0.5 * random.normal());
  const w = random.chance(0.0005) ? 0 : Math.min(kind.width, root * Math.sqrt(aspect));
  const h = Math.min(kind.height, root / Math.sqrt(aspect));
  const near = labels[random.whole(labels.length)];
  const beside = near !== undefined && random.chance(0.55);
  const x = beside
    ? near.box[0] + 0.8 * near.box[2] * random.normal()
    : random.next() * (kind.width - w);
  const y = beside
    ? near.box[1] + 0.8 * near.box[3] * random.normal()
    : random.next() * (kind.height - h);
  const category =
    near !== undefined && random.chance(0.6) ? near.category : random.whole(kind.classes);
  return { category, box: [x, y, w, h].map(cents), score: 0.5 * random.next() ** 3 + 0.001 };
}

/** Writes gt.json and dt.json into `folder`. */
export function writeDetections(files: DetectionFiles, folder: string): void {
  mkdirSync(folder, { recursive: true });
  for (const name of ["gt", "dt"] as const) {
    const fd = openSync(join(folder, `${name}.json`), "w");
    let waiting = "";
    for (const piece of files[name]()) {
      waiting += piece;
      if (waiting.length < 1 << 20) continue;
      writeSync(fd, waiting);
      waiting = "";
    }
    writeSync(fd, waiting);
    closeSync(fd);
  }
}

if (import.meta.main) {
  const [kind = "", seed = "1", scale = "1", folder] = process.argv.slice(2);
  if (!Object.hasOwn(detectionKinds, kind) || folder === undefined) {
    process.stderr.write("Usage: make-detections.ts coco|sodad|visdrone|edge SEED SCALE FOLDER\n");
    process.exit(2);
  }
  writeDetections(makeDetections(kind as DetectionKindName, Number(seed), Number(scale)), folder);
}
