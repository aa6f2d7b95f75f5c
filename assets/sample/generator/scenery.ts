import { hull, rectangle, shift, boxAround, type Box, type Point } from "./plane.ts";
import type { Random } from "./random.ts";
import { ellipse, polygon, RISE, tone, type Light } from "./sprites.ts";

/** A building's SVG, the box it covers, and boxes of roof fittings that a detector may take for objects. */
export interface Building {
  readonly svg: string;
  readonly shadow: string;
  readonly box: Box;
  readonly fittings: readonly Box[];
}

const roofs = ["#a4573c", "#8d4a36", "#b7b1a6", "#8f9093", "#6d7177", "#c9c2b4", "#7a6a5c"];

/** A house or block. length, width: pixels; high: metres. */
export function building(
  at: Point,
  length: number,
  width: number,
  angle: number,
  high: number,
  scale: number,
  light: Light,
  random: Random,
): Building {
  const foot = rectangle(at, length, width, angle);
  const lift = { x: 0, y: -high * RISE * scale };
  const roof = shift(foot, lift);
  const colour = random.pick(roofs);
  const wall = random.pick(["#b9a78f", "#cfc4b2", "#9a8f84", "#a9adb0"]);
  const body = hull([...foot, ...roof]);
  const fall = { x: light.fall.x * high * scale, y: light.fall.y * high * scale };
  const centre = { x: at.x + lift.x, y: at.y + lift.y };
  const gabled = Math.min(length, width) < 13 * scale && random.chance(0.65);
  const fittings = gabled ? [] : roofFittings(centre, length, width, angle, scale, random);
  const top = gabled
    ? gable(centre, length, width, angle, colour)
    : polygon(roof, tone(colour, 0.82)) +
      polygon(rectangle(centre, length - 1.4 * scale, width - 1.4 * scale, angle), colour);
  return {
    svg: polygon(body, tone(wall, 0.72)) + top + fittings.map(({ svg }) => svg).join(""),
    shadow: polygon(hull([...foot, ...shift(foot, fall)]), "#0a0c14", `opacity="${light.shade}"`),
    box: boxAround(body),
    fittings: fittings.map(({ box }) => box),
  };
}

function gable(
  centre: Point,
  length: number,
  width: number,
  angle: number,
  colour: string,
): string {
  const side = (sign: number): Point => ({
    x: centre.x - (Math.sin(angle) * width * sign) / 4,
    y: centre.y + (Math.cos(angle) * width * sign) / 4,
  });
  return (
    polygon(rectangle(side(1), length, width / 2, angle), tone(colour, 1.08)) +
    polygon(rectangle(side(-1), length, width / 2, angle), tone(colour, 0.8))
  );
}

function roofFittings(
  centre: Point,
  length: number,
  width: number,
  angle: number,
  scale: number,
  random: Random,
) {
  return Array.from({ length: random.whole(1, 5) }, () => {
    const u = random.between(-0.36, 0.36) * length;
    const v = random.between(-0.3, 0.3) * width;
    const at = {
      x: centre.x + u * Math.cos(angle) - v * Math.sin(angle),
      y: centre.y + u * Math.sin(angle) + v * Math.cos(angle),
    };
    const long = random.between(1.2, 3.2) * scale;
    const shape = rectangle(at, long, random.between(1, 1.8) * scale, angle);
    const dark = shift(shape, { x: 0.5 * scale, y: 0.5 * scale });
    const fill = random.pick(["#d3d5d6", "#54616b", "#e6e4de", "#3b4650"]);
    return {
      svg: polygon(dark, "#1a1c22", 'opacity=".45"') + polygon(shape, fill),
      box: boxAround(shape),
    };
  });
}

/** A tree as a heap of leaf discs. radius: pixels. */
export function tree(
  at: Point,
  radius: number,
  light: Light,
  random: Random,
): { svg: string; shadow: string } {
  const green = random.pick(["#3f6a34", "#4d7a3c", "#35592f", "#5f8442", "#6b7f3a"]);
  const discs = [ellipse(at.x, at.y, radius, radius * 0.95, tone(green, 0.62))];
  for (let i = 0; i < 9; i += 1) {
    const turn = random.between(0, Math.PI * 2);
    const out = random.between(0.1, 0.62) * radius;
    const x = at.x + Math.cos(turn) * out;
    const y = at.y + Math.sin(turn) * out;
    const size = random.between(0.22, 0.46) * radius;
    // Leaves on the side of the sun are lighter.
    const lit =
      0.98 - 0.28 * ((Math.cos(turn) * light.fall.x + Math.sin(turn) * light.fall.y) / 0.9);
    discs.push(ellipse(x, y, size, size * 0.92, tone(green, lit + random.between(-0.1, 0.12))));
  }
  const shadow = ellipse(
    at.x + light.fall.x * radius * 1.1,
    at.y + light.fall.y * radius * 1.1,
    radius,
    radius * 0.9,
    "#0a0c14",
  );
  return { svg: discs.join(""), shadow: `<g opacity="${light.shade * 0.85}">${shadow}</g>` };
}

/** A line as a thick stroke. width: pixels. */
export function stroke(line: readonly Point[], colour: string, width: number, extra = ""): string {
  const path = line
    .map(({ x, y }, i) => `${i === 0 ? "M" : "L"}${x.toFixed(1)} ${y.toFixed(1)}`)
    .join("");
  return `<path d="${path}" fill="none" stroke="${colour}" stroke-width="${width.toFixed(2)}" ${extra}/>`;
}
