import { describe, expect, test } from "vitest";
import { overPicture } from "../../../renderer/canvas/paint/styles.ts";
import { dark, light, type Tokens } from "../../../renderer/theme/tokens.ts";

type Triple = readonly [number, number, number];

/** Full loss of one kind of cone, on linear sRGB: Machado, Oliveira and Fernandes 2009, severity 1.0. Row-major. */
const sights = {
  "all cones": [1, 0, 0, 0, 1, 0, 0, 0, 1],
  protanopia: [
    0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998,
  ],
  deuteranopia: [
    0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.01182, 0.04294, 0.968881,
  ],
  tritanopia: [
    1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.3039,
  ],
} as const;

/** Linear sRGB to XYZ under D65, IEC 61966-2-1. */
const toXyz = [
  0.4124564, 0.3575761, 0.1804375, 0.2126729, 0.7151522, 0.072175, 0.0193339, 0.119192, 0.9503041,
];
const white: Triple = [0.95047, 1, 1.08883];

function times(matrix: readonly number[], [x, y, z]: Triple): Triple {
  const row = (at: number) => matrix[at]! * x + matrix[at + 1]! * y + matrix[at + 2]! * z;
  return [row(0), row(3), row(6)];
}

/** `#rrggbb` as linear light, 0..1. */
function linear(colour: string): Triple {
  const channel = (at: number) => {
    const value = parseInt(colour.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return [channel(1), channel(3), channel(5)];
}

/** CIELAB of a colour as it is seen. */
function labOf(colour: string, sight: readonly number[]): Triple {
  const [r, g, b] = times(sight, linear(colour));
  const clip = (value: number) => Math.min(1, Math.max(0, value));
  const xyz = times(toXyz, [clip(r), clip(g), clip(b)]);
  const [x, y, z] = xyz.map((value, at) => {
    const share = value / white[at]!;
    return share > 216 / 24389 ? Math.cbrt(share) : ((24389 / 27) * share + 16) / 116;
  }) as [number, number, number];
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

/** CIE 1976 difference; about 2 is just noticeable side by side. */
function difference(a: string, b: string, sight: readonly number[]): number {
  const other = labOf(b, sight);
  return Math.hypot(...labOf(a, sight).map((value, at) => value - other[at]!));
}

const verdicts = ["hit", "miss", "falseAlarm", "ignored"] as const;
/** Apart as thin lines and small marks, not only as areas side by side. */
const APART = 20;
const FROM_BACKGROUND = 35;

function pairsTooClose(colours: Pick<Tokens, (typeof verdicts)[number]>, sight: readonly number[]) {
  return verdicts.flatMap((one, at) =>
    verdicts
      .slice(at + 1)
      .filter((other) => difference(colours[one], colours[other], sight) < APART)
      .map((other) => `${one} and ${other}`),
  );
}

test("differences are those of CIELAB: known values, and red and green meet in deuteranopia", () => {
  const normal = sights["all cones"];
  expect(difference("#000000", "#ffffff", normal)).toBeCloseTo(100, 3);
  const [lightness, a, b] = labOf("#ff0000", normal);
  expect([lightness, a, b].map((value) => Math.round(value * 10) / 10)).toEqual([53.2, 80.1, 67.2]);
  const pair = ["#c24a3a", "#6f7d1f"] as const;
  expect(difference(...pair, sights.deuteranopia)).toBeLessThan(difference(...pair, normal) / 2);
});

describe.each(Object.entries(sights))("with %s", (_, sight) => {
  test.each([
    ["light", light],
    ["dark", dark],
  ] as const)("verdicts differ from each other and from the page, %s", (_theme, tokens) => {
    expect(pairsTooClose(tokens, sight)).toEqual([]);
    for (const name of verdicts) {
      for (const ground of [tokens.bg, tokens.surface, tokens.sunken]) {
        expect(difference(tokens[name], ground, sight), name).toBeGreaterThan(FROM_BACKGROUND);
      }
    }
  });

  test("verdicts over pictures differ from each other", () => {
    expect(pairsTooClose(overPicture, sight)).toEqual([]);
  });
});
