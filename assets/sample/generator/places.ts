import {
  marketSquare,
  parkingLot,
  pavementLife,
  roadWorks,
  surroundings,
  traffic,
  zebra,
} from "./furnish.ts";
import { nearest, placeOn, type Box, type Point } from "./plane.ts";
import { drawRoads, halfReach, type Road } from "./roads.ts";
import type { Random } from "./random.ts";
import type { Light } from "./sprites.ts";
import type { Stage } from "./stage.ts";

export const lights = {
  noon: { fall: { x: 0.35, y: 0.3 }, shade: 0.38, tint: [1.02, 1.01, 0.98] },
  morning: { fall: { x: -0.8, y: 0.28 }, shade: 0.34, tint: [1.06, 0.99, 0.9] },
  evening: { fall: { x: 0.95, y: -0.2 }, shade: 0.36, tint: [1.04, 0.93, 0.83] },
  overcast: { fall: { x: 0.12, y: 0.12 }, shade: 0.16, tint: [0.93, 0.96, 0.99] },
  dusk: { fall: { x: 0.2, y: 0.2 }, shade: 0.2, tint: [0.6, 0.63, 0.74] },
} as const satisfies Record<string, Light>;

/** Each furnishes an empty stage. */
export const places = {
  crossing: (stage: Stage): void => {
    const { width, height, random, scale } = stage;
    meadow(stage);
    const centre = { x: width * random.between(0.38, 0.62), y: height * random.between(0.4, 0.62) };
    const turn = random.between(-0.3, 0.3);
    const main: Road = {
      line: through(centre, turn, 1500),
      lanes: 2,
      divided: false,
      pavement: true,
    };
    const side: Road = {
      line: through(centre, turn + 1.5 + random.between(-0.1, 0.2), 1500),
      lanes: 1,
      divided: false,
      pavement: true,
    };
    stage.ground(drawRoads([main, side], scale));
    for (const [road, other] of [
      [main, side],
      [side, main],
    ] as const)
      for (const sign of [-1, 1]) {
        const spot = placeOn(road.line, 1500 + sign * (other.lanes * 3.4 + 5) * scale);
        if (spot) zebra(stage, road, spot.at, spot.angle);
      }
    traffic(stage, main, 0.55);
    traffic(stage, side, 0.35);
    pavementLife(stage, main, 7);
    pavementLife(stage, side, 8);
    if (random.chance(0.6)) farYard(stage, [main, side], "vehicle");
    surroundings(stage, [main, side], 90, 170, 13);
  },
  "car-park": (stage: Stage): void => {
    const { width, height, random, scale } = stage;
    meadow(stage);
    const road: Road = {
      line: through({ x: width / 2, y: height * 0.9 }, random.between(-0.04, 0.04), 1500),
      lanes: 1,
      divided: false,
      pavement: true,
    };
    stage.ground(drawRoads([road], scale));
    const lot: Box = {
      x: width * 0.08,
      y: height * 0.1,
      w: Math.min(width * 0.7, 82 * scale),
      h: Math.min(height * 0.62, 62 * scale),
    };
    const yard: Box = { x: width * 0.83, y: height * 0.16, w: width * 0.13, h: height * 0.3 };
    stage.blurCrowd(yard, "vehicle");
    parkingLot(stage, lot, random.between(0.6, 0.85));
    traffic(stage, road, 0.3);
    pavementLife(stage, road, 9);
    const fence: Road = {
      line: [
        { x: lot.x, y: lot.y + lot.h / 2 },
        { x: lot.x + lot.w, y: lot.y + lot.h / 2 },
      ],
      lanes: lot.h / 2 / scale / 3.4,
      divided: false,
      pavement: false,
    };
    surroundings(stage, [road, fence], 40, 150, 9);
  },
  square: (stage: Stage): void => {
    const { width, height, random, scale } = stage;
    meadow(stage, "#8f8a7e");
    const road: Road = {
      line: through({ x: width / 2, y: height * 0.9 }, random.between(-0.03, 0.03), 1500),
      lanes: 1,
      divided: false,
      pavement: true,
    };
    stage.ground(drawRoads([road], scale));
    const area: Box = { x: width * 0.14, y: height * 0.14, w: width * 0.72, h: height * 0.62 };
    const far: Box = {
      x: area.x + area.w * random.between(0.05, 0.6),
      y: area.y + 4,
      w: width * 0.16,
      h: height * 0.1,
    };
    marketSquare(stage, area, Math.round(Math.min(190, (area.w * area.h) / (scale * scale * 16))));
    if (stage.free(far)) stage.blurCrowd(far, "people");
    traffic(stage, road, 0.25);
    pavementLife(stage, road, 6);
    const fence: Road = {
      line: [
        { x: area.x, y: area.y + area.h / 2 },
        { x: area.x + area.w, y: area.y + area.h / 2 },
      ],
      lanes: area.h / 2 / scale / 3.4,
      divided: false,
      pavement: false,
    };
    surroundings(stage, [road, fence], 160, 60, 14);
  },
  motorway: (stage: Stage): void => {
    const { width, height, random, scale } = stage;
    meadow(stage);
    const turn = random.between(-0.35, 0.35);
    const road: Road = {
      line: through({ x: width / 2, y: height / 2 }, turn, 1500),
      lanes: 3,
      divided: true,
      pavement: false,
    };
    stage.ground(drawRoads([road], scale));
    const start = (1500 - width * 0.3) / scale;
    const closed = roadWorks(stage, road, start, start + (width * 0.6) / scale);
    traffic(stage, road, random.between(0.15, 0.6), closed);
    for (const side of [-1, 1])
      for (let along = 900; along < 2200; along += 26 * scale) {
        const spot = placeOn(road.line, along + random.between(0, 6) * scale);
        const by = side * 13.4 * scale;
        if (spot)
          stage.place("traffic-sign", {
            x: spot.at.x - Math.sin(spot.angle) * by,
            y: spot.at.y + Math.cos(spot.angle) * by,
          });
      }
    if (random.chance(0.5)) farYard(stage, [road], "vehicle");
    surroundings(stage, [road], 14, 260, 8);
  },
  street: (stage: Stage): void => {
    const { width, height, random, scale } = stage;
    meadow(stage);
    const bend = bow(width, height, random);
    const road: Road = { line: bend, lanes: 1, divided: false, pavement: true };
    const start = placeOn(bend, width * random.between(0.4, 0.6))!;
    const side: Road = {
      line: [
        start.at,
        {
          x: start.at.x + Math.sin(start.angle) * 900,
          y: start.at.y - Math.cos(start.angle) * 900,
        },
      ],
      lanes: 1,
      divided: false,
      pavement: true,
    };
    stage.ground(drawRoads([road, side], scale));
    const closed = random.chance(0.5) ? roadWorks(stage, side, 14, 45) : null;
    traffic(stage, road, 0.3);
    traffic(stage, side, 0.2, closed);
    pavementLife(stage, road, 5.5);
    pavementLife(stage, side, 6.5);
    farYard(stage, [road, side], "people");
    surroundings(stage, [road, side], 150, 160, 9);
  },
} as const;

/** An ignore region in a corner of the picture that no road touches. */
function farYard(stage: Stage, roads: readonly Road[], kind: "people" | "vehicle"): void {
  const { width, height, random, scale } = stage;
  const [w, h] = [width * random.between(0.09, 0.14), height * random.between(0.1, 0.16)];
  for (const x of [width * 0.03, width * 0.84])
    for (const y of [height * 0.04, height * 0.78]) {
      const centre = { x: x + w / 2, y: y + h / 2 };
      const reach = Math.hypot(w, h) / 2;
      const clear = roads.every(
        (road) => nearest(road.line, centre).distance > reach + halfReach(road) * scale,
      );
      const area = { x, y, w, h };
      if (clear && stage.free(area)) {
        stage.blurCrowd(area, kind);
        return;
      }
    }
}

function meadow({ ground, width, height }: Stage, colour = "#7f8d5c"): void {
  ground(`<rect width="${width}" height="${height}" fill="${colour}"/>`);
}

/** A straight line of twice `reach` pixels through a point, in short pieces. */
function through(centre: Point, angle: number, reach: number): Point[] {
  return Array.from({ length: 61 }, (_, i) => {
    const along = (i / 30 - 1) * reach;
    return { x: centre.x + Math.cos(angle) * along, y: centre.y + Math.sin(angle) * along };
  });
}

/** A gentle S across the picture. */
function bow(width: number, height: number, random: Random): Point[] {
  const swing = height * random.between(0.08, 0.2) * random.pick([-1, 1]);
  const middle = height * random.between(0.45, 0.6);
  return Array.from({ length: 81 }, (_, i) => {
    const t = i / 80;
    return { x: -60 + (width + 120) * t, y: middle + Math.sin(t * Math.PI * 2 - 0.6) * swing };
  });
}
