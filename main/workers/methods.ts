import type { Db } from "../db/open.ts";
import { seamQueries } from "../db/queries/seams.ts";
import { suspectQueries, type SuspectQueries } from "../db/queries/suspects.ts";
import { columnQueries, type ColumnQueries } from "../db/queries/columns.ts";
import { reviewQueries, type ReviewQueries } from "../db/queries/annotations.ts";
import type { JobProgress } from "../services/job-context.ts";
import { evaluateRun } from "./evaluate-run.ts";
import { imageDetail } from "./image-detail.ts";
import { JudgedRuns } from "./judged.ts";
import { liveScore, LiveRuns } from "./live-score.ts";
import { labelProgress } from "./label-progress.ts";
import { LoadedColumns } from "./loaded-columns.ts";
import { nextImage } from "./next-image.ts";
import { LruCache } from "./lru-cache.ts";
import { comparedObjects, compareTwoRuns } from "./compare-runs.ts";
import { runBoxNoise, runDifference, runIntervals, type KeptDraws } from "./run-confidence.ts";
import { confusionImages, runConfusion } from "./run-confusion.ts";
import { runErrors } from "./run-errors.ts";
import { queryFailures, type FoundFailures } from "./query-failures.ts";
import { findSuspect, querySuspects } from "./query-suspects.ts";
import { Seams } from "./seams.ts";
import { SuspectLists } from "./suspect-lists.ts";
import { imageSequence, NameRanks, queryImages, type FoundImages } from "./query-images.ts";

/** What the worker holds between calls. */
export interface AnalysisState {
  readonly queries: ColumnQueries;
  readonly columns: LoadedColumns;
  readonly judged: JudgedRuns;
  readonly seams: Seams;
  readonly reviews: ReviewQueries;
  readonly live: LiveRuns;
  readonly suspects: SuspectLists;
  readonly suspectQueries: SuspectQueries;
  readonly names: NameRanks;
  /** Answers to the last queries, so that the next page of one costs nothing. */
  readonly found: LruCache<FoundImages>;
  readonly failures: LruCache<FoundFailures>;
  /** Resampled scores, so that a difference of two runs costs nothing where their intervals are known. */
  readonly draws: LruCache<KeptDraws>;
  /** Says how far the call is. */
  readonly report: (at: JobProgress) => void;
}

const ANSWERS_LIMIT_BYTES = 2 ** 26;

export function analysisState(db: Db): Omit<AnalysisState, "report"> {
  const queries = columnQueries(db);
  const columns = new LoadedColumns(queries);
  return {
    queries,
    columns,
    judged: new JudgedRuns(queries, columns),
    seams: new Seams(seamQueries(db)),
    reviews: reviewQueries(db),
    live: new LiveRuns(queries, columns),
    suspects: new SuspectLists(queries, columns),
    suspectQueries: suspectQueries(db),
    names: new NameRanks(),
    found: new LruCache(ANSWERS_LIMIT_BYTES),
    failures: new LruCache(ANSWERS_LIMIT_BYTES),
    draws: new LruCache(ANSWERS_LIMIT_BYTES),
  };
}

/** What the analysis worker can be asked. */
export const analysisMethods = {
  evaluateRun,
  queryImages,
  imageSequence,
  imageDetail,
  queryFailures,
  labelProgress,
  nextImage,
  runErrors,
  runConfusion,
  confusionImages,
  runIntervals,
  runDifference,
  runBoxNoise,
  compareTwoRuns,
  comparedObjects,
  liveScore,
  querySuspects,
  findSuspect,
};

export type AnalysisMethods = typeof analysisMethods;
export type MethodName = keyof AnalysisMethods;
