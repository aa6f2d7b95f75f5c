import type { JobProgress } from "../services/job-context.ts";

/** What the worker starts with. */
export interface AnalysisWorkerData {
  readonly databasePath: string;
  /** Where compiled code is kept; null for nowhere. */
  readonly codeCache: string | null;
}

/** What main sends to the analysis worker, and what comes back. */
export interface AnalysisRequest {
  readonly id: number;
  readonly method: string;
  readonly args: unknown;
}

export type AnalysisReply =
  | { readonly id: number; readonly progress: JobProgress }
  | { readonly id: number; readonly result: unknown }
  | {
      readonly id: number;
      /** `code` is null for anything but an AppError. */
      readonly error: {
        readonly code: string | null;
        readonly message: string;
        readonly stack: string;
      };
    };
