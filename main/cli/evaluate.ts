import { parseArgs } from "node:util";
import { iouThresholds } from "../../shared/evaluation/thresholds.ts";
import { visDroneThresholds } from "../../shared/evaluation/visdrone/thresholds.ts";
import type {
  EvaluationArrays,
  EvaluationResult,
  EvaluationWarning,
} from "../../shared/evaluation/types.ts";
import { writeAtomically } from "../files/atomic-write.ts";
import { encodeEvaluationArrays, withoutFirstRanges } from "../formats/evaluation-arrays.ts";
import { resolvePath, say, UsageError, type Command } from "./command.ts";
import { evaluateFiles, type EvaluationFiles } from "./evaluate-files.ts";
import { evaluationParams } from "./evaluation-options.ts";
import { evaluationTable } from "./evaluation-table.ts";

const help = `Usage: fovea evaluate --gt FILE --dt FILE [options]

Scores predictions against ground truth, without a project.

  --gt FILE          COCO instances JSON; for VisDrone a folder of txt files
  --dt FILE          COCO results JSON; for VisDrone a folder of txt files
  --protocol NAME    coco (the default), soda-d or visdrone
  --areas LIST       area ranges of your own, in square pixels: tiny:0:256,small:256:1024
  --max-dets LIST    predictions kept per image and class, ascending: 1,10,100
  --arrays FILE      also writes precision, recall and scores as safetensors, float64, -1 where absent
  --images FOLDER    VisDrone: the pictures, whose sizes clip ignored regions
  --json             prints one JSON document instead of a table
`;

export const evaluateCommand: Command = {
  summary: "score predictions against ground truth",
  help,
  run: async (args) => runEvaluate(readOptions(args)),
};

interface Options extends EvaluationFiles {
  /** How many area ranges were put before those that the user named. */
  readonly addedRanges: number;
  readonly arrays: string | null;
  readonly json: boolean;
}

function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      gt: { type: "string" },
      dt: { type: "string" },
      protocol: { type: "string" },
      areas: { type: "string" },
      "max-dets": { type: "string" },
      arrays: { type: "string" },
      images: { type: "string" },
      json: { type: "boolean", default: false },
    },
  });
  if (values.gt === undefined || values.dt === undefined)
    throw new UsageError("evaluate needs --gt and --dt.");
  const params = evaluationParams({ ...values, maxDets: values["max-dets"] });
  if (params.protocol === "visdrone" && values.arrays !== undefined)
    throw new UsageError("--arrays is for coco and soda-d; VisDrone's AP has no 101-point arrays.");
  const named = values.areas?.split(",").length ?? params.areaRanges.length;
  return {
    gt: resolvePath(values.gt),
    dt: resolvePath(values.dt),
    images: values.images === undefined ? null : resolvePath(values.images),
    params,
    addedRanges: params.areaRanges.length - named,
    arrays: values.arrays === undefined ? null : resolvePath(values.arrays),
    json: values.json,
  };
}

async function runEvaluate(options: Options): Promise<number> {
  const { result, warnings, timings } = await evaluateFiles(options, terminalProgress());
  if (options.arrays !== null && result.arrays !== null)
    writeArrays(options.arrays, withoutFirstRanges(result.arrays, options.addedRanges));
  if (options.json) process.stdout.write(`${jsonDocument(result, warnings, timings)}\n`);
  else process.stdout.write(evaluationTable(result, warnings));
  return 0;
}

function jsonDocument(
  { params, summary, perClass }: EvaluationResult,
  warnings: readonly EvaluationWarning[],
  timings: Readonly<Record<string, number>>,
): string {
  const { protocol, areaRanges, maxDets } = params;
  return JSON.stringify({
    protocol,
    params: {
      areaRanges,
      maxDets,
      iouThresholds: protocol === "visdrone" ? visDroneThresholds : iouThresholds,
    },
    summary,
    perClass,
    warnings,
    timings,
  });
}

/** One line on stderr that is written over, where a person may be looking; nothing in a pipe or a log. */
function terminalProgress(): (phase: string, share: number) => void {
  if (!process.stderr.isTTY) return () => undefined;
  return (phase, share) => {
    const done = share > 0 ? ` ${Math.floor(100 * share)} %` : "";
    process.stderr.write(`\r\x1b[K${phase}${done}`);
    if (share === 0 || share === 1) process.stderr.write("\n");
  };
}

function writeArrays(path: string, arrays: EvaluationArrays): void {
  writeAtomically(path, encodeEvaluationArrays(arrays));
  say(`Wrote ${path}`);
}
