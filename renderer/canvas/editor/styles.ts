import { overPicture, type BoxStyle } from "../paint/styles.ts";
import { CROWD, IGNORE, verdictCodes } from "./labels.ts";
import type { GhostBox } from "./types.ts";

/** Ghosts: what is not a label. Model proposals have a hue that no verdict has. */
export const proposalColour = "#ff9be0";
const crowdColour = "#c3b1f7";

const unbroken = { line: null, dash: [], spurs: false } as const;
const dots = {
  line: [
    [0, 0.08],
    [0.23, 0.31],
    [0.46, 0.54],
    [0.69, 0.77],
    [0.92, 1],
  ],
  dash: [2, 5],
  spurs: false,
} as const;
const halves = {
  line: [
    [0, 0.42],
    [0.58, 1],
  ],
  dash: [16, 5],
  spurs: true,
} as const;
const corners = {
  line: [
    [0, 0.3],
    [0.7, 1],
  ],
  dash: [14, 8],
  spurs: false,
} as const;
const dashes = {
  line: [
    [0, 0.2],
    [0.4, 0.6],
    [0.8, 1],
  ],
  dash: [6, 4],
  spurs: false,
} as const;

/** How a label looks but for its hue. */
type Shape = Omit<BoxStyle, "colour">;
const plain: Shape = { ...unbroken, marker: "ring" };
const missed: Shape = { ...unbroken, spurs: true, marker: "corners" };
const ignored: Shape = { ...dots, marker: "cross" };
const crowd: Shape = { ...halves, marker: "quad" };

/** Styles by place, in the order they are painted. Places stay valid while it lives; new ones may come. */
export interface StyleBook {
  readonly styles: readonly BoxStyle[];
  readonly ofLabel: (category: number, flags: number, verdict: number) => number;
  readonly ofGhost: (ghost: GhostBox) => number;
}

/** classHue: degrees; null to colour by verdict. */
export function makeStyleBook(classHue: ((categoryId: number) => number) | null): StyleBook {
  const styles: BoxStyle[] = [
    { ...corners, colour: overPicture.hit, marker: "dot" },
    { ...dashes, colour: overPicture.falseAlarm, marker: "diamond" },
    { ...dashes, colour: proposalColour, marker: "plus" },
  ];
  const placeOf = new Map<string, number>();

  function place(key: string, make: () => BoxStyle): number {
    let at = placeOf.get(key);
    if (at === undefined) {
      at = styles.push(make()) - 1;
      placeOf.set(key, at);
    }
    return at;
  }

  const byVerdict = [
    () => ({ ...plain, colour: overPicture.unjudged }),
    () => ({ ...plain, colour: overPicture.hit }),
    () => ({ ...missed, colour: overPicture.miss }),
    () => ({ ...ignored, colour: overPicture.ignored }),
  ];
  // Painted in this order: what matters most lies on top.
  if (!classHue) {
    place("ignored", byVerdict[verdictCodes.ignored]!);
    place("crowd", () => ({ ...crowd, colour: crowdColour }));
    for (const code of [1, 0, 2]) place(`verdict ${code}`, byVerdict[code]!);
  }

  return {
    styles,
    ofLabel(category, flags, verdict) {
      const isIgnored = (flags & IGNORE) !== 0;
      const isCrowd = (flags & CROWD) !== 0;
      if (classHue) {
        const shape = isIgnored ? ignored : isCrowd ? crowd : plain;
        const colour = () => classColour(classHue(category));
        return place(`${category} ${shape.marker}`, () => ({ ...shape, colour: colour() }));
      }
      if (isIgnored || verdict === verdictCodes.ignored) return placeOf.get("ignored")!;
      if (isCrowd) return placeOf.get("crowd")!;
      return placeOf.get(`verdict ${verdict}`)!;
    },
    ofGhost: ({ kind, falseAlarm }) => (kind === "proposal" ? 2 : falseAlarm ? 1 : 0),
  };
}

/** Light, so that it stands out from pictures, and alike in strength for all hues. */
export function classColour(hue: number): string {
  return `oklch(80% 0.15 ${hue})`;
}
