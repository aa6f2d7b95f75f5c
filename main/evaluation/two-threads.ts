import { getCompileCacheDir } from "node:module";
import { availableParallelism } from "node:os";
import { dirname, extname } from "node:path";
import { Worker } from "node:worker_threads";
import type { EvaluationParams } from "../../shared/domain/protocols.ts";
import { emptyArrays } from "../../shared/evaluation/accumulate.ts";
import { accumulateClasses, resultOf } from "../../shared/evaluation/evaluate.ts";
import { matchDetections } from "../../shared/evaluation/match.ts";
import type { Matches } from "../../shared/evaluation/matches.ts";
import type { EvaluationResult, EvaluationSet } from "../../shared/evaluation/types.ts";
import {
  cutIntoPieces,
  joinBack,
  readFromFront,
  type BackPieces,
  type Pieces,
} from "../formats/coco-columns/pieces.ts";
import { closePredictions, openPredictions } from "../formats/coco-columns/read-files.ts";
import {
  predictionReader,
  predictionTable,
  type PredictionTable,
} from "../formats/coco-columns/read-predictions.ts";
import { scanRecords } from "../formats/coco-columns/scan-array.ts";
import type { ByteSource } from "../formats/json-reader.ts";
import type { ClassesJob, FromHelper, HelperData } from "./messages.ts";

/**
 * A second thread starts, loads and compiles everything once more: about 0.4 s of processor time, half of what a file
 * of this size takes in all.
 */
const WORTH_A_THREAD = 64 << 20;

/** Whether a predictions file of `bytes` is large enough, and the machine wide enough, for two threads. */
export function isWorthTwoThreads(bytes: number): boolean {
  return bytes >= WORTH_A_THREAD && availableParallelism() > 1;
}

/** A result and the matches it came from, each part with classes of its own. */
export interface TwoThreadResult {
  readonly result: EvaluationResult;
  readonly matches: readonly Matches[];
}

/** A second thread that reads predictions from the back and evaluates some of the classes. */
export class TwoThreads {
  readonly #worker: Worker;
  readonly #source: ByteSource;
  readonly #pieces: Pieces;
  readonly #back: Promise<BackPieces | null>;

  /** Starts the thread, which begins to read `path` at once. `source`: the same file. */
  constructor(path: string, source: ByteSource) {
    this.#source = source;
    this.#pieces = cutIntoPieces(source, openPredictions(source));
    const workerData: HelperData = { path, pieces: this.#pieces };
    this.#worker = new Worker(helperFile(), { workerData, env: helperEnvironment() });
    this.#back = this.#answer().then((message) => (message.kind === "read" ? message.back : null));
    // Its failure is told by whoever waits for it.
    this.#back.catch(() => undefined);
  }

  /** Reads the file from the front until the two threads meet. Throws what is wrong with the file. */
  async readPredictions(
    onProgress?: (share: number) => void,
  ): Promise<{ table: PredictionTable; count: number }> {
    const source = this.#source;
    const table = predictionTable(source.size);
    const front = readFromFront(source, this.#pieces, table, onProgress);
    if (front.ended) return this.#closed(table, front.offset, front.nextIndex);
    const back = await this.#back;
    const joined = back && joinBack(this.#pieces, front, back, table);
    if (joined) return this.#closed(table, joined.offset, joined.count);
    const reader = predictionReader(table, source.name);
    const end = scanRecords(source, front.offset, Infinity, reader, front.nextIndex);
    return this.#closed(table, end.offset, end.nextIndex);
  }

  /** As `evaluate`, for a set whose records were checked as they were read; its columns must be shared memory. */
  async evaluate(set: EvaluationSet, params: EvaluationParams): Promise<TwoThreadResult> {
    const began = performance.now();
    const K = set.categoryIds.length;
    const arrays = emptyArrays(K, params.areaRanges.length, params.maxDets.length, "shared");
    const [here, there] = halves(set);
    await this.#back;
    const job: ClassesJob = { set, params, classes: there, arrays };
    this.#worker.postMessage(job);
    const answer = this.#answer();
    const matches = matchDetections(set, params, here);
    const matched = performance.now();
    const truthCounts = accumulateClasses(set, matches, here, arrays);
    const message = await answer;
    if (message.kind !== "evaluated") throw new Error("The second thread did not evaluate.");
    const timings = { evaluate: matched - began, accumulate: performance.now() - matched };
    const result = { ...resultOf(set, params, arrays, truthCounts), timings };
    return { result, matches: [matches, message.matches] };
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  #closed(
    table: PredictionTable,
    offset: number,
    count: number,
  ): { table: PredictionTable; count: number } {
    closePredictions(this.#source, offset);
    return { table, count };
  }

  /** The helper's next message; rejects where it fails or ends instead. */
  #answer(): Promise<FromHelper> {
    const { promise, resolve, reject } = Promise.withResolvers<FromHelper>();
    this.#worker.once("message", resolve);
    this.#worker.once("error", reject);
    this.#worker.once("exit", () => reject(new Error("The second thread ended too early.")));
    return promise;
  }
}

/** Two lists of classes with about as many predictions each. */
function halves({ categoryIds, predictions }: EvaluationSet): [number[], number[]] {
  const counts = new Int32Array(categoryIds.length);
  for (let row = 0; row < predictions.category.length; row++) counts[predictions.category[row]!]!++;
  const bySize = categoryIds.map((_, k) => k).sort((a, b) => counts[b]! - counts[a]!);
  const lists: [number[], number[]] = [[], []];
  const sums = [0, 0];
  for (const k of bySize) {
    const lighter = sums[0]! <= sums[1]! ? 0 : 1;
    lists[lighter].push(k);
    sums[lighter]! += counts[k]!;
  }
  return lists;
}

/** Compiled code is taken from where this thread has it, from the first file on: that halves the helper's start. */
function helperEnvironment(): NodeJS.ProcessEnv {
  const cache = getCompileCacheDir();
  // What Node tells is the folder of its version below the one that was named.
  return cache === undefined ? process.env : { ...process.env, NODE_COMPILE_CACHE: dirname(cache) };
}

/** Beside this file; the packaged app runs compiled files: .js instead of .ts. */
function helperFile(): URL {
  return new URL(`./helper-thread${extname(import.meta.filename)}`, import.meta.url);
}
