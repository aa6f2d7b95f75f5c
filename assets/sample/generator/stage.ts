import { clip, grow, overlap, rectangle, type Box, type Point } from "./plane.ts";
import type { Random } from "./random.ts";
import { building, tree } from "./scenery.ts";
import {
  bicycle,
  cone,
  person,
  polygon,
  sign,
  vehicle,
  type Body,
  type Light,
  type Sprite,
} from "./sprites.ts";

export type Kind = "people" | "rider" | "bicycle" | "vehicle" | "traffic-sign" | "warning-cone";

export interface Placed {
  readonly kind: Kind;
  /** Clipped to the picture, pixels. */
  readonly box: Box;
  /** Share of the drawn box inside the picture, 0..1. */
  readonly visible: number;
}

/** Everything of one picture while it is being furnished; paint order is ground, objects, buildings, trees. */
export interface Stage {
  readonly width: number;
  readonly height: number;
  readonly scale: number;
  readonly light: Light;
  readonly random: Random;
  readonly objects: Placed[];
  /** Things a detector may take for an object: roof fittings, bins, bushes. */
  readonly lures: Box[];
  /** Areas where nobody could label single objects. */
  readonly ignoreRegions: Box[];
  readonly ground: (svg: string) => void;
  /** Draws an object unless it would cover another or lies outside. Returns whether it did. */
  readonly place: (kind: Kind, at: Point, angle?: number, body?: Body) => boolean;
  readonly build: (at: Point, length: number, width: number, angle: number, high: number) => void;
  readonly plant: (at: Point, radius: number) => void;
  /** Whether nothing labelled and no building stands in the box. */
  readonly free: (box: Box) => boolean;
  /** A bin or bush: small, and no object. */
  readonly lure: (at: Point) => void;
  /** Indistinct shapes under one ignore region. */
  readonly blurCrowd: (area: Box, kind: "people" | "vehicle") => void;
  readonly svg: () => string;
}

export interface StageOptions {
  readonly width: number;
  readonly height: number;
  readonly scale: number;
  readonly light: Light;
  readonly random: Random;
}

const middle = ({ x, y, w, h }: Box): Point => ({ x: x + w / 2, y: y + h / 2 });

/** Least width and height of a labelled object in pixels. */
const LEAST_SIDE = 2.5;

export function createStage({ width, height, scale, light, random }: StageOptions): Stage {
  const layers = { ground: [] as string[], blurred: [] as string[], high: [] as string[] };
  const sprites: { sprite: Sprite; depth: number }[] = [];
  const taken: Box[] = [];
  const objects: Placed[] = [];
  const lures: Box[] = [];
  const ignoreRegions: Box[] = [];
  const pose = (at: Point, angle = 0) => ({ at, angle, scale, light });
  const free = (box: Box): boolean =>
    taken.every(
      (other) => overlap(box, other) <= 0.06 * Math.min(box.w * box.h, other.w * other.h),
    );

  const draw = (kind: Kind, at: Point, angle: number, body: Body): Sprite => {
    switch (kind) {
      case "people":
        return person(pose(at), random);
      case "rider":
        return bicycle(pose(at), true, random);
      case "bicycle":
        return bicycle(pose(at), false, random);
      case "vehicle":
        return vehicle(pose(at, angle), body, random);
      case "traffic-sign":
        return sign(pose(at), random);
      case "warning-cone":
        return cone(pose(at), random);
    }
  };

  return {
    width,
    height,
    scale,
    light,
    random,
    objects,
    lures,
    ignoreRegions,
    free,
    ground: (svg) => void layers.ground.push(svg),
    place: (kind, at, angle = 0, body = "car") => {
      const sprite = draw(kind, at, angle, body);
      const box = clip(sprite.box, width, height);
      if (!box || box.w < LEAST_SIDE || box.h < LEAST_SIDE || !free(sprite.box)) return false;
      sprites.push({ sprite, depth: at.y });
      taken.push(sprite.box);
      objects.push({ kind, box, visible: (box.w * box.h) / (sprite.box.w * sprite.box.h) });
      return true;
    },
    build: (at, length, wide, angle, high) => {
      const made = building(at, length, wide, angle, high, scale, light, random);
      if (!free(grow(made.box, scale))) return;
      taken.push(made.box);
      layers.ground.push(made.shadow);
      layers.high.push(made.svg);
      lures.push(...made.fittings);
    },
    plant: (at, radius) => {
      if (
        !free({ x: at.x - radius * 0.8, y: at.y - radius * 0.8, w: radius * 1.6, h: radius * 1.6 })
      )
        return;
      const made = tree(at, radius, light, random);
      layers.ground.push(made.shadow);
      layers.high.push(made.svg);
      if (radius < 1.6 * scale)
        lures.push({ x: at.x - radius, y: at.y - radius, w: 2 * radius, h: 2 * radius });
    },
    lure: (at) => {
      const [w, h] = [random.between(0.8, 1.6) * scale, random.between(1, 1.9) * scale];
      const box = { x: at.x - w / 2, y: at.y - h, w, h };
      if (!free(box)) return;
      taken.push(box);
      lures.push(box);
      const fill = random.pick(["#4a5a4c", "#83684a", "#6f7780", "#b5532e"]);
      const corners = [at.x - w / 2, at.x + w / 2].flatMap((x) => [
        { x, y: at.y },
        { x, y: at.y - h },
      ]);
      const [a, b, c, d] = corners as [Point, Point, Point, Point];
      sprites.push({ sprite: { svg: polygon([a, b, d, c], fill), shadow: "", box }, depth: at.y });
    },
    blurCrowd: (area, kind) => {
      const pad = kind === "people" ? "#aa9f8d" : "#777873";
      layers.ground.push(polygon(rectangle(middle(area), area.w + 8, area.h + 8, 0), pad));
      const step = (kind === "people" ? 1.3 : 3.1) * scale;
      for (let y = area.y + step; y < area.y + area.h; y += step)
        for (let x = area.x + step / 2; x < area.x + area.w; x += step * 0.8) {
          if (!random.chance(0.78)) continue;
          const at = { x: x + random.between(-1, 1), y: y + random.between(-1, 1) };
          layers.blurred.push(draw(kind, at, Math.PI / 2, "car").svg);
        }
      ignoreRegions.push(area);
      taken.push(area);
    },
    svg: () => {
      const ordered = [...sprites].sort((a, b) => a.depth - b.depth).map(({ sprite }) => sprite);
      return [
        `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">`,
        '<defs><filter id="far"><feGaussianBlur stdDeviation="1.6"/></filter></defs>',
        ...layers.ground,
        `<g filter="url(#far)" opacity=".8">${layers.blurred.join("")}</g>`,
        ...ordered.map(({ shadow }) => shadow),
        ...ordered.map(({ svg }) => svg),
        ...layers.high,
        "</svg>",
      ].join("");
    },
  };
}
