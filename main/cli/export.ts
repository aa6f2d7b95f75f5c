import { parseArgs } from "node:util";
import { exportFormats, predictionExportFormats } from "../../shared/domain/file-formats.ts";
import { AppError } from "../../shared/domain/app-error.ts";
import { datasetQueries } from "../db/queries/datasets.ts";
import { revisionQueries } from "../db/queries/revisions.ts";
import { startDatasetExport, startPredictionExport } from "../services/exports/start-export.ts";
import type { OpenProject } from "../services/projects/open-project.ts";
import { resolvePath, say, UsageError, type Command } from "./command.ts";
import { buildHeadlessApp } from "./host.ts";
import { followJob } from "./progress-line.ts";

const help = `Usage: fovea export --project DIR --dataset NAME|ID --format F --out DIR [options]
       fovea export --project DIR --predictions NAME|ID --format coco|visdrone --out PATH [options]

Writes labels or predictions of a project to files. What a format cannot hold is told.

  --project DIR         the project
  --dataset NAME|ID     the dataset whose labels are written
  --format F            coco, soda-d, visdrone, voc, yolo, labelme or cvat
  --out DIR             a new or empty folder; COCO and SODA-D: or a .json file, CVAT: or a .xml file
  --revision N|NAME     the labels as they were then (default: as they are now)
  --pictures            copy the pictures, too
  --predictions NAME|ID the prediction set that is written instead: COCO as one .json, VisDrone as a
                        folder of txt, by descending score
  --overwrite           replace files of the same names; never pictures
  --json                print the result as one JSON document
`;

const options = {
  project: { type: "string" },
  dataset: { type: "string" },
  predictions: { type: "string" },
  format: { type: "string" },
  out: { type: "string" },
  revision: { type: "string" },
  pictures: { type: "boolean", default: false },
  overwrite: { type: "boolean", default: false },
  json: { type: "boolean", default: false },
} as const;

type Values = ReturnType<typeof parseArgs<{ options: typeof options }>>["values"];

export const exportCommand: Command = {
  summary: "write labels or predictions of a project to files",
  help,
  async run(args) {
    const { values } = parseArgs({ args: [...args], options });
    const { project, out, dataset, predictions } = values;
    if (project === undefined || out === undefined || values.format === undefined)
      throw new UsageError("export needs --project, --format and --out.");
    if ((dataset === undefined) === (predictions === undefined))
      throw new UsageError("export needs either --dataset or --predictions.");
    const app = buildHeadlessApp();
    try {
      await app.workspace.open(resolvePath(project));
      const open = app.workspace.project;
      const jobId =
        predictions === undefined
          ? startLabels(open, dataset!, resolvePath(out), values)
          : startPredictions(open, predictions, resolvePath(out), values);
      const job = await followJob(app, jobId);
      if (values.json) {
        const { state, error, result } = job;
        process.stdout.write(`${JSON.stringify({ state, error, ...result })}\n`);
      }
      if (job.state !== "done") {
        say(`fovea: ${job.error?.message ?? `the export was ${job.state}.`}`);
        return 1;
      }
      const { path, files, notes } = job.result as {
        path: string;
        files: number;
        notes: readonly string[];
      };
      for (const note of notes) say(`- ${note}`);
      say(`Wrote ${files === 1 ? "1 file" : `${files} files`}: ${path}`);
      return 0;
    } finally {
      await app.close();
    }
  },
};

function startLabels(project: OpenProject, name: string, path: string, values: Values): number {
  const format = oneOf("format", values.format!, exportFormats);
  const datasets = datasetQueries(project.db).all();
  const { id: datasetId } = findNamed("dataset", name, datasets);
  const { pictures, overwrite } = values;
  const revision =
    values.revision === undefined ? null : findRevision(project, datasetId, values.revision);
  return startDatasetExport(project, {
    datasetId,
    format,
    revision,
    filter: null,
    path,
    pictures,
    overwrite,
  });
}

function startPredictions(
  project: OpenProject,
  name: string,
  path: string,
  { format, overwrite, revision, pictures }: Values,
): number {
  if (revision !== undefined || pictures)
    throw new UsageError("--revision and --pictures go with --dataset, not with --predictions.");
  const queries = datasetQueries(project.db);
  const sets = queries.all().flatMap(({ id }) => queries.predictionSets(id));
  return startPredictionExport(project, {
    predictionSetId: findNamed("prediction set", name, sets).id,
    format: oneOf("format", format!, predictionExportFormats),
    path,
    overwrite,
  });
}

function oneOf<Value extends string>(
  option: string,
  text: string,
  allowed: readonly Value[],
): Value {
  const found = allowed.find((value) => value === text);
  if (found !== undefined) return found;
  throw new UsageError(`--${option} is "${text}"; it must be one of ${allowed.join(", ")}.`);
}

function findNamed<Row extends { readonly id: number; readonly name: string }>(
  noun: "dataset" | "prediction set",
  name: string,
  rows: readonly Row[],
): Row {
  const found = rows.filter((row) => row.name === name || String(row.id) === name);
  if (found.length === 1) return found[0]!;
  const names = rows.map((row) => `"${row.name}" (${row.id})`).join(", ") || "none";
  const problem = found.length === 0 ? `no ${noun}` : `${found.length} ${noun}s`;
  throw new AppError(
    `${noun.replace(" ", "-")}/not-found`,
    `The project has ${problem} called "${name}". It has ${names}; a number in brackets names one for sure.`,
  );
}

/** A number, or the name that a revision was given. */
function findRevision(project: OpenProject, datasetId: number, text: string): number {
  const named = revisionQueries(project.db).named(datasetId);
  const found = named.find(({ name }) => name === text);
  if (found !== undefined) return found.revision;
  if (/^[1-9]\d*$/.test(text)) return Number(text);
  const names = named.map(({ name }) => `"${name}"`).join(", ") || "none";
  throw new AppError(
    "revision/not-found",
    `The dataset has no revision called "${text}". Named are ${names}; a number names any other.`,
  );
}
