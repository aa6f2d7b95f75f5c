/**
 * How soon the page has new numbers after an edit of a label: AP by bucket, verdicts of the image, suspects. Through the
 * calls that the page makes; each time a random box of a random image is moved. Medians but where p95 is said.
 *
 *     node bench/live.ts                        visdrone (VisDrone-val size) and sodad (SODA-D size)
 *     node bench/live.ts visdrone --edits 50    one kind
 *     node bench/live.ts --folder DIR           gt.json and dt.json lie there as DIR/<kind>-1-1
 */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { ErrorBody } from "../shared/api/route.ts";
import type { Input, Output, RouteName } from "../shared/api/contract.ts";
import type { ProtocolId } from "../shared/domain/protocols.ts";
import { buildApp, type App } from "../main/app.ts";
import { makeDetections, writeDetections } from "./make-detections.ts";

type Kind = "visdrone" | "sodad";
type Call = <Name extends RouteName>(name: Name, input: Input<Name>) => Promise<Output<Name>>;

const protocolsOf: Readonly<Record<Kind, readonly ProtocolId[]>> = {
  visdrone: ["visdrone", "coco"],
  sodad: ["soda-d", "coco"],
};

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { edits: { type: "string", default: "40" }, folder: { type: "string" } },
  });
  const kinds = (positionals.length > 0 ? positionals : ["visdrone", "sodad"]) as Kind[];
  for (const kind of kinds)
    await measureKind(kind, setFolder(kind, values.folder), Number(values.edits));
}

function setFolder(kind: Kind, given: string | undefined): string {
  const folder = given ? join(given, `${kind}-1-1`) : join(tmpdir(), "fovea-bench", `${kind}-1`);
  if (!existsSync(join(folder, "dt.json"))) writeDetections(makeDetections(kind, 1, 1), folder);
  return folder;
}

async function measureKind(kind: Kind, folder: string, edits: number): Promise<void> {
  const dataFolder = mkdtempSync(join(tmpdir(), "fovea-live-"));
  const app = startApp(dataFolder);
  const call = caller(app);
  try {
    await call("projects/create", { name: kind });
    const { datasetId, predictionSetId } = await importSet(app, call, folder);
    for (const protocol of protocolsOf[kind]) {
      const evaluated = await call("runs/evaluate", { predictionSetId, protocol });
      await app.workspace.project.jobs.ended(evaluated.jobId);
      const { runs } = await call("runs/list", { datasetId });
      console.log(`\n${kind}, ${protocol}; load ${loadavg()[0]!.toFixed(1)}; milliseconds`);
      await measureRun(call, { datasetId, runId: runs[0]!.id, edits });
    }
  } finally {
    await app.close();
    rmSync(dataFolder, { recursive: true, force: true });
  }
}

function startApp(dataFolder: string): App {
  const root = join(import.meta.dirname, "..");
  return buildApp(
    {
      info: { version: "0", host: "loopback", can: { openDialog: false, showInFolder: false } },
      pageFolder: join(dataFolder, "page"),
      sampleFolder: join(root, "assets", "sample"),
      dataFolder,
    },
    { log: (line) => console.error(line) },
  );
}

/** As the page calls: through Request and Response, JSON included. */
function caller(app: App): Call {
  return async (name, input) => {
    const body = JSON.stringify(input);
    const address = `http://127.0.0.1/api/${name}`;
    const response = await app.fetch(new Request(address, { method: "POST", body }));
    const answer: unknown = await response.json();
    if (!response.ok) throw new Error(`${name}: ${(answer as ErrorBody).error.message}`);
    return answer as never;
  };
}

async function importSet(app: App, call: Call, folder: string) {
  const { jobId } = await call("imports/start", {
    root: folder,
    datasetName: "Bench",
    imageRoot: "",
    labels: { format: "coco", path: "gt.json" },
    predictions: [{ format: "coco-results", path: "dt.json", name: "Found" }],
    evaluate: null,
  });
  const job = await app.workspace.project.jobs.ended(jobId);
  if (job.state !== "done") throw new Error(JSON.stringify(job.error));
  const made = job.result as { datasetId: number; predictionSetIds: number[] };
  return { datasetId: made.datasetId, predictionSetId: made.predictionSetIds[0]! };
}

interface Asked {
  readonly datasetId: number;
  readonly runId: number;
  readonly edits: number;
}

async function measureRun(call: Call, { datasetId, runId, edits }: Asked): Promise<void> {
  const filter = { runId };
  const { imageIds } = await call("images/sequence", { datasetId, filter: {} });
  const questions = {
    "live/score": () => call("live/score", { runId }),
    "images/get": (imageId: number) => call("images/get", { imageId, filter }),
    "suspects/query": () => call("suspects/query", { datasetId, runIds: [runId] }),
    "images/query": () => call("images/query", { datasetId, filter, sort: "worst" }),
  };
  for (const [name, ask] of Object.entries(questions)) {
    const first = await timed(() => ask(imageIds[0]!));
    const edited: Cost[] = [];
    const answered: Cost[] = [];
    for (let n = 0; n < edits; n += 1) {
      const imageId = imageIds[Math.floor(Math.random() * imageIds.length)]!;
      const edit = await moveOne(call, imageId);
      if (edit === null) continue;
      edited.push(edit);
      answered.push(await timed(() => ask(imageId)));
    }
    const both = edited.map(({ wall }, n) => wall + answered[n]!.wall);
    const columns = [
      `first ${first.wall.toFixed(0)}`,
      `edit ${share(edited.map(({ wall }) => wall), 0.5)}`,
      `answer ${share(answered.map(({ wall }) => wall), 0.5)}`,
      `edit and answer ${share(both, 0.5)}, p95 ${share(both, 0.95)}`,
      `processor ${share(edited.map(({ cpu }, n) => cpu + answered[n]!.cpu), 0.5)}`,
    ]; // prettier-ignore
    console.log(`${name.padEnd(15)} ${columns.map((text) => text.padEnd(14)).join(" ")}`);
  }
}

function share(values: readonly number[], of: number): string {
  const sorted = values.toSorted((a, b) => a - b);
  return (sorted[Math.floor(of * (sorted.length - 1))] ?? 0).toFixed(1);
}

/** Moves a box by a pixel. null where the image has no labels. */
async function moveOne(call: Call, imageId: number): Promise<Cost | null> {
  const { annotations } = await call("annotations/get", { imageId });
  const label = annotations[Math.floor(Math.random() * annotations.length)];
  if (!label) return null;
  const { id, categoryId, box, crowd, ignore } = label;
  const before = { categoryId, box, crowd, ignore };
  const after = { ...before, box: [box[0] + 1, box[1], box[2], box[3]] as const };
  return timed(() =>
    call("annotations/edit", { imageId, action: "nudge", changes: [{ id, before, after }] }),
  );
}

interface Cost {
  readonly wall: number;
  /** Of all threads, so that a busy machine does not show. */
  readonly cpu: number;
}

async function timed(work: () => Promise<unknown>): Promise<Cost> {
  const began = performance.now();
  const used = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(used);
  return { wall: performance.now() - began, cpu: (user + system) / 1000 };
}

await main();
