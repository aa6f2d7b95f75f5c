import { beside, type Point } from "./plane.ts";
import { stroke } from "./scenery.ts";

/** A road: its middle line in pixels, lanes per direction, and whether a strip parts the directions. */
export interface Road {
  readonly line: readonly Point[];
  readonly lanes: number;
  readonly divided: boolean;
  /** One-way roads and car-park aisles have no pavement. */
  readonly pavement: boolean;
}

const LANE = 3.4;
const PAVEMENT = 3.2;

/** Half of the asphalt, in metres. */
export const halfWidth = ({ lanes, divided }: Road): number => lanes * LANE + (divided ? 1.2 : 0);

/** Half of all that belongs to the road, in metres. */
export const halfReach = (road: Road): number => halfWidth(road) + (road.pavement ? PAVEMENT : 0.8);

/** Where vehicles drive: a line along each lane, in driving direction. scale: pixels per metre. */
export function laneLines(road: Road, scale: number): Point[][] {
  const inner = road.divided ? 1.2 : 0;
  return Array.from(
    { length: road.lanes },
    (_, lane) => (inner + (lane + 0.5) * LANE) * scale,
  ).flatMap((by) => [beside(road.line, by), beside(road.line, -by).reverse()]);
}

/** The middle of both pavements. */
export const pavementLines = (road: Road, scale: number): Point[][] =>
  [1, -1].map((side) => beside(road.line, side * (halfWidth(road) + PAVEMENT / 2) * scale));

/** Two layers, so that crossings come out clean: all pavements first, then all asphalt, then the marks. */
export function drawRoads(roads: readonly Road[], scale: number): string {
  const kerb = roads
    .filter(({ pavement }) => pavement)
    .map((road) => stroke(road.line, "#a9a69f", 2 * halfReach(road) * scale))
    .concat(
      roads
        .filter(({ pavement }) => pavement)
        .map((road) => stroke(road.line, "#c4c1b8", 2 * (halfWidth(road) + 0.25) * scale)),
    );
  const asphalt = roads.map((road) =>
    stroke(road.line, road.lanes > 1 ? "#5b5e63" : "#63656a", 2 * halfWidth(road) * scale),
  );
  return [...kerb, ...asphalt, ...roads.flatMap((road) => marks(road, scale))].join("");
}

function marks(road: Road, scale: number): string[] {
  const paint = Math.max(0.8, 0.16 * scale);
  const dashes = `stroke-dasharray="${(3 * scale).toFixed(1)} ${(5 * scale).toFixed(1)}"`;
  const inner = road.divided ? 1.2 : 0;
  const between = Array.from({ length: road.lanes - 1 }, (_, i) => inner + (i + 1) * LANE);
  const sides = [1, -1];
  const edge = halfWidth(road) - 0.35;
  return [
    ...(road.divided
      ? [stroke(road.line, "#7f8a68", 1.6 * scale), stroke(road.line, "#b9bcbd", 0.35 * scale)]
      : [stroke(road.line, "#e9e6da", paint, dashes)]),
    ...sides.flatMap((side) =>
      between.map((by) => stroke(beside(road.line, side * by * scale), "#e9e6da", paint, dashes)),
    ),
    ...(road.pavement && road.lanes === 1
      ? []
      : sides.map((side) => stroke(beside(road.line, side * edge * scale), "#dcd9ce", paint))),
  ];
}
