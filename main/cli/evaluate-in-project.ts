import { parseArgs } from "node:util";
import {
  evaluationParams as evaluationParamsSchema,
  type RunReport,
} from "../../shared/api/runs.ts";
import { AppError } from "../../shared/domain/app-error.ts";
import { datasetQueries } from "../db/queries/datasets.ts";
import { runQueries } from "../db/queries/runs.ts";
import type { OpenProject } from "../services/projects/open-project.ts";
import { startEvaluation } from "../services/runs/start-evaluation.ts";
import { resolvePath, say, UsageError, type Command } from "./command.ts";
import { buildHeadlessApp } from "./host.ts";
import { evaluationParams } from "./evaluation-options.ts";
import { followJob } from "./progress-line.ts";

/** Evaluates a prediction set of a project and stores the run. */
export const evaluateInProject: Command["run"] = async (args) => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      project: { type: "string" },
      predictions: { type: "string" },
      protocol: { type: "string", default: "coco" },
      areas: { type: "string" },
      "max-dets": { type: "string" },
      json: { type: "boolean", default: false },
    },
  });
  if (values.project === undefined || values.predictions === undefined) {
    throw new UsageError("evaluate needs --project and --predictions, or --gt and --dt.");
  }
  const params = evaluationParams({ ...values, maxDets: values["max-dets"] });
  const isCustom = values.areas !== undefined || values["max-dets"] !== undefined;
  const app = buildHeadlessApp();
  try {
    await app.workspace.open(resolvePath(values.project));
    const { project } = app.workspace;
    const predictionSetId = findPredictionSet(project, values.predictions);
    const custom = isCustom ? { params: evaluationParamsSchema.parse(params) } : {};
    const job = await followJob(
      app,
      startEvaluation(project, { predictionSetId, protocol: params.protocol, ...custom }),
    );
    if (job.state !== "done") {
      say(`fovea: ${job.error?.message ?? `the evaluation was ${job.state}.`}`);
      return 1;
    }
    const report = runQueries(project.db).byId((job.result as { runId: number }).runId)!;
    print(report, values.json);
    return 0;
  } finally {
    await app.close();
  }
};

function findPredictionSet(project: OpenProject, name: string): number {
  const queries = datasetQueries(project.db);
  const sets = queries.all().flatMap(({ id }) => queries.predictionSets(id));
  const found = sets.filter((set) => set.name === name || String(set.id) === name);
  if (found.length === 1) return found[0]!.id;
  const names = sets.map((set) => `"${set.name}" (${set.id})`).join(", ") || "none";
  const problem = found.length === 0 ? "no prediction set" : `${found.length} prediction sets`;
  throw new AppError(
    "prediction-set/not-found",
    `The project has ${problem} called "${name}". It has ${names}; a number in brackets names one for sure.`,
  );
}

/** The same document as for files; the messages for people go to stderr. */
function print(report: RunReport, json: boolean): void {
  const summary = Object.fromEntries(report.summary.map(({ key, value }) => [key, value]));
  if (json) {
    const { protocol, params, perClass, warnings, timings, id } = report;
    process.stdout.write(
      `${JSON.stringify({ runId: id, protocol, params, summary, perClass, warnings, timings })}\n`,
    );
    return;
  }
  for (const [key, value] of Object.entries(summary)) {
    process.stdout.write(`${key.padEnd(8)} ${value === null ? "-" : (100 * value).toFixed(1)}\n`);
  }
  for (const { message } of report.warnings) say(`warning: ${message}`);
}
