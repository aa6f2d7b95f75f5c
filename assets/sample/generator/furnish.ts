import { nearest, placeOn, rectangle, boxAround, type Box, type Point } from "./plane.ts";
import { halfReach, halfWidth, laneLines, pavementLines, type Road } from "./roads.ts";
import { bodyLength, polygon, type Body } from "./sprites.ts";
import type { Stage } from "./stage.ts";

/** Vehicles along every lane. busy: 0 (empty) to 1 (a jam). closed: a place kept free, such as a building site. */
export function traffic(stage: Stage, road: Road, busy: number, closed: Box | null = null): void {
  const { random, scale } = stage;
  for (const lane of laneLines(road, scale)) {
    let along = random.between(0, 12) * scale;
    for (let spot = placeOn(lane, along); spot; spot = placeOn(lane, along)) {
      const body = vehicleBody(stage, road);
      const { at, angle } = spot;
      if (!closed || !inside(closed, at))
        stage.place("vehicle", at, angle + random.normal() * 0.012, body);
      const gap = random.chance(busy) ? random.between(1.6, 4) : random.between(7, 46);
      along += (bodyLength(body) + 2.2 + gap) * scale;
    }
  }
}

const inside = (box: Box, { x, y }: Point): boolean =>
  x > box.x && x < box.x + box.w && y > box.y && y < box.y + box.h;

function vehicleBody({ random }: Stage, road: Road): Body {
  const roll = random.next();
  if (road.lanes > 1 && roll < 0.1) return "lorry";
  if (roll < 0.05) return "bus";
  return roll < 0.22 ? "van" : "car";
}

/** People, parked bicycles, signs and bins on the pavements; riders along the kerb. each: metres from one to the next. */
export function pavementLife(stage: Stage, road: Road, each: number): void {
  const { random, scale } = stage;
  for (const [side, line] of pavementLines(road, scale).entries()) {
    let along = random.between(0, each) * scale;
    for (let spot = placeOn(line, along); spot; spot = placeOn(line, along)) {
      const at = {
        x: spot.at.x + random.normal() * 0.8 * scale,
        y: spot.at.y + random.normal() * 0.8 * scale,
      };
      const roll = random.next();
      if (roll < 0.62) group(stage, at);
      else if (roll < 0.74) bicycleRow(stage, spot.at, spot.angle);
      else if (roll < 0.86) stage.place("traffic-sign", spot.at);
      else if (roll < 0.93) stage.lure(at);
      else stage.place("rider", rideAt(spot.at, spot.angle, side === 0 ? -1 : 1, 2.4 * scale));
      along += each * random.between(0.3, 1.7) * scale;
    }
  }
}

const rideAt = (at: Point, angle: number, side: number, by: number): Point => ({
  x: at.x - Math.sin(angle) * side * by,
  y: at.y + Math.cos(angle) * side * by,
});

function group(stage: Stage, at: Point): void {
  const { random, scale } = stage;
  for (let i = random.whole(1, 3); i > 0; i -= 1)
    stage.place("people", {
      x: at.x + random.normal() * scale,
      y: at.y + random.normal() * 0.8 * scale,
    });
}

function bicycleRow(stage: Stage, at: Point, angle: number): void {
  const { random, scale } = stage;
  const step = Math.max(7, 2.6 * scale);
  for (let i = random.whole(2, 6); i > 0; i -= 1)
    stage.place("bicycle", {
      x: at.x + i * step * Math.cos(angle),
      y: at.y + i * step * Math.sin(angle),
    });
}

/** Rows of parked cars. area in pixels; full: share of bays taken. */
export function parkingLot(stage: Stage, area: Box, full: number): void {
  const { random, scale } = stage;
  const [bay, deep, aisle] = [2.7 * scale, 5.2 * scale, 6.4 * scale];
  const centre = { x: area.x + area.w / 2, y: area.y + area.h / 2 };
  stage.ground(polygon(rectangle(centre, area.w, area.h, 0), "#6b6d70"));
  const line = (x: number, y: number): string =>
    `<rect x="${x.toFixed(1)}" y="${y.toFixed(1)}" width="${Math.max(0.7, 0.12 * scale).toFixed(2)}" height="${deep.toFixed(1)}" fill="#e2dfd4"/>`;
  for (let top = area.y + scale, row = 0; top + deep < area.y + area.h; row += 1) {
    const marks: string[] = [];
    for (let x = area.x + scale; x + bay < area.x + area.w - scale; x += bay) {
      marks.push(line(x, top));
      if (!random.chance(full)) continue;
      const at = {
        x: x + bay / 2 + random.normal() * 0.12 * scale,
        y: top + deep / 2 + 0.3 * scale,
      };
      const heading = (random.chance(0.5) ? 1 : -1) * (Math.PI / 2) + random.normal() * 0.03;
      stage.place("vehicle", at, heading, random.chance(0.12) ? "van" : "car");
    }
    stage.ground(marks.join(""));
    top += row % 2 === 0 ? deep + aisle : deep + 0.4 * scale;
  }
  const walkers = Math.round((area.w * area.h) / (scale * scale * 420));
  for (let i = 0; i < walkers; i += 1)
    stage.place("people", {
      x: random.between(area.x, area.x + area.w),
      y: random.between(area.y, area.y + area.h),
    });
}

/** A paved square with stalls and a crowd. count: people to try to place. */
export function marketSquare(stage: Stage, area: Box, count: number): void {
  const { random, scale } = stage;
  const centre = { x: area.x + area.w / 2, y: area.y + area.h / 2 };
  stage.ground(polygon(rectangle(centre, area.w, area.h, 0), "#b7ab98"));
  for (let y = area.y; y < area.y + area.h; y += 4 * scale)
    stage.ground(polygon(rectangle({ x: centre.x, y }, area.w, 0.3 * scale, 0), "#a99d8b"));
  for (let i = 0; i < 9; i += 1) {
    const at = {
      x: random.between(area.x + 4 * scale, area.x + area.w - 4 * scale),
      y: random.between(area.y + 4 * scale, area.y + area.h - 4 * scale),
    };
    stage.build(at, random.between(3, 5.5) * scale, 3 * scale, random.pick([0, 0.06, -0.05]), 2.6);
  }
  for (let i = 0; i < count; i += 1) {
    const at = {
      x: centre.x + random.normal() * area.w * 0.24,
      y: centre.y + random.normal() * area.h * 0.24,
    };
    const roll = random.next();
    stage.place(roll < 0.88 ? "people" : roll < 0.95 ? "rider" : "bicycle", at);
  }
  for (let i = 0; i < 8; i += 1)
    stage.place("traffic-sign", {
      x: random.between(area.x, area.x + area.w),
      y: area.y + area.h - scale,
    });
}

/** A closed stretch of a road between two rows of cones, with workers and a lorry. Returns the closed area. */
export function roadWorks(stage: Stage, road: Road, from: number, to: number): Box {
  const { random, scale } = stage;
  const lane = laneLines(road, scale)[0]!;
  const stretch: Point[] = [];
  for (let along = from * scale; along < to * scale; along += 3.4 * scale) {
    const spot = placeOn(lane, along);
    if (!spot) break;
    stretch.push(spot.at);
    for (const side of [-1, 1]) {
      const off = side * 1.5 * scale;
      stage.place("warning-cone", {
        x: spot.at.x - Math.sin(spot.angle) * off + random.normal() * 0.15 * scale,
        y: spot.at.y + Math.cos(spot.angle) * off + random.normal() * 0.15 * scale,
      });
    }
    if (random.chance(0.2)) stage.place("people", spot.at);
  }
  const middle = placeOn(lane, ((from + to) / 2) * scale);
  if (middle) stage.place("vehicle", middle.at, middle.angle, "van");
  const [first] = stretch;
  if (first) stage.place("traffic-sign", first);
  return boxAround(stretch);
}

/** Houses along the roads and trees in what is left. dense: tries per picture. */
export function surroundings(
  stage: Stage,
  roads: readonly Road[],
  houses: number,
  trees: number,
  tall: number,
): void {
  const { random, scale, width, height } = stage;
  const clear = (at: Point, reach: number): number | null => {
    let angle = 0;
    let closest = Infinity;
    for (const road of roads) {
      const near = nearest(road.line, at);
      const room = near.distance - halfReach(road) * scale;
      if (room < reach) return null;
      if (room < closest) [closest, angle] = [room, near.angle];
    }
    return angle;
  };
  const anywhere = (): Point => ({
    x: random.between(-20, width + 20),
    y: random.between(-20, height + 60),
  });
  for (let i = 0; i < houses; i += 1) {
    const at = anywhere();
    const [length, wide] = [random.between(9, 24) * scale, random.between(8, 14) * scale];
    const angle = clear(at, Math.hypot(length, wide) / 2 + scale);
    if (angle !== null) stage.build(at, length, wide, angle, random.between(3.5, tall));
  }
  for (let i = 0; i < trees; i += 1) {
    const at = anywhere();
    const radius = random.between(0.8, 4.2) * scale;
    if (clear(at, radius * 0.6) !== null) stage.plant(at, radius);
  }
}

/** White stripes across a road. at: where its middle is crossed; angle: along the road. */
export function zebra(stage: Stage, road: Road, at: Point, angle: number): void {
  const { scale } = stage;
  const reach = halfWidth(road) * scale;
  for (let v = -reach + 0.5 * scale; v < reach; v += scale)
    stage.ground(
      polygon(
        rectangle(
          { x: at.x - Math.sin(angle) * v, y: at.y + Math.cos(angle) * v },
          3 * scale,
          0.5 * scale,
          angle,
        ),
        "#e6e3d8",
      ),
    );
}
