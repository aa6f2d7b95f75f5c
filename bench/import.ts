/**
 * Imports a generated SODA-D-like set, by default 25,000 images and 280,000 boxes with as many predictions, and prints
 * the median time and the peak memory. `npm run bench:import -- [images] [boxes] [rounds] [predictions]`
 */
import {
  appendFileSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import type { ImportPlan } from "../shared/api/imports.ts";
import { openDatabase } from "../main/db/open.ts";
import { importFolder } from "../main/services/imports/import-folder.ts";

/** File systems take some 65,000 links to one file. */
const LINKS_A_FILE = 50_000;
const ROWS_A_WRITE = 5000;
const classes = ["people", "rider", "bicycle", "motor", "vehicle", "traffic-sign", "traffic-light"];

const [images = 25_000, boxes = 280_000, rounds = 3, predictions = boxes] = process.argv
  .slice(2)
  .map(Number);
const root = mkdtempSync(join(tmpdir(), "fovea-bench-import-"));
try {
  await generate();
  const inputMb =
    (statSync(join(root, "test.json")).size + statSync(join(root, "dt.json")).size) / 1e6;
  console.log(
    `${images} images, ${boxes} boxes, ${predictions} predictions, ${inputMb.toFixed(0)} MB of JSON`,
  );
  const seconds: number[] = [];
  for (let round = 0; round < rounds; round += 1) seconds.push(await importOnce(round));
  seconds.sort((a, b) => a - b);
  console.log(`median ${seconds[seconds.length >> 1]!.toFixed(2)} s of ${rounds} rounds`);
  console.log(
    `peak memory ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MB (whole process)`,
  );
} finally {
  rmSync(root, { recursive: true, force: true });
}

async function importOnce(round: number): Promise<number> {
  const databasePath = join(root, `project-${round}.fovea`);
  openDatabase(databasePath).close();
  const plan: ImportPlan = {
    root,
    datasetName: "bench",
    imageRoot: "images",
    labels: { format: "soda-d", path: "test.json" },
    predictions: [{ format: "coco-results", path: "dt.json", name: "detector" }],
    evaluate: null,
  };
  const phases = new Map<string, number>();
  let phase = { name: "Looking for pictures", since: performance.now() };
  const started = performance.now();
  const cpuBefore = process.cpuUsage();
  const nextPhase = (name: string) => {
    const now = performance.now();
    phases.set(phase.name, (phases.get(phase.name) ?? 0) + now - phase.since);
    phase = { name, since: now };
  };
  const progress = (at: { readonly phase: string }) => {
    if (at.phase !== phase.name) nextPhase(at.phase);
  };
  await importFolder(plan, { signal: new AbortController().signal, progress }, { databasePath });
  nextPhase("");
  const total = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(cpuBefore);
  const parts = [...phases].map(([name, ms]) => `${name} ${(ms / 1000).toFixed(2)}`).join(", ");
  console.log(
    `round ${round + 1}: ${total.toFixed(2)} s, ${((user + system) / 1e6).toFixed(2)} s of processor (${parts})`,
  );
  return total;
}

/** Pictures are links to one flat picture; labels and predictions are written in pieces to keep memory low. */
async function generate(): Promise<void> {
  mkdirSync(join(root, "images"));
  const picture = await sharp({
    create: { width: 3840, height: 2160, channels: 3, background: "#456" },
  })
    .jpeg()
    .toBuffer();
  for (let n = 0; n < images; n += 1) {
    const path = join(root, `images/${fileName(n)}`);
    if (n % LINKS_A_FILE === 0) writeFileSync(path, picture);
    else linkSync(join(root, `images/${fileName(n - (n % LINKS_A_FILE))}`), path);
  }
  const random = mulberry(7);
  const box = () =>
    [random() * 3800, random() * 2100, 2 + random() * 40, 2 + random() * 40].map(
      (part) => Math.round(part * 100) / 100,
    );
  const labels = join(root, "test.json");
  writeFileSync(labels, '{"images":[');
  writeRows(labels, images, (n) => ({ id: n, file_name: fileName(n), width: 3840, height: 2160 }));
  appendFileSync(labels, '],"annotations":[');
  writeRows(labels, boxes, (n) => {
    const bbox = box();
    return {
      id: n,
      image_id: Math.floor((n * images) / boxes),
      category_id: 1 + Math.floor(random() * classes.length),
      bbox,
      area: bbox[2]! * bbox[3]!,
      ignore: n % 50 === 0 ? 1 : 0,
    };
  });
  const categories = classes.map((name, index) => ({ id: index + 1, name }));
  appendFileSync(labels, `],"categories":${JSON.stringify(categories)}}`);
  const results = join(root, "dt.json");
  writeFileSync(results, "[");
  writeRows(results, predictions, (n) => ({
    image_id: Math.floor((n * images) / predictions),
    category_id: 1 + Math.floor(random() * classes.length),
    bbox: box(),
    score: random(),
  }));
  appendFileSync(results, "]");
}

function fileName(n: number): string {
  return `${String(n).padStart(6, "0")}.jpg`;
}

function writeRows(path: string, count: number, row: (n: number) => object): void {
  for (let from = 0; from < count; from += ROWS_A_WRITE) {
    const rows = Array.from({ length: Math.min(ROWS_A_WRITE, count - from) }, (_, at) =>
      JSON.stringify(row(from + at)),
    );
    appendFileSync(path, (from === 0 ? "" : ",") + rows.join(","));
  }
}

/** A small generator with a seed: the same set each time. */
function mulberry(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
