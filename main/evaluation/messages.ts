/** What the two threads of an evaluation of files say to each other. */
import type { EvaluationParams } from "../../shared/domain/protocols.ts";
import type { Matches } from "../../shared/evaluation/matches.ts";
import type { EvaluationArrays, EvaluationSet } from "../../shared/evaluation/types.ts";
import type { BackPieces, Pieces } from "../formats/coco-columns/pieces.ts";

/** Given to the helper at its start: read pieces of this file from the back. */
export interface HelperData {
  readonly path: string;
  readonly pieces: Pieces;
}

/** Match and accumulate these classes; the arrays and the columns are shared memory. */
export interface ClassesJob {
  readonly set: EvaluationSet;
  readonly params: EvaluationParams;
  readonly classes: readonly number[];
  readonly arrays: EvaluationArrays;
}

export type FromHelper =
  | { readonly kind: "read"; readonly back: BackPieces }
  /** The front reads again what the back could not, and tells what is wrong with it. */
  | { readonly kind: "unreadable" }
  | { readonly kind: "evaluated"; readonly matches: Matches };
