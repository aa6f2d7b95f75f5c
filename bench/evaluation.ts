/**
 * Time and memory of evaluating files, each run in a process of its own: load, evaluate, accumulate, total, process.
 *
 *     npm run bench:eval                     coco, visdrone and sodad
 *     npm run bench:eval coco --runs 9       one kind, medians of nine runs
 *     npm run bench:eval sodad --scale 4.1   7.4 million detections
 *     npm run bench:eval -- --no-peer        without pycocotools
 *
 * Where the python in FOVEA_PYTHON (or python3) has pycocotools, it is run once beside, and the ratio is printed.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { cocoParams, sodaDParams, type EvaluationParams } from "../shared/domain/protocols.ts";
import { makeDetections, writeDetections } from "./make-detections.ts";

type Kind = "coco" | "visdrone" | "sodad";

/** COCO's rules throughout, so that pycocotools does the same work. */
const paramsOf: Readonly<Record<Kind, EvaluationParams>> = {
  coco: cocoParams,
  visdrone: { ...cocoParams, maxDets: [1, 10, 100, 500] },
  sodad: { ...sodaDParams, protocol: "coco" },
};

interface Figures {
  readonly load: number;
  readonly evaluate: number;
  readonly accumulate: number;
  readonly total: number;
  /** The whole process, its start included; Fovea's only. */
  readonly process?: number;
  /** MB */
  readonly peak: number;
  readonly ap: number;
}

const columns = ["load", "evaluate", "accumulate", "total", "process", "peak"] as const;

function main(): void {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    allowNegative: true,
    options: {
      runs: { type: "string", default: "5" },
      scale: { type: "string", default: "1" },
      peer: { type: "boolean", default: true },
      child: { type: "boolean", default: false },
    },
  });
  if (values.child) return void child(positionals);
  const kinds = (positionals.length > 0 ? positionals : Object.keys(paramsOf)) as Kind[];
  const python = values.peer ? findPython() : null;
  if (values.peer && python === null)
    console.log("No python with pycocotools was found (set FOVEA_PYTHON), so there is no ratio.");
  for (const kind of kinds) measure(kind, Number(values.scale), Number(values.runs), python);
}

function measure(kind: Kind, scale: number, runs: number, python: string | null): void {
  const params = paramsOf[kind];
  if (!(params as EvaluationParams | undefined)) throw new Error(`There is no kind "${kind}".`);
  const folder = join(tmpdir(), "fovea-bench", `${kind}-${scale}`);
  if (!existsSync(join(folder, "dt.json"))) writeDetections(makeDetections(kind, 1, scale), folder);
  const [gt, dt] = [join(folder, "gt.json"), join(folder, "dt.json")] as const;
  const size = (statSync(dt).size / 2 ** 20).toFixed(0);
  console.log(`\n${kind} x ${scale}: dt.json ${size} MB; milliseconds and MB`);
  print("", columns);
  const all = Array.from({ length: runs }, () => runFovea(gt, dt, params));
  const ours = medians(all);
  print(
    `fovea, median of ${runs}`,
    columns.map((name) => round(ours[name])),
  );
  if (python === null) return;
  const peer = runPeer(python, gt, dt, params);
  print(
    "pycocotools, once",
    columns.map((name) => round(peer[name])),
  );
  print(
    "ratio",
    columns.map((name) => (peer[name] ? (peer[name] / ours[name]!).toFixed(0) : "")),
  );
  const difference = Math.abs(peer.ap - ours.ap);
  console.log(`AP ${ours.ap}, off by ${difference} from pycocotools`);
}

function runFovea(gt: string, dt: string, params: EvaluationParams): Figures {
  const began = performance.now();
  const args = [import.meta.filename, "--child", gt, dt, JSON.stringify(params)];
  // Compiled code is cached from the first file on, as the installed app has it.
  const env = { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), "fovea-bench", "compiled") };
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8", env });
  if (status !== 0) throw new Error(stderr);
  return { ...(JSON.parse(stdout) as Figures), process: performance.now() - began };
}

/** One evaluation, in this process. */
async function child([gt = "", dt = "", params = ""]: readonly string[]): Promise<void> {
  const { evaluateFiles } = await import("../main/cli/evaluate-files.ts");
  const { result, timings } = await evaluateFiles({
    gt,
    dt,
    images: null,
    params: JSON.parse(params) as EvaluationParams,
  });
  const peak = process.resourceUsage().maxRSS / 1024;
  console.log(JSON.stringify({ ...timings, peak, ap: result.summary["AP"] }));
}

function findPython(): string | null {
  for (const python of [process.env["FOVEA_PYTHON"], "python3"]) {
    if (python === undefined) continue;
    if (spawnSync(python, ["-c", "import pycocotools"]).status === 0) return python;
  }
  return null;
}

function runPeer(python: string, gt: string, dt: string, params: EvaluationParams): Figures {
  const ranges = params.areaRanges.map(({ label, low, high }) => [label, low, high]);
  const script = join(import.meta.dirname, "pycocotools-peer.py");
  const args = [script, gt, dt, JSON.stringify(ranges), JSON.stringify(params.maxDets)];
  return JSON.parse(execFileSync(python, args, { encoding: "utf8" })) as Figures;
}

function medians(all: readonly Figures[]): Figures {
  const median = (name: keyof Figures) =>
    all.map((figures) => figures[name] ?? 0).sort((a, b) => a - b)[all.length >> 1]!;
  const names = ["load", "evaluate", "accumulate", "total", "process", "peak", "ap"] as const;
  return Object.fromEntries(names.map((name) => [name, median(name)])) as unknown as Figures;
}

function round(value: number | undefined): string {
  return value === undefined ? "" : value.toFixed(0);
}

function print(title: string, cells: readonly string[]): void {
  console.log(title.padEnd(20) + cells.map((cell) => cell.padStart(12)).join(""));
}

main();
