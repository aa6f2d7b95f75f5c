import { TINY_SIDE, type DensityBin } from "../scene/density.ts";
import { hexAt, hexCentre } from "../scene/hex-grid.ts";
import { FALSE_ALARM, HIT, IGNORED, MISS, UNJUDGED, verdictNames } from "../scene/scene.ts";
import type { Ghosts } from "./ghosts.ts";
import type { Labels } from "./labels.ts";

/**
 * Where at least so many tiny boxes lie in one hexagon, their number is drawn instead of their markers. At this number
 * markers, about 10 pixels wide, are 13 to 18 pixels apart: any nearer and they would touch.
 */
const CROWDED = 8;
/** Centre to corner at the lowest scale of a level, CSS pixels; by the root of 2 more at the highest. */
const HEX_RADIUS = 22;
const NONE = -1;

const verdictOfLabel = [UNJUDGED, HIT, MISS, IGNORED] as const;

/**
 * Tiny boxes counted in hexagons that lie fast on the image. A level spans a factor of the root of 2 in scale. Kept up
 * to date label by label.
 */
export interface Bins {
  readonly level: number;
  /** Centre to corner, image pixels. */
  readonly radius: number;
  readonly add: (place: number) => void;
  readonly remove: (place: number) => void;
  /** Whether a count stands for the label, or for the ghost. */
  readonly gathersLabel: (place: number) => boolean;
  readonly gathersGhost: (place: number) => boolean;
  readonly crowded: () => readonly DensityBin[];
  /** Whether a count is drawn at an image point. */
  readonly isCrowdedAt: (x: number, y: number) => boolean;
}

export function binLevel(scale: number): number {
  return Math.floor(2 * Math.log2(scale));
}

/** labels, ghosts: null for those that are not shown. */
export function makeBins(level: number, labels: Labels | null, ghosts: Ghosts | null): Bins {
  const scale = 2 ** (level / 2);
  const radius = HEX_RADIUS / scale;
  const tinySide = TINY_SIDE / (scale * 2 ** 0.25); // at the middle of the level
  const bins: DensityBin[] = [];
  const binByKey = new Map<number, number>();
  let binOfLabel = new Int32Array(labels ? labels.extent() + 256 : 0).fill(NONE);
  const binOfGhost = new Int32Array(ghosts?.count ?? 0).fill(NONE);

  function binRound(x: number, y: number): number {
    const hex = hexAt(x, y, radius);
    const key = hex.q * 4_194_304 + hex.r;
    let bin = binByKey.get(key);
    if (bin === undefined) {
      const byVerdict = new Array<number>(verdictNames.length).fill(0);
      bin = bins.push({ ...hexCentre(hex, radius), count: 0, byVerdict }) - 1;
      binByKey.set(key, bin);
    }
    return bin;
  }

  function count(boxes: Float64Array, place: number, verdict: number): number {
    const at = place * 4;
    const w = boxes[at + 2]!;
    const h = boxes[at + 3]!;
    if (Math.max(w, h) >= tinySide) return NONE;
    const bin = binRound(boxes[at]! + w / 2, boxes[at + 1]! + h / 2);
    bins[bin]!.count += 1;
    bins[bin]!.byVerdict[verdict]! += 1;
    return bin;
  }

  const isCrowded = (bin: number) => bin !== NONE && bins[bin]!.count >= CROWDED;
  const labelVerdict = (place: number) => verdictOfLabel[labels!.columns.verdict[place]!]!;

  const made: Bins = {
    level,
    radius,
    add(place) {
      if (!labels) return;
      if (place >= binOfLabel.length) {
        const larger = new Int32Array(place * 2).fill(NONE);
        larger.set(binOfLabel);
        binOfLabel = larger;
      }
      binOfLabel[place] = count(labels.columns.boxes, place, labelVerdict(place));
    },
    remove(place) {
      const bin = binOfLabel[place] ?? NONE;
      if (bin === NONE) return;
      bins[bin]!.count -= 1;
      bins[bin]!.byVerdict[labelVerdict(place)]! -= 1;
      binOfLabel[place] = NONE;
    },
    gathersLabel: (place) => isCrowded(binOfLabel[place]!),
    gathersGhost: (place) => isCrowded(binOfGhost[place]!),
    crowded: () => bins.filter((bin) => bin.count >= CROWDED),
    isCrowdedAt(x, y) {
      const hex = hexAt(x, y, radius);
      return isCrowded(binByKey.get(hex.q * 4_194_304 + hex.r) ?? NONE);
    },
  };
  if (labels) for (const place of labels.places()) made.add(place);
  if (ghosts) {
    for (let place = 0; place < ghosts.count; place += 1) {
      if (ghosts.marked[place] === 1) binOfGhost[place] = count(ghosts.boxes, place, FALSE_ALARM);
    }
  }
  return made;
}
