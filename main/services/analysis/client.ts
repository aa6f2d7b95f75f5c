import { getCompileCacheDir } from "node:module";
import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import { AppError } from "../../../shared/domain/app-error.ts";
import type { JobProgress } from "../job-context.ts";
import type { AnalysisMethods, MethodName } from "../../workers/methods.ts";
import type { AnalysisReply, AnalysisRequest, AnalysisWorkerData } from "../../workers/messages.ts";

type Args<Name extends MethodName> = Parameters<AnalysisMethods[Name]>[1];
type Result<Name extends MethodName> = ReturnType<AnalysisMethods[Name]>;

interface Pending {
  readonly request: AnalysisRequest;
  readonly rank: number;
  resolve(value: unknown): void;
  reject(error: unknown): void;
  readonly progress: ((at: JobProgress) => void) | undefined;
}

/** Whom a person waits for stands before what fills lists: first the image looked at, then what follows an edit. */
const ranks: Readonly<Partial<Record<MethodName, number>>> = {
  imageDetail: 0,
  liveScore: 1,
  findSuspect: 1,
};
const LAST_RANK = 2;

/**
 * Calls to a worker that holds datasets, predictions and verdicts as typed arrays. It starts with the first call;
 * if it dies, the calls under way fail and the next call starts another. It gets one call at a time, by rank and then
 * as they came.
 */
export class Analysis {
  readonly #databasePath: string;
  readonly #log: (line: string) => void;
  readonly #waiting: Pending[] = [];
  #active: Pending | null = null;
  #worker: Worker | null = null;
  #lastId = 0;

  constructor(databasePath: string, log: (line: string) => void) {
    this.#databasePath = databasePath;
    this.#log = log;
  }

  call<Name extends MethodName>(
    method: Name,
    args: Args<Name>,
    progress?: (at: JobProgress) => void,
  ): Promise<Result<Name>> {
    const id = (this.#lastId += 1);
    return new Promise((resolve, reject) => {
      this.#waiting.push({
        request: { id, method, args },
        rank: ranks[method] ?? LAST_RANK,
        resolve: resolve as Pending["resolve"],
        reject,
        progress,
      });
      this.#next();
    });
  }

  #next(): void {
    if (this.#active || this.#waiting.length === 0) return;
    const least = Math.min(...this.#waiting.map(({ rank }) => rank));
    const at = this.#waiting.findIndex(({ rank }) => rank === least);
    const [next] = this.#waiting.splice(at, 1);
    this.#active = next!;
    try {
      this.#worker ??= this.#start();
      this.#worker.postMessage(next!.request);
    } catch (error) {
      this.#active = null;
      next!.reject(error);
      this.#next();
    }
  }

  /** Ends the worker at once; calls under way fail with `analysis/stopped`. */
  async close(): Promise<void> {
    const worker = this.#worker;
    this.#worker = null;
    this.#failAll(new AppError("analysis/stopped", "The analysis was stopped."));
    await worker?.terminate();
  }

  #start(): Worker {
    // Packaged, the sources are plain .js.
    const file = new URL(`../../workers/analysis${extname(import.meta.filename)}`, import.meta.url);
    const workerData: AnalysisWorkerData = {
      databasePath: this.#databasePath,
      codeCache: getCompileCacheDir() ?? null,
    };
    const worker = new Worker(file, { workerData });
    worker.on("message", (reply: AnalysisReply) => {
      const pending = this.#active;
      if (pending?.request.id !== reply.id) return;
      if ("progress" in reply) {
        pending.progress?.(reply.progress);
        return;
      }
      this.#active = null;
      if ("result" in reply) pending.resolve(reply.result);
      else pending.reject(failure(reply));
      this.#next();
    });
    worker.on("error", (error) => {
      this.#log(
        `the analysis worker failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
      );
      this.#lost(worker);
    });
    worker.on("exit", () => this.#lost(worker));
    return worker;
  }

  #lost(worker: Worker): void {
    if (this.#worker !== worker) return;
    this.#worker = null;
    this.#failAll(
      new AppError(
        "analysis/crashed",
        "The analysis stopped unexpectedly, perhaps for lack of memory. Try again.",
      ),
    );
  }

  #failAll(error: AppError): void {
    const all = this.#active ? [this.#active, ...this.#waiting] : this.#waiting.slice();
    this.#active = null;
    this.#waiting.length = 0;
    for (const { reject } of all) reject(error);
  }
}

/** Whatever came back without a result: a message that is none of ours has no `error` either. */
function failure(reply: AnalysisReply): Error {
  const told = "error" in reply ? (reply.error as typeof reply.error | undefined) : undefined;
  if (told === undefined) {
    return new AppError(
      "analysis/crashed",
      "The analysis gave an answer that cannot be read. Try again; if it comes back, report it.",
    );
  }
  if (told.code !== null) return new AppError(told.code, told.message);
  const error = new Error(told.message);
  error.stack = told.stack;
  return error;
}
