import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { detectors, imagine, type Truth } from "./generator/detectors.ts";
import { develop } from "./generator/ground.ts";
import { lights, places } from "./generator/places.ts";
import { clip, type Box } from "./generator/plane.ts";
import { createRandom } from "./generator/random.ts";
import { createStage, type Kind, type Stage } from "./generator/stage.ts";

// Draws the embedded sample: pictures, their labels in SODA-D's form, and the results of two imaginary
// detectors. Same code, same files: every number comes from a seeded source.

const WIDTH = 1152;
const HEIGHT = 768;
const folder = dirname(fileURLToPath(import.meta.url));

/** SODA-D's own numbers for the classes that are drawn here. */
const categories: readonly { readonly id: number; readonly name: Kind | "ignore" }[] = [
  { id: 1, name: "people" },
  { id: 2, name: "rider" },
  { id: 3, name: "bicycle" },
  { id: 5, name: "vehicle" },
  { id: 6, name: "traffic-sign" },
  { id: 9, name: "warning-cone" },
  { id: 10, name: "ignore" },
];
const idOf = new Map(categories.map(({ id, name }) => [name, id]));

/** Objects above this are marked `ignore` by SODA-D's annotators, in square pixels. */
const LARGEST = 2000;

interface Picture {
  readonly split: "train" | "val";
  readonly place: keyof typeof places;
  /** Pixels per metre: the height of the flight. */
  readonly scale: number;
  readonly light: keyof typeof lights;
}

const pictures: readonly Picture[] = [
  ...flights("train", [
    ["crossing", 6.2, "noon"],
    ["street", 9.5, "morning"],
    ["motorway", 2.9, "overcast"],
    ["car-park", 5.2, "noon"],
    ["square", 7.4, "evening"],
    ["crossing", 3.1, "evening"],
    ["street", 7, "noon"],
    ["motorway", 6.6, "morning"],
    ["car-park", 7.6, "overcast"],
    ["crossing", 9, "overcast"],
    ["square", 5.6, "noon"],
    ["street", 5.2, "dusk"],
    ["motorway", 8.4, "evening"],
    ["crossing", 5.2, "morning"],
    ["street", 11, "overcast"],
    ["car-park", 3, "evening"],
    ["square", 9, "overcast"],
    ["crossing", 7.6, "dusk"],
  ]),
  ...flights("val", [
    ["crossing", 5.6, "noon"],
    ["motorway", 3.2, "evening"],
    ["street", 8, "overcast"],
    ["car-park", 6, "morning"],
    ["square", 6.4, "noon"],
    ["crossing", 8.2, "morning"],
    ["street", 6, "evening"],
    ["motorway", 7.4, "noon"],
    ["square", 8, "dusk"],
    ["crossing", 3.3, "overcast"],
  ]),
];

function flights(
  split: Picture["split"],
  rows: readonly (readonly [Picture["place"], number, Picture["light"]])[],
): Picture[] {
  return rows.map(([place, scale, light]) => ({ split, place, scale, light }));
}

function furnish({ place, scale, light }: Picture, seed: number): Stage {
  const stage = createStage({
    width: WIDTH,
    height: HEIGHT,
    scale,
    light: lights[light],
    random: createRandom(seed),
  });
  places[place](stage);
  return stage;
}

/** Hundredths of a pixel. */
const rounded = ({ x, y, w, h }: Box): [number, number, number, number] => [
  Math.round(x * 100) / 100,
  Math.round(y * 100) / 100,
  Math.round(w * 100) / 100,
  Math.round(h * 100) / 100,
];

function labels(stage: Stage, imageId: number): Truth[] {
  const objects = stage.objects.map(({ kind, box, visible }) => {
    const bbox = rounded(box);
    const area = bbox[2] * bbox[3];
    const ignore = area > LARGEST || visible < 0.4 ? (1 as const) : (0 as const);
    return { image_id: imageId, category_id: idOf.get(kind)!, bbox, area, ignore };
  });
  const regions = stage.ignoreRegions.map((region) => {
    const bbox = rounded(clip(region, WIDTH, HEIGHT)!);
    return {
      image_id: imageId,
      category_id: idOf.get("ignore")!,
      bbox,
      area: bbox[2] * bbox[3],
      ignore: 1 as const,
    };
  });
  return [...objects, ...regions].map((truth) => ({
    ...truth,
    area: Math.round(truth.area * 1e4) / 1e4,
    iscrowd: 0 as const,
  }));
}

/** One record a line: small, and readable in a diff. */
const jsonLines = (items: readonly unknown[]): string =>
  `[\n${items.map((item) => JSON.stringify(item)).join(",\n")}\n]`;

async function main(): Promise<void> {
  const imageFolder = join(folder, "images");
  rmSync(imageFolder, { recursive: true, force: true });
  mkdirSync(imageFolder);
  const images: { id: number; file_name: string; width: number; height: number; split: string }[] =
    [];
  const annotations: (Truth & { id: number })[] = [];
  const results = detectors.map(() => [] as unknown[]);
  let bytes = 0;
  for (const [index, picture] of pictures.entries()) {
    const id = index + 1;
    const stage = furnish(picture, 7000 + 13 * id);
    const file_name = `${picture.split}-${String(id).padStart(2, "0")}-${picture.place}.jpg`;
    const jpeg = await develop(stage.svg(), WIDTH, HEIGHT, stage.light, createRandom(90 + id));
    writeFileSync(join(imageFolder, file_name), jpeg);
    bytes += jpeg.length;
    images.push({ id, file_name, width: WIDTH, height: HEIGHT, split: picture.split });
    const truth = labels(stage, id);
    annotations.push(...truth.map((label) => ({ id: 0, ...label })));
    for (const [which, detector] of detectors.entries())
      results[which]!.push(...imagine(detector, truth, stage, createRandom(500 + 31 * id + which)));
  }
  for (const [index, annotation] of annotations.entries()) annotation.id = index + 1;
  const info = '"info":{"description":"Fovea sample: synthetic aerial views","version":"1"}';
  writeFileSync(
    join(folder, "annotations.json"),
    `{${info},\n"categories":${jsonLines(categories)},\n"images":${jsonLines(images)},\n"annotations":${jsonLines(annotations)}}\n`,
  );
  for (const [which, { file }] of detectors.entries())
    writeFileSync(join(folder, file), `${jsonLines(results[which]!)}\n`);
  process.stderr.write(
    `sample: ${images.length} images (${Math.round(bytes / 1024)} KiB), ${annotations.length} labels\n`,
  );
}

await main();
