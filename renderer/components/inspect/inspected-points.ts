import type { ImageInspection } from "../../../shared/api/models.ts";
import { intersectionOverUnion } from "../../../shared/geometry/boxes.ts";

type Box = readonly [number, number, number, number];

/** Which of a layer's sampling points are looked at; null means all. */
export interface PointChoice {
  readonly layer: number;
  readonly head: number | null;
  readonly level: number | null;
}

export interface SamplingPoint {
  /** Pixels of the picture. */
  readonly x: number;
  readonly y: number;
  /** Share of the layer's attention, all heads together 1. */
  readonly share: number;
  readonly level: number;
  /** In the box that the layer starts from. */
  readonly inside: boolean;
}

/** The points of one layer. Weights and points run over heads, then levels, then points. */
export function samplingPoints(
  { heads, levels, points, layers }: ImageInspection,
  { layer, head, level }: PointChoice,
): SamplingPoint[] {
  const query = layers[layer];
  if (!query) return [];
  const [left, top, width, height] = query.reference;
  const found: SamplingPoint[] = [];
  for (let h = 0; h < heads; h += 1) {
    for (let l = 0; l < levels; l += 1) {
      if ((head !== null && head !== h) || (level !== null && level !== l)) continue;
      for (let p = 0; p < points; p += 1) {
        const k = (h * levels + l) * points + p;
        const x = query.points[2 * k]!;
        const y = query.points[2 * k + 1]!;
        const inside = x >= left && x <= left + width && y >= top && y <= top + height;
        found.push({ x, y, share: query.weights[k]! / heads, level: l, inside });
      }
    }
  }
  return found;
}

/** What each layer made of the box. */
export interface LayerRow {
  readonly layer: number;
  readonly name: string;
  readonly score: number;
  /** Of the layer's box with the box asked for. */
  readonly iou: number;
  /** Share of the attention that falls inside the box the layer starts from. */
  readonly inside: number;
  /** Share of the attention on each level, the finest first. */
  readonly byLevel: readonly number[];
}

export function layerRows(inspection: ImageInspection, box: Box): LayerRow[] {
  return inspection.layers.map((query, layer) => {
    const points = samplingPoints(inspection, { layer, head: null, level: null });
    const byLevel = Array.from({ length: inspection.levels }, () => 0);
    let inside = 0;
    for (const point of points) {
      byLevel[point.level]! += point.share;
      if (point.inside) inside += point.share;
    }
    return {
      layer,
      name: inspection.labels[query.label] ?? String(query.label),
      score: query.score,
      iou: intersectionOverUnion(query.box, box),
      inside,
      byLevel,
    };
  });
}
