import type { Input } from "../../shared/api/contract.ts";
import type { Db } from "../db/open.ts";

export interface AnalysisState {
  readonly db: Db;
}

/** What the analysis worker can be asked. */
export const analysisMethods = {
  ping: (_state: AnalysisState, _args: Input<"jobs/list">): string => "pong",
};

export type AnalysisMethods = typeof analysisMethods;
export type MethodName = keyof AnalysisMethods;
