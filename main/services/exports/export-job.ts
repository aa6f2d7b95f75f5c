import type { Parsed } from "../../../shared/api/contract.ts";
import type { Analysis } from "../analysis/client.ts";
import type { JobContext } from "../job-context.ts";
import { checkInWorker, labelsInWorker, predictionsInWorker } from "./export-in-worker.ts";
import type { LabelExport, LabelExportCheck } from "./run-export.ts";

export type DatasetExport = Parsed<"exports/dataset">;

/** What an export job is started with: labels of a dataset, or a prediction set. */
export type ExportInput =
  { readonly labels: DatasetExport } | { readonly predictions: Parsed<"exports/predictions"> };

export interface ExportPorts {
  readonly databasePath: string;
  /** Knows which images a filter shows. */
  readonly analysis: Pick<Analysis, "call">;
}

/** Writes labels or predictions to files. */
export async function exportJob(
  ports: ExportPorts,
  input: ExportInput,
  context: JobContext,
): Promise<Readonly<Record<string, unknown>>> {
  if ("predictions" in input) {
    return { ...(await predictionsInWorker(ports.databasePath, input.predictions, context)) };
  }
  const labels = await withImages(ports, input.labels);
  return { ...(await labelsInWorker(ports.databasePath, labels, context)) };
}

/** What the export would lose and overwrite; writes nothing. */
export async function checkExport(
  ports: ExportPorts,
  input: DatasetExport,
  signal: AbortSignal,
): Promise<LabelExportCheck> {
  return checkInWorker(ports.databasePath, await withImages(ports, input), signal);
}

async function withImages(ports: ExportPorts, input: DatasetExport): Promise<LabelExport> {
  const { filter, datasetId, ...others } = input;
  if (filter === null) return { ...others, datasetId, imageIds: null };
  const question = { datasetId, filter, sort: "name" } as const;
  const { imageIds } = await ports.analysis.call("imageSequence", question);
  return { ...others, datasetId, imageIds };
}
