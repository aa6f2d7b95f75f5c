import { accumulateClasses } from "../../shared/evaluation/evaluate.ts";
import { matchDetections } from "../../shared/evaluation/match.ts";
import type { Matches } from "../../shared/evaluation/matches.ts";
import type { ClassesJob } from "./messages.ts";

/** Matches and accumulates some classes. Returns the matches and the memory that can be handed over with them. */
export function evaluateClasses({ set, params, classes, arrays }: ClassesJob): {
  matches: Matches;
  buffers: ArrayBuffer[];
} {
  const matches = matchDetections(set, params, classes);
  accumulateClasses(set, matches, classes, arrays);
  const { row, image, score, admittedBy, inRange, candidate, hits, ignored } = matches;
  const columns = [row, image, score, admittedBy, inRange, candidate, hits, ignored];
  return { matches, buffers: columns.map(({ buffer }) => buffer as ArrayBuffer) };
}
