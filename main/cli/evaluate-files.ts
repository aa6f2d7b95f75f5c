import type { EvaluationParams } from "../../shared/domain/protocols.ts";
import { evaluate, evaluateChecked } from "../../shared/evaluation/evaluate.ts";
import type {
  EvaluationResult,
  EvaluationSet,
  EvaluationWarning,
} from "../../shared/evaluation/types.ts";
import { evaluationWarnings } from "../../shared/evaluation/warnings.ts";
import type { TwoThreads } from "../evaluation/two-threads.ts";
import {
  loadCoco,
  loadVisDrone,
  type EvaluationInput,
  type OnProgress,
} from "./evaluation-input.ts";

export interface EvaluationFiles {
  /** A COCO instances file, or a folder of VisDrone txt files. */
  readonly gt: string;
  /** A COCO results file, or a folder of VisDrone txt files. */
  readonly dt: string;
  /** A folder of pictures, for VisDrone; null where there is none. */
  readonly images: string | null;
  readonly params: EvaluationParams;
}

export interface FilesEvaluation {
  readonly result: EvaluationResult;
  readonly warnings: readonly EvaluationWarning[];
  /** Milliseconds; total is from files to summary. */
  readonly timings: {
    readonly load: number;
    readonly evaluate: number;
    readonly accumulate: number;
    readonly total: number;
  };
}

/** Evaluates files without a project. Throws what is wrong with them. */
export async function evaluateFiles(
  files: EvaluationFiles,
  onProgress: OnProgress = () => undefined,
): Promise<FilesEvaluation> {
  const began = performance.now();
  const { set, warnings, hasMasks, threads } = await load(files, onProgress);
  const loaded = performance.now();
  if (threads) onProgress(`Matching ${set.predictions.score.length} predictions`, 0);
  try {
    const result = await evaluateLoaded(set, files.params, threads);
    const timings = {
      load: loaded - began,
      ...result.timings,
      total: performance.now() - began,
    };
    const all = [...warnings, ...evaluationWarnings(set, result, { hasMasks })];
    return { result, warnings: all, timings };
  } finally {
    await threads?.close();
  }
}

async function evaluateLoaded(
  set: EvaluationSet,
  params: EvaluationParams,
  threads: TwoThreads | null,
): Promise<EvaluationResult> {
  if (threads) return (await threads.evaluate(set, params)).result;
  // The reader of COCO files has checked every record; that of VisDrone's leaves it to the evaluator.
  return params.protocol === "visdrone" ? evaluate(set, params) : evaluateChecked(set, params);
}

async function load(
  { gt, dt, images, params }: EvaluationFiles,
  onProgress: OnProgress,
): Promise<EvaluationInput> {
  return params.protocol === "visdrone"
    ? loadVisDrone({ truth: gt, predictions: dt, images })
    : loadCoco(gt, dt, params, onProgress);
}
