import {
  BELOW_SCORE,
  FALSE_ALARM,
  HIT,
  IGNORED,
  isTruth,
  MISS,
  UNJUDGED,
  type Judgement,
  type Scene,
} from "../scene/scene.ts";

/** Drawn in place of a box that would be tiny on screen. */
export type MarkerShape = "ring" | "corners" | "diamond" | "cross" | "dot" | "plus" | "quad";

/**
 * How one kind of object looks. The verdict is told by colour and, for those who cannot tell the colours apart, by
 * the line and the shape of the marker.
 */
export interface BoxStyle {
  readonly colour: string;
  /** Parts of each side that are drawn, as fractions of it; null for an unbroken line. */
  readonly line: readonly (readonly [from: number, to: number])[] | null;
  /** The same for boxes on which fractions would grow out of shape, CSS pixels. */
  readonly dash: readonly number[];
  /** Short strokes outward from the corners. */
  readonly spurs: boolean;
  readonly marker: MarkerShape;
}

/** On pictures, not on the page: light hues after Okabe and Ito over a dark edge, the same in both themes. */
export const overPicture = {
  hit: "#56b4e9",
  miss: "#f65f22",
  falseAlarm: "#f9c84d",
  ignored: "#aa9dac",
  unjudged: "#4fd6c2",
  edge: "rgb(0 0 0 / 55%)",
  selected: "#ffffff",
} as const;

const corners = [
  [0, 0.3],
  [0.7, 1],
] as const;
const dashes = [
  [0, 0.2],
  [0.4, 0.6],
  [0.8, 1],
] as const;
const dots = [
  [0, 0.08],
  [0.23, 0.31],
  [0.46, 0.54],
  [0.69, 0.77],
  [0.92, 1],
] as const;

const solid = { line: null, dash: [], spurs: false } as const;
const truthHit: BoxStyle = { ...solid, colour: overPicture.hit, marker: "ring" };
const truthMiss: BoxStyle = { ...solid, colour: overPicture.miss, spurs: true, marker: "corners" };
const truthUnjudged: BoxStyle = { ...solid, colour: overPicture.unjudged, marker: "ring" };
const ignored: BoxStyle = {
  colour: overPicture.ignored,
  line: dots,
  dash: [2, 5],
  spurs: false,
  marker: "cross",
};
const predictionHit: BoxStyle = {
  colour: overPicture.hit,
  line: corners,
  dash: [14, 8],
  spurs: false,
  marker: "dot",
};
const falseAlarm: BoxStyle = {
  colour: overPicture.falseAlarm,
  line: dashes,
  dash: [6, 4],
  spurs: false,
  marker: "diamond",
};

/** Styles in the order they are painted: what matters most comes last and lies on top. */
export const boxStyles = [
  ignored,
  predictionHit,
  truthHit,
  truthUnjudged,
  falseAlarm,
  truthMiss,
] as const satisfies readonly BoxStyle[];

/** Place in `boxStyles` of an object's style. */
export function styleOf(scene: Scene, judgement: Judgement, object: number): number {
  switch (judgement.verdict[object]) {
    case HIT:
      return boxStyles.indexOf(isTruth(scene, object) ? truthHit : predictionHit);
    case MISS:
      return boxStyles.indexOf(truthMiss);
    case FALSE_ALARM:
      return boxStyles.indexOf(falseAlarm);
    case IGNORED:
    case BELOW_SCORE:
      return boxStyles.indexOf(ignored);
    case UNJUDGED:
    default:
      return boxStyles.indexOf(truthUnjudged);
  }
}

export function verdictColour(code: number): string {
  switch (code) {
    case HIT:
      return overPicture.hit;
    case MISS:
      return overPicture.miss;
    case FALSE_ALARM:
      return overPicture.falseAlarm;
    case UNJUDGED:
      return overPicture.unjudged;
    default:
      return overPicture.ignored;
  }
}
