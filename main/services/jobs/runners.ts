import type { JobKind } from "../../../shared/api/jobs.ts";
import type { Db } from "../../db/open.ts";
import type { Analysis } from "../analysis/client.ts";
import type { EvaluationWorker } from "../analysis/evaluation-worker.ts";
import type { Events } from "../events.ts";
import { exportJob, type ExportInput } from "../exports/export-job.ts";
import { evaluateJob, type EvaluateInput } from "../runs/evaluate-job.ts";
import { predictJob, type PredictInput } from "../inference/predict-job.ts";
import { trainJob, type TrainInput } from "../training/train-job.ts";
import { installJob } from "./install-job.ts";
import { importJob, type ImportInput } from "./import-job.ts";
import type { JobRunner, JobRunners } from "./queue.ts";

export interface RunnerPorts {
  readonly db: Db;
  readonly databasePath: string;
  readonly events: Events;
  readonly evaluationWorker: EvaluationWorker;
  readonly analysis: Analysis;
}

/** What does each kind of job; a new kind is a new line here. */
export function jobRunners(ports: RunnerPorts): JobRunners {
  return {
    import: async (input, context) => ({
      ...(await importJob(ports, input as ImportInput, context)),
    }),
    evaluate: (input, context) => evaluateJob(ports, input as EvaluateInput, context),
    predict: (input, context) => predictJob(ports, input as PredictInput, context),
    export: (input, context) => exportJob(ports, input as ExportInput, context),
    train: (input, context) => trainJob(ports, input as TrainInput, context),
    "install-tensorflow": (_input, context) => installJob(context),
  } satisfies Partial<Record<JobKind, JobRunner>>;
}
