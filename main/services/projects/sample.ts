import { existsSync } from "node:fs";
import { join } from "node:path";
import type { ImportPlan } from "../../../shared/api/imports.ts";
import { AppError } from "../../../shared/domain/app-error.ts";
import { datasetQueries } from "../../db/queries/datasets.ts";
import { startEvaluation } from "../runs/start-evaluation.ts";
import { startImport } from "./start-import.ts";
import type { OpenProject } from "./open-project.ts";

/** SODA-D last, so that the newest run is what the sample is about: scores by scale. */
const protocols = ["coco", "soda-d"] as const;

const DATASET_NAME = "Sample: aerial views";

/** Imports the embedded dataset into an empty sample project and evaluates its predictions. */
export async function fillSample(project: OpenProject, sampleFolder: string): Promise<void> {
  const datasets = datasetQueries(project.db);
  const root = sampleFolder;
  // The program may have moved since; an AppImage lies elsewhere at every start.
  for (const { id, name, root: old } of datasets.all())
    if (name === DATASET_NAME && !existsSync(old)) datasets.relocate(id, root);
  if (datasets.all().length > 0 || project.jobs.busy) return;
  if (!existsSync(join(root, "annotations.json"))) {
    throw new AppError(
      "sample/missing",
      `The sample is not at ${root}. Run npm run sample to draw it anew.`,
    );
  }
  const plan: ImportPlan = {
    root,
    datasetName: DATASET_NAME,
    imageRoot: "images",
    labels: { format: "soda-d", path: "annotations.json" },
    predictions: [
      { format: "coco-results", path: "detector-a.json", name: "Detector A" },
      { format: "coco-results", path: "detector-b.json", name: "Detector B" },
    ],
    evaluate: null,
  };
  const imported = await finish(project, startImport(project, plan));
  const { predictionSetIds } = imported as { predictionSetIds: number[] };
  for (const protocol of protocols) {
    // The second detector first, so that the first one's run is the newest.
    for (const predictionSetId of predictionSetIds.toReversed()) {
      await finish(project, startEvaluation(project, { predictionSetId, protocol }));
    }
  }
}

async function finish(project: OpenProject, jobId: number): Promise<unknown> {
  const job = await project.jobs.ended(jobId);
  if (job.state === "done") return job.result;
  throw new AppError(
    "sample/failed",
    `The sample could not be made ready: ${job.error?.message ?? job.state}.`,
  );
}
