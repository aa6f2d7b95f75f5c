import { boxAround, hull, rectangle, shift, type Box, type Point } from "./plane.ts";
import type { Random } from "./random.ts";

/** What one picture is lit by. `fall` is the shadow of one metre of height, in metres on the ground. */
export interface Light {
  readonly fall: Point;
  readonly shade: number;
  readonly tint: readonly [number, number, number];
}

/** One drawn thing: SVG text, and the tight box of what was drawn without its shadow. */
export interface Sprite {
  readonly svg: string;
  readonly shadow: string;
  readonly box: Box;
}

/** Where and how large to draw. scale: pixels per metre; angle: heading in radians, clockwise. */
export interface Pose {
  readonly at: Point;
  readonly angle: number;
  readonly scale: number;
  readonly light: Light;
}

/** The camera looks from a little south of straight down, so a metre of height shows as this many metres. */
export const RISE = 0.45;

const round = (value: number): string => value.toFixed(2);

export function polygon(points: readonly Point[], fill: string, extra = ""): string {
  const path = points.map(({ x, y }) => `${round(x)},${round(y)}`).join(" ");
  return `<polygon points="${path}" fill="${fill}" ${extra}/>`;
}

export const ellipse = (x: number, y: number, rx: number, ry: number, fill: string): string =>
  `<ellipse cx="${round(x)}" cy="${round(y)}" rx="${round(rx)}" ry="${round(ry)}" fill="${fill}"/>`;

const shadowOf = (points: readonly Point[], height: number, { scale, light }: Pose): string => {
  const by = { x: light.fall.x * height * scale, y: light.fall.y * height * scale };
  return polygon(hull([...points, ...shift(points, by)]), "#0a0c14", `opacity="${light.shade}"`);
};

/** The same colour made lighter (above 1) or darker. colour: #rrggbb. */
export function tone(colour: string, factor: number): string {
  const parts = [1, 3, 5].map((i) => Number.parseInt(colour.slice(i, i + 2), 16));
  return `#${parts
    .map((part) =>
      Math.min(255, Math.round(part * factor))
        .toString(16)
        .padStart(2, "0"),
    )
    .join("")}`;
}

const paints = [
  ..."#e9e9e6 #f4f3ef #d7d8da #b9bdc2 #8f959c".split(" "),
  ..."#2b2e34 #3a3f47 #a3282a #c8402f #244f8e #3f78b5 #e0b33a #3f6b4f #7a5b42".split(" "),
];

const bodies = {
  car: { length: 4.5, width: 1.9, height: 1.45 },
  van: { length: 5.6, width: 2.1, height: 2.1 },
  lorry: { length: 9.4, width: 2.5, height: 3.1 },
  bus: { length: 12, width: 2.6, height: 3 },
} as const;
export type Body = keyof typeof bodies;

export const bodyLength = (body: Body): number => bodies[body].length;

/** A car, van, lorry or bus seen from above. */
export function vehicle(pose: Pose, body: Body, random: Random): Sprite {
  const { at, angle, scale } = pose;
  const size = bodies[body];
  const vary = random.between(0.94, 1.06);
  const [length, width] = [size.length * vary * scale, size.width * vary * scale];
  const paint =
    body === "bus" ? random.pick(["#c83c32", "#e2b03c", "#3f78b5"]) : random.pick(paints);
  const foot = rectangle(at, length, width, angle, Math.min(length, width) * 0.22);
  const lift = { x: 0, y: -size.height * RISE * 0.5 * scale };
  const whole = hull([...foot, ...shift(foot, lift)]);
  const along = (u: number, v = 0): Point => ({
    x: at.x + lift.x + Math.cos(angle) * u * length - Math.sin(angle) * v * width,
    y: at.y + lift.y + Math.sin(angle) * u * length + Math.cos(angle) * v * width,
  });
  const pane = (u: number, long: number, wide: number, fill: string): string =>
    polygon(rectangle(along(u), length * long, width * wide, angle), fill);
  const glass = "#1c2630";
  const top = polygon(shift(foot, lift), paint);
  const details =
    body === "lorry"
      ? pane(-0.11, 0.72, 0.94, tone(random.pick(["#dfe2e4", "#c9cdd0", "#b6793f"]), 1)) +
        pane(0.34, 0.05, 0.8, glass)
      : body === "bus"
        ? pane(0, 0.9, 0.7, tone(paint, 1.18)) +
          pane(-0.2, 0.12, 0.4, "#dcdcd8") +
          pane(0.46, 0.04, 0.8, glass)
        : pane(0.15, 0.13, 0.78, glass) +
          pane(body === "van" ? -0.44 : -0.33, 0.08, 0.74, glass) +
          pane(-0.09, body === "van" ? 0.6 : 0.34, 0.76, tone(paint, 1.12));
  const lamps = [-0.34, 0.34]
    .map((v) => along(0.47, v))
    .map(({ x, y }) => ellipse(x, y, scale * 0.16, scale * 0.16, "#fff6d8"))
    .join("");
  return {
    svg: polygon(whole, tone(paint, 0.55)) + top + details + lamps,
    shadow: shadowOf(foot, size.height, pose),
    box: boxAround(whole),
  };
}

/** A standing or walking person. */
export function person(pose: Pose, random: Random): Sprite {
  const { at, scale } = pose;
  const high = Math.max(5.6, 1.75 * 1.3 * scale) * random.between(0.88, 1.1);
  const wide = high * random.between(0.36, 0.46);
  const coat = random.pick([
    "#c93f3a",
    "#2f5fa8",
    "#e8e4da",
    "#25282e",
    "#d9a632",
    "#3d7d56",
    "#8a4f86",
    "#df7f95",
  ]);
  const hips = at.y - high * 0.42;
  const stride = wide * random.between(0.08, 0.3);
  const leg = (side: number): string =>
    polygon(
      [
        { x: at.x + side * stride - wide * 0.14, y: at.y },
        { x: at.x + side * stride + wide * 0.16, y: at.y },
        { x: at.x + wide * 0.24, y: hips },
        { x: at.x - wide * 0.24, y: hips },
      ],
      random.pick(["#23262d", "#39425a", "#5c5348"]),
    );
  const torso = rectangle({ x: at.x, y: at.y - high * 0.58 }, wide, high * 0.42, 0, wide * 0.22);
  const head = ellipse(
    at.x,
    at.y - high * 0.88,
    high * 0.125,
    high * 0.125,
    random.pick(["#e0b491", "#8a5a3c", "#3a2a20"]),
  );
  const foot = rectangle(at, wide * 0.8, wide * 0.4, 0);
  return {
    svg: leg(-1) + leg(1) + polygon(torso, coat) + head,
    shadow: shadowOf(foot, high / scale / 1.6, pose),
    box: { x: at.x - wide / 2, y: at.y - high, w: wide, h: high },
  };
}

/** A bicycle seen from its side, with a person on it where `ridden`. */
export function bicycle(pose: Pose, ridden: boolean, random: Random): Sprite {
  const { at, scale } = pose;
  const long = Math.max(6, 1.8 * 1.25 * scale) * random.between(0.92, 1.08);
  const radius = long * 0.2;
  const frame = random.pick(["#b02f2f", "#23364f", "#3b8266", "#e0dfda", "#d28a2d"]);
  const line = Math.max(0.8, long * 0.07);
  const wheels = [-1, 1]
    .map((side) => at.x + side * (long / 2 - radius - line / 2))
    .map(
      (x) =>
        `<circle cx="${round(x)}" cy="${round(at.y - radius)}" r="${round(radius)}" fill="#3a3a3a" fill-opacity=".35" stroke="#17191c" stroke-width="${round(line)}"/>`,
    )
    .join("");
  const [left, right, high] = [at.x - long * 0.27, at.x + long * 0.27, long * 0.56];
  const bars = `<path d="M${round(left)} ${round(at.y - radius)} L${round(at.x - long * 0.08)} ${round(at.y - high)} L${round(at.x + long * 0.2)} ${round(at.y - high)} L${round(right)} ${round(at.y - radius)} M${round(at.x - long * 0.08)} ${round(at.y - high)} L${round(at.x)} ${round(at.y - radius)} L${round(at.x + long * 0.2)} ${round(at.y - high)}" fill="none" stroke="${frame}" stroke-width="${round(line)}"/>`;
  const rider = ridden
    ? person(
        { ...pose, at: { x: at.x - long * 0.03, y: at.y - long * 0.26 }, scale: scale * 0.86 },
        random,
      )
    : null;
  const top = rider ? rider.box.y : at.y - high - line / 2;
  return {
    svg: wheels + bars + (rider?.svg ?? ""),
    shadow: shadowOf(rectangle(at, long * 0.9, long * 0.12, 0), ridden ? 1.5 : 0.8, pose),
    box: { x: at.x - long / 2, y: top, w: long, h: at.y + line / 2 - top },
  };
}

/** An orange cone with a white band. */
export function cone(pose: Pose, random: Random): Sprite {
  const { at, scale } = pose;
  const high = Math.max(4.4, 0.75 * 1.5 * scale) * random.between(0.94, 1.06);
  const wide = high * 0.78;
  const level = (up: number, half: number): Point[] => [
    { x: at.x - half, y: at.y - up * high },
    { x: at.x + half, y: at.y - up * high },
  ];
  const slab = (from: number, to: number, a: number, b: number, fill: string): string =>
    polygon([...level(from, a * wide), ...level(to, b * wide).reverse()], fill);
  return {
    svg:
      slab(0, 0.16, 0.5, 0.46, "#a83f12") +
      slab(0.14, 1, 0.34, 0.08, "#f2661c") +
      slab(0.42, 0.66, 0.255, 0.185, "#f7f3ea"),
    shadow: shadowOf(rectangle(at, wide * 0.8, wide * 0.3, 0), 0.9, pose),
    box: { x: at.x - wide / 2, y: at.y - high, w: wide, h: high },
  };
}

/** A sign on its pole; the box holds the plate only, as in driving sets. */
export function sign(pose: Pose, random: Random): Sprite {
  const { at, scale } = pose;
  const size = Math.max(4.6, 0.85 * 1.5 * scale) * random.between(0.9, 1.1);
  const pole = size * 1.15;
  const centre = { x: at.x, y: at.y - pole - size / 2 };
  const shape = random.pick(["round", "triangle", "plate"] as const);
  const half = size / 2;
  const triangle = (r: number): Point[] => [
    { x: centre.x, y: centre.y + half - r * 2 * half * 1 },
    { x: centre.x + half * r, y: centre.y + half - (1 - r) * half * 0.5 },
    { x: centre.x - half * r, y: centre.y + half - (1 - r) * half * 0.5 },
  ];
  const plates = {
    round: () =>
      ellipse(centre.x, centre.y, half, half, "#c9252b") +
      ellipse(centre.x, centre.y, half * 0.62, half * 0.62, "#f6f4ef"),
    triangle: () => polygon(triangle(1), "#c9252b") + polygon(triangle(0.56), "#f6e9b8"),
    plate: () =>
      polygon(rectangle(centre, size, size * 0.98, 0), "#1f58a6") +
      polygon(rectangle(centre, size * 0.5, size * 0.5, 0), "#eef2f6"),
  };
  return {
    svg:
      polygon(
        rectangle({ x: at.x, y: at.y - pole / 2 }, Math.max(0.8, size * 0.12), pole, 0),
        "#6c7177",
      ) + plates[shape](),
    shadow: shadowOf(rectangle(at, size * 0.16, size * 0.12, 0), 2.4, pose),
    box: { x: centre.x - half, y: centre.y - half, w: size, h: size },
  };
}
