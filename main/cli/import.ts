import { parseArgs } from "node:util";
import type { FolderReport, ImportPlan } from "../../shared/api/imports.ts";
import type { JobRecord } from "../../shared/api/jobs.ts";
import { AppError } from "../../shared/domain/app-error.ts";
import type { ProtocolId } from "../../shared/domain/protocols.ts";
import { inspectFolder } from "../services/imports/import-folder.ts";
import { startImport } from "../services/projects/start-import.ts";
import { resolvePath, say, UsageError, type Command } from "./command.ts";
import { buildHeadlessApp } from "./host.ts";
import { followJob } from "./progress-line.ts";

const help = `Usage: fovea import FOLDER [--project DIR] [--name NAME] [--evaluate PROTOCOL] [--inspect] [--json]

Imports a folder of images, labels and predictions. What lies in it is detected.

  --project DIR         project to import into, made where there is none (default: a new one,
                        in the data folder of Fovea)
  --name NAME           name of the dataset (default: the folder's)
  --evaluate PROTOCOL   evaluate the predictions afterwards: coco, soda-d or visdrone
  --inspect             only say what was found, import nothing
  --json                print the result as one JSON document

Nothing in the folder is changed.
`;

export const importCommand: Command = {
  summary: "import a folder of images, labels and predictions into a project",
  help,
  async run(args) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        project: { type: "string" },
        name: { type: "string" },
        evaluate: { type: "string" },
        inspect: { type: "boolean", default: false },
        json: { type: "boolean", default: false },
      },
    });
    const [folder, ...more] = positionals;
    if (folder === undefined) throw new UsageError("import needs the folder to import.");
    if (more.length > 0)
      throw new UsageError(`import takes one folder; "${more[0]}" is one too many.`);
    const evaluate = values.evaluate === undefined ? null : protocolArgument(values.evaluate);
    const report = await inspectFolder(resolvePath(folder));
    describe(report);
    if (values.inspect) {
      if (values.json) process.stdout.write(`${JSON.stringify(report)}\n`);
      return 0;
    }
    if (!report.suggestion) {
      throw new AppError(
        "import/nothing-found",
        `${report.path} holds no images or labels that Fovea knows. Check the folder.`,
      );
    }
    const plan = {
      ...report.suggestion,
      evaluate,
      ...(values.name ? { datasetName: values.name } : {}),
    };
    return importPlan(plan, values.project, values.json);
  },
};

function protocolArgument(text: string): ProtocolId {
  if (text === "coco" || text === "soda-d" || text === "visdrone") return text;
  throw new UsageError(`--evaluate is "${text}"; it must be coco, soda-d or visdrone.`);
}

async function importPlan(
  plan: ImportPlan,
  project: string | undefined,
  json: boolean,
): Promise<number> {
  const app = buildHeadlessApp();
  try {
    if (project === undefined) await app.workspace.create(plan.datasetName);
    else await app.workspace.openOrCreate(resolvePath(project));
    const { project: open } = app.workspace;
    say(`Importing into ${open.folder}`);
    const job = await followJob(app, startImport(open, plan));
    if (json) process.stdout.write(`${JSON.stringify(answer(open.folder, job))}\n`);
    if (job.state === "done") {
      say(`Imported ${plan.datasetName}.`);
      return 0;
    }
    say(`fovea: ${job.error?.message ?? `the import was ${job.state}.`}`);
    return 1;
  } finally {
    await app.close();
  }
}

function answer(project: string, { state, error, result }: JobRecord) {
  return { project, state, error, ...result };
}

/** What was found, for people. */
function describe({ path, sources, imageFolders, problems }: FolderReport): void {
  say(`In ${path}:`);
  for (const folder of imageFolders) say(`  ${folder.images} images in ${folder.path || "."}`);
  for (const source of sources) {
    const boxes = source.boxes === null ? "" : `, ${source.boxes} boxes`;
    const classes = source.classes.length === 0 ? "" : `, ${source.classes.length} classes`;
    say(`  ${source.role} (${source.format}): ${source.path || "."}${boxes}${classes}`);
    if (source.guess) say(`    ${source.guess}`);
  }
  for (const problem of [...problems, ...sources.flatMap((source) => source.problems)]) {
    say(
      `  ${problem.severity}: ${problem.file}${problem.record ? ` ${problem.record}` : ""}: ${problem.message}`,
    );
  }
}
