import { clip, overlap, type Box } from "./plane.ts";
import type { Random } from "./random.ts";
import type { Stage } from "./stage.ts";

/** One label in COCO's form; bbox x, y, w, h in pixels. */
export interface Truth {
  readonly image_id: number;
  readonly category_id: number;
  readonly bbox: readonly [number, number, number, number];
  readonly area: number;
  readonly ignore: 0 | 1;
  readonly iscrowd: 0;
}

/** One row of a COCO results file. */
export interface Result {
  readonly image_id: number;
  readonly category_id: number;
  readonly bbox: readonly [number, number, number, number];
  readonly score: number;
}

/** How good an imaginary detector is. */
export interface Detector {
  readonly file: string;
  /** Area in square pixels at which it finds every second object. */
  readonly halfArea: number;
  /** How fast it gets better as objects grow: slope per doubling of the area. */
  readonly slope: number;
  /** Deviation of each edge: pixels, and share of the side. */
  readonly jitter: { readonly pixels: number; readonly share: number };
  /** Chance of the wrong class for a tiny object; halves with every fourfold area. */
  readonly confusion: number;
  readonly duplicates: number;
  /** Share of the look-alikes (roof fittings, bins, bushes) taken for objects, and false alarms from nothing per image. */
  readonly fooled: number;
  readonly noise: number;
  /** Added to the score's log-odds. */
  readonly confidence: number;
}

export const detectors: readonly Detector[] = [
  {
    file: "detector-a.json",
    halfArea: 92,
    slope: 1.25,
    jitter: { pixels: 0.55, share: 0.022 },
    confusion: 0.14,
    duplicates: 0.03,
    fooled: 0.1,
    noise: 4,
    confidence: 0.5,
  },
  {
    file: "detector-b.json",
    halfArea: 34,
    slope: 1.05,
    jitter: { pixels: 0.5, share: 0.034 },
    confusion: 0.1,
    duplicates: 0.08,
    fooled: 0.42,
    noise: 22,
    confidence: 0.1,
  },
];

/** What each class is taken for when it is taken for another. */
const lookAlikes: Readonly<Record<number, readonly number[]>> = {
  1: [2, 9],
  2: [1, 3],
  3: [2],
  5: [6],
  6: [9, 1],
  9: [6, 1],
};

const sigmoid = (value: number): number => 1 / (1 + Math.exp(-value));

/** What the detector would say about one picture, best first. */
export function imagine(
  detector: Detector,
  truth: readonly Truth[],
  stage: Stage,
  random: Random,
): Result[] {
  const found = truth
    .filter(({ category_id }) => category_id !== 10)
    .flatMap((label) => detect(detector, label, truth, stage, random));
  const regions = truth.filter(({ category_id }) => category_id === 10);
  const imageId = truth[0]?.image_id ?? 0;
  return [
    ...found,
    ...falseAlarms(detector, regions, stage, random).map((alarm) => ({
      image_id: imageId,
      ...alarm,
    })),
  ].sort((a, b) => b.score - a.score);
}

function detect(
  detector: Detector,
  label: Truth,
  truth: readonly Truth[],
  stage: Stage,
  random: Random,
): Result[] {
  const [x, y, w, h] = label.bbox;
  const doublings = Math.log2(label.area / detector.halfArea);
  // Objects standing close together hide each other's edges; so does poor light.
  const crowding = truth.filter(
    (other) => other !== label && overlap(wider({ x, y, w, h }), wider(boxOf(other))) > 0,
  ).length;
  const skill =
    detector.slope * doublings -
    0.22 * Math.min(crowding, 6) -
    (stage.light.tint[0] < 0.8 ? 0.9 : 0);
  const ease = skill + random.normal() * 0.8;
  if (!random.chance(sigmoid(ease + 0.35))) return [];
  const confused = random.chance(detector.confusion * Math.min(1.6, Math.sqrt(60 / label.area)));
  const category_id = confused
    ? random.pick(lookAlikes[label.category_id] ?? [5])
    : label.category_id;
  const score = sigmoid(
    0.62 * ease + detector.confidence + random.normal() * 0.55 - (confused ? 0.9 : 0),
  );
  const box = jittered(detector, { x, y, w, h }, 1, stage, random);
  if (!box) return [];
  const first = { image_id: label.image_id, category_id, bbox: box, score: scoreOf(score) };
  if (!random.chance(detector.duplicates)) return [first];
  const second = jittered(detector, { x, y, w, h }, 3.2, stage, random);
  return second
    ? [first, { ...first, bbox: second, score: scoreOf(score * random.between(0.35, 0.95)) }]
    : [first];
}

const boxOf = ({ bbox: [x, y, w, h] }: Truth): Box => ({ x, y, w, h });
const wider = ({ x, y, w, h }: Box): Box => ({ x: x - 1, y: y - 1, w: w + 2, h: h + 2 });
const scoreOf = (score: number): number =>
  Math.round(Math.min(0.999, Math.max(0.02, score)) * 1e4) / 1e4;

/** The box with every edge moved a little. Returns x, y, w, h in tenths of a pixel; null where it leaves the picture. */
function jittered(
  { jitter }: Detector,
  box: Box,
  times: number,
  { width, height }: Stage,
  random: Random,
): [number, number, number, number] | null {
  const move = (side: number): number =>
    random.normal() * times * (jitter.pixels + jitter.share * side);
  const left = box.x + move(box.w);
  const top = box.y + move(box.h);
  const right = Math.max(left + 1.5, box.x + box.w + move(box.w));
  const bottom = Math.max(top + 1.5, box.y + box.h + move(box.h));
  const kept = clip({ x: left, y: top, w: right - left, h: bottom - top }, width, height);
  if (!kept || kept.w < 1 || kept.h < 1) return null;
  return [kept.x, kept.y, kept.w, kept.h].map((value) => Math.round(value * 10) / 10) as [
    number,
    number,
    number,
    number,
  ];
}

function falseAlarms(
  detector: Detector,
  regions: readonly Truth[],
  stage: Stage,
  random: Random,
): Omit<Result, "image_id">[] {
  const { width, height, lures, scale } = stage;
  const alarms: Omit<Result, "image_id">[] = [];
  const add = (box: Box, category_id: number, strength: number): void => {
    const bbox = jittered(detector, box, 2, stage, random);
    if (bbox)
      alarms.push({ bbox, category_id, score: scoreOf(sigmoid(strength + random.normal() * 0.8)) });
  };
  for (const lure of lures)
    if (random.chance(detector.fooled))
      add(lure, lure.w * lure.h > 7 * scale * scale ? 5 : random.pick([1, 6, 9, 5]), -0.9);
  for (let i = 0; i < detector.noise; i += 1) {
    const side = random.between(3.5, 11);
    const at = { x: random.between(0, width - 20), y: random.between(0, height - 20) };
    add(
      { ...at, w: side, h: side * random.between(0.8, 2) },
      random.pick([1, 1, 3, 5, 6, 9]),
      -2.1,
    );
  }
  for (const region of regions) {
    const [x, y, w, h] = region.bbox;
    for (let i = 0; i < detector.noise; i += 1)
      add(
        {
          x: x + random.between(0, w * 0.9),
          y: y + random.between(0, h * 0.9),
          w: scale * 1.9,
          h: scale * 2.6,
        },
        random.pick([1, 5]),
        -1,
      );
  }
  return alarms;
}
