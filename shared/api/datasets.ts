import { z } from "zod";
import type { Category, Problem } from "../domain/records.ts";
import { route } from "./route.ts";

export interface DatasetSummary {
  readonly id: number;
  readonly name: string;
  readonly root: string;
  readonly imageCount: number;
  readonly annotationCount: number;
  /** Grows with every edit of a label. */
  readonly revision: number;
  readonly categories: readonly Category[];
  readonly problemCount: number;
  readonly createdAt: number;
}

export interface PredictionSetSummary {
  readonly id: number;
  readonly datasetId: number;
  readonly name: string;
  readonly predictionCount: number;
  readonly imageCount: number;
  readonly source: string;
  readonly createdAt: number;
}

export const datasets = {
  "datasets/list": route<{ readonly datasets: readonly DatasetSummary[] }>()(z.object({})),
  "datasets/rename": route<DatasetSummary>()(
    z.object({ datasetId: z.int(), name: z.string().min(1).max(200) }),
  ),
  "datasets/remove": route<Record<string, never>>()(z.object({ datasetId: z.int() })),
  /** Points the dataset at a folder that moved. */
  "datasets/relocate": route<DatasetSummary>()(
    z.object({ datasetId: z.int(), root: z.string().min(1).max(4096) }),
  ),
  "datasets/problems": route<{ readonly total: number; readonly problems: readonly Problem[] }>()(
    z.object({
      datasetId: z.int(),
      offset: z.int().min(0).default(0),
      limit: z.int().min(1).max(1000).default(200),
    }),
  ),
  "predictionSets/list": route<{ readonly predictionSets: readonly PredictionSetSummary[] }>()(
    z.object({ datasetId: z.int() }),
  ),
  "predictionSets/rename": route<PredictionSetSummary>()(
    z.object({ predictionSetId: z.int(), name: z.string().min(1).max(200) }),
  ),
  "predictionSets/remove": route<Record<string, never>>()(z.object({ predictionSetId: z.int() })),
};
