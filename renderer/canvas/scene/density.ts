import { hexAt, hexCentre } from "./hex-grid.ts";
import { verdictNames, type Judgement, type Scene } from "./scene.ts";
import { FULL } from "./visibility.ts";

/** A box shorter than this on screen is drawn as a marker, CSS pixels. */
export const TINY_SIDE = 8;
/** From centre to centre, markers nearer than this touch, CSS pixels. */
const MARKER_REACH = 11;
/** A hexagon shows a count instead where this many of its markers touch, and this share of them. */
const CROWD = 3;
const CROWDED_SHARE = 0.5;
/** Centre to corner of a hexagon at the lowest scale of its level, CSS pixels; up to twice that at the highest. */
const HEX_RADIUS = 22;

export interface DensityBin {
  /** Centre, image pixels. */
  readonly x: number;
  readonly y: number;
  /** Objects it stands for. */
  count: number;
  /** Of them, by verdict code. */
  readonly byVerdict: number[];
}

/**
 * Tiny objects of one zoom level gathered in hexagons, where their markers would touch.
 * A level spans a doubling of the scale, and its hexagons lie fast on the image: nothing flickers while one pans or
 * zooms, and a hexagon falls apart into smaller ones at the next level.
 */
export interface Density {
  /** Centre to corner, image pixels. */
  readonly radius: number;
  readonly bins: readonly DensityBin[];
  /** [N] 1 for each object that a bin stands for. */
  readonly gathered: Uint8Array;
}

export function densityLevel(scale: number): number {
  return Math.floor(Math.log2(scale));
}

/** The bin that stands for what lies at an image point; null where objects are drawn one by one. */
export function binAt(density: Density, x: number, y: number): DensityBin | null {
  const centre = hexCentre(hexAt(x, y, density.radius), density.radius);
  return density.bins.find((bin) => bin.x === centre.x && bin.y === centre.y) ?? null;
}

/** shown: [N] of `visibility`. */
export function gatherDensity(
  scene: Scene,
  judgement: Judgement,
  shown: Uint8Array,
  level: number,
): Density {
  const scale = 2 ** (level + 0.5); // the middle of the level
  const radius = HEX_RADIUS / 2 ** level;
  const gathered = new Uint8Array(scene.count);
  const tiny = tinyObjects(scene, shown, TINY_SIDE / scale);
  const touching = touchingMarkers(scene, tiny, MARKER_REACH / scale);
  const bins = new Map<number, { bin: DensityBin; members: number[]; touching: number }>();
  tiny.forEach((object, k) => {
    const hex = hexAt(centreX(scene, object), centreY(scene, object), radius);
    const key = hex.q * 4_194_304 + hex.r;
    let entry = bins.get(key);
    if (entry === undefined) {
      const byVerdict = new Array<number>(verdictNames.length).fill(0);
      const bin = { ...hexCentre(hex, radius), count: 0, byVerdict };
      entry = { bin, members: [], touching: 0 };
      bins.set(key, entry);
    }
    entry.members.push(object);
    entry.touching += touching[k]!;
    entry.bin.count += 1;
    entry.bin.byVerdict[judgement.verdict[object]!]! += 1;
  });
  const crowded = [...bins.values()].filter(
    (entry) => entry.touching >= Math.max(CROWD, CROWDED_SHARE * entry.bin.count),
  );
  for (const { members } of crowded) for (const object of members) gathered[object] = 1;
  gatherDoubles(scene, judgement, shown, gathered);
  return { radius, bins: crowded.map((entry) => entry.bin), gathered };
}

function tinyObjects(scene: Scene, shown: Uint8Array, side: number): number[] {
  const tiny: number[] = [];
  for (let i = 0; i < scene.count; i += 1) {
    if (shown[i] !== FULL) continue;
    if (Math.max(scene.boxes[i * 4 + 2]!, scene.boxes[i * 4 + 3]!) < side) tiny.push(i);
  }
  return tiny;
}

/**
 * [tiny] 1 where another marker lies within `reach` image pixels. In a cell of a grid as wide as a square of diagonal
 * `reach` any two touch, so that only those alone in their cell are compared with the cells around.
 */
function touchingMarkers(scene: Scene, tiny: readonly number[], reach: number): Uint8Array {
  const touching = new Uint8Array(tiny.length);
  const side = reach * Math.SQRT1_2;
  const key = (column: number, row: number) => column * 4_194_304 + row;
  const column = (object: number) => Math.floor(centreX(scene, object) / side);
  const row = (object: number) => Math.floor(centreY(scene, object) / side);
  /** Places in `tiny` by cell: the last one, and from each the one before it. */
  const last = new Map<number, number>();
  const before = new Int32Array(tiny.length).fill(-1);
  tiny.forEach((object, k) => {
    const cell = key(column(object), row(object));
    const other = last.get(cell);
    if (other !== undefined) {
      before[k] = other;
      touching[k] = touching[other] = 1;
    }
    last.set(cell, k);
  });
  const isNear = (k: number, cell: number) => {
    for (let other = last.get(cell) ?? -1; other >= 0; other = before[other]!) {
      const dx = centreX(scene, tiny[other]!) - centreX(scene, tiny[k]!);
      const dy = centreY(scene, tiny[other]!) - centreY(scene, tiny[k]!);
      if (other !== k && dx * dx + dy * dy < reach * reach) return true;
    }
    return false;
  };
  tiny.forEach((object, k) => {
    const [c, r] = [column(object), row(object)];
    for (let i = 0; i < 25 && touching[k] === 0; i += 1)
      if (isNear(k, key(c - 2 + (i % 5), r - 2 + Math.floor(i / 5)))) touching[k] = 1;
  });
  return touching;
}

/** A prediction whose match is gathered goes with it: together they are one object to the eye. */
function gatherDoubles(
  scene: Scene,
  judgement: Judgement,
  shown: Uint8Array,
  gathered: Uint8Array,
): void {
  for (let i = scene.truthCount; i < scene.count; i += 1) {
    if (shown[i] === FULL) continue;
    const match = judgement.match[i]!;
    if (match >= 0 && gathered[match] === 1) gathered[i] = 1;
  }
}

function centreX({ boxes }: Scene, object: number): number {
  return boxes[object * 4]! + boxes[object * 4 + 2]! / 2;
}

function centreY({ boxes }: Scene, object: number): number {
  return boxes[object * 4 + 1]! + boxes[object * 4 + 3]! / 2;
}
