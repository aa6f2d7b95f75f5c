import type { SamplingGrid } from "./layers.ts";
import type { Ops } from "./ops.ts";

/**
 * What bilinear sampling is made of. M = B*Q queries, J = H*L*P samples of one query (head, level, point),
 * R = B*Q*H rows. Corners are ordered top left, top right, bottom left, bottom right.
 */
export interface SamplingPieces<T> {
  /** Fractions of the way to the right and to the lower neighbour, [M,J]. */
  readonly fractionX: T;
  readonly fractionY: T;
  /** 1 where the left, right, upper, lower neighbours lie inside the map, [M,J]. */
  readonly inside: { readonly left: T; readonly right: T; readonly top: T; readonly bottom: T };
  /** Bilinear weight of each side, zero outside the map, [M,J]. */
  readonly side: { readonly left: T; readonly right: T; readonly top: T; readonly bottom: T };
  /** Rows of the value of the four corners, int32 [R, 4*L*P], corner by corner. */
  readonly rows: T;
  /** Bilinear weight times attention, [R, 4*L*P]. */
  readonly weights: T;
}

/**
 * Multi-scale deformable attention of Deformable DETR: each head of each query takes a weighted sum of
 * bilinear samples, zero outside the maps, pixel centres at .5 (align_corners false).
 * value: [B,S,C], S over all levels; x, y: [M,J] in pixels of their level's map, centre of the first at 0;
 * attention: [M,J]. Returns [M,C].
 */
export function sampleValues<T>(
  ops: Ops<T>,
  value: T,
  x: T,
  y: T,
  attention: T,
  grid: SamplingGrid,
): T {
  const channels = ops.shapeOf(value)[2]!;
  const pieces = samplingPieces(ops, x, y, attention, grid);
  const corners = ops.gatherRows(valueRows(ops, value, grid), pieces.rows); // [R,4LP,C/H]
  const [rowCount, cornerCount] = ops.shapeOf(pieces.weights) as [number, number];
  const sums = ops.matMul(ops.reshape(pieces.weights, [rowCount, 1, cornerCount]), corners);
  return ops.reshape(sums, [rowCount / grid.heads, channels]);
}

/** The value with one row for each position and head: [B*S*H, C/H]. No data moves. */
export function valueRows<T>(ops: Ops<T>, value: T, grid: SamplingGrid): T {
  const [batch, positions, channels] = ops.shapeOf(value) as [number, number, number];
  return ops.reshape(value, [batch * positions * grid.heads, channels / grid.heads]);
}

/** See `SamplingPieces`. Rows are computed in float32, exact below 2^24 of them. */
export function samplingPieces<T>(
  ops: Ops<T>,
  x: T,
  y: T,
  attention: T,
  grid: SamplingGrid,
): SamplingPieces<T> {
  const [queries, samples] = ops.shapeOf(x) as [number, number];
  const constants = gridConstants(ops, grid, queries);
  const across = neighbours(ops, x, constants.lastColumn);
  const down = neighbours(ops, y, constants.lastRow);

  const top = ops.mul(attention, down.sideLow);
  const bottom = ops.mul(attention, down.sideHigh);
  const rowTop = ops.add(ops.mul(down.low, constants.rowStep), constants.base);
  const rowBottom = ops.add(ops.mul(down.high, constants.rowStep), constants.base);
  const left = ops.mul(across.low, grid.heads);
  const right = ops.mul(across.high, grid.heads);

  const rowCount = queries * grid.heads;
  const perHead = (piece: T): T => ops.reshape(piece, [rowCount, samples / grid.heads]);
  const rows = [
    ops.add(rowTop, left),
    ops.add(rowTop, right),
    ops.add(rowBottom, left),
    ops.add(rowBottom, right),
  ];
  const weights = [
    ops.mul(top, across.sideLow),
    ops.mul(top, across.sideHigh),
    ops.mul(bottom, across.sideLow),
    ops.mul(bottom, across.sideHigh),
  ];
  return {
    fractionX: across.fraction,
    fractionY: down.fraction,
    inside: {
      left: across.insideLow,
      right: across.insideHigh,
      top: down.insideLow,
      bottom: down.insideHigh,
    },
    side: {
      left: across.sideLow,
      right: across.sideHigh,
      top: down.sideLow,
      bottom: down.sideHigh,
    },
    rows: ops.toInt(ops.concat(rows.map(perHead), 1)),
    weights: ops.concat(weights.map(perHead), 1),
  };
}

/** The two whole positions around each coordinate, clamped into 0..last, and their bilinear weights. */
function neighbours<T>(ops: Ops<T>, position: T, last: T) {
  const low = ops.floor(position);
  const high = ops.add(low, 1);
  const fraction = ops.sub(position, low);
  const clampedLow = ops.minimum(ops.maximum(low, 0), last);
  const clampedHigh = ops.minimum(ops.maximum(high, 0), last);
  const insideLow = ops.equal(low, clampedLow);
  const insideHigh = ops.equal(high, clampedHigh);
  return {
    fraction,
    low: clampedLow,
    high: clampedHigh,
    insideLow,
    insideHigh,
    sideLow: ops.mul(ops.sub(1, fraction), insideLow),
    sideHigh: ops.mul(fraction, insideHigh),
  };
}

/** Per sample [J]: the map's last column and row, and rows of the value per map row; base row [M or 1, J]. */
function gridConstants<T>(ops: Ops<T>, grid: SamplingGrid, queries: number) {
  const { heads, points, shapes, batch } = grid;
  const samples = heads * shapes.length * points;
  const perSample = (of: (level: number, head: number) => number): Float32Array =>
    Float32Array.from({ length: samples }, (_, j) =>
      of(Math.floor(j / points) % shapes.length, Math.floor(j / (points * shapes.length))),
    );
  const starts: number[] = [];
  let positions = 0;
  for (const [height, width] of shapes) {
    starts.push(positions);
    positions += height * width;
  }
  const imageBase = perSample((level, head) => starts[level]! * heads + head);
  const perImage = queries / batch;
  const base = new Float32Array(batch === 1 ? samples : queries * samples);
  for (let i = 0; i < base.length; i += 1) {
    const image = Math.floor(i / samples / perImage);
    base[i] = imageBase[i % samples]! + (batch === 1 ? 0 : image * positions * heads);
  }
  return {
    lastColumn: ops.constant(
      perSample((level) => shapes[level]![1] - 1),
      [samples],
    ),
    lastRow: ops.constant(
      perSample((level) => shapes[level]![0] - 1),
      [samples],
    ),
    rowStep: ops.constant(
      perSample((level) => shapes[level]![1] * heads),
      [samples],
    ),
    base: ops.constant(base, [base.length / samples, samples]),
  };
}

/** Width and height of each sample's map, [J] each: samples are ordered head, level, point. */
export function mapSizes(grid: SamplingGrid): { widths: Float32Array; heights: Float32Array } {
  const { heads, points, shapes } = grid;
  const samples = heads * shapes.length * points;
  const level = (j: number): number => Math.floor(j / points) % shapes.length;
  return {
    widths: Float32Array.from({ length: samples }, (_, j) => shapes[level(j)]![1]),
    heights: Float32Array.from({ length: samples }, (_, j) => shapes[level(j)]![0]),
  };
}
