import { classColour as colourOfHue } from "../../canvas/editor/styles.ts";

/** Turn of the colour wheel after which the next hue is taken: no two neighbours in a list look alike. */
const GOLDEN_ANGLE = 137.508;

/** Hue of a class by its place in the list, degrees; the same in the list and on the picture. */
export function classHue(place: number): number {
  return (Math.max(0, place) * GOLDEN_ANGLE + 25) % 360;
}

export function classColour(place: number): string {
  return colourOfHue(classHue(place));
}
