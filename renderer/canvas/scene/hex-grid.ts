/** Pointy-top hexagons of one size that fill the plane; a hexagon is known by its whole axial coordinates (q, r). */

const SQRT3 = Math.sqrt(3);

export interface Hex {
  readonly q: number;
  readonly r: number;
}

/** The hexagon a point lies in. radius: centre to corner. Axial rounding by the largest error of the three axes. */
export function hexAt(x: number, y: number, radius: number): Hex {
  const q = ((SQRT3 / 3) * x - y / 3) / radius;
  const r = ((2 / 3) * y) / radius;
  const s = -q - r;
  let wholeQ = Math.round(q);
  let wholeR = Math.round(r);
  const wholeS = Math.round(s);
  const errorQ = Math.abs(wholeQ - q);
  const errorR = Math.abs(wholeR - r);
  const errorS = Math.abs(wholeS - s);
  if (errorQ > errorR && errorQ > errorS) wholeQ = -wholeR - wholeS;
  else if (errorR > errorS) wholeR = -wholeQ - wholeS;
  // No negative zero: it would be another key.
  return { q: wholeQ + 0, r: wholeR + 0 };
}

export function hexCentre(
  { q, r }: Hex,
  radius: number,
): { readonly x: number; readonly y: number } {
  return { x: radius * SQRT3 * (q + r / 2), y: radius * 1.5 * r };
}

/** The six corners round (0, 0), as x, y pairs. */
export function hexCorners(radius: number): readonly (readonly [number, number])[] {
  const w = (SQRT3 / 2) * radius;
  const h = radius / 2;
  return [
    [0, -radius],
    [w, -h],
    [w, h],
    [0, radius],
    [-w, h],
    [-w, -h],
  ];
}
