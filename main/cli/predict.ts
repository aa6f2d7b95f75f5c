import { parseArgs } from "node:util";
import { predictFolder, type FolderPrediction } from "../services/inference/predict-folder.ts";
import { resolvePath, say, UsageError, wholeNumber, type Command } from "./command.ts";

const help = `Usage: fovea predict --model DIR|FILE.onnx --images DIR --out FILE.json [options]

Runs a detector over a folder of images and writes a COCO results file.

  --model DIR|FILE.onnx  a folder with config.json and model.safetensors, or an ONNX detector
  --preset NAME          how an ONNX model's outputs are laid out, where the graph does not tell
  --images DIR           pictures, folders inside included; EXIF rotation is honoured
  --gt FILE              COCO ground truth: its image and category ids are used
                         (default: image ids by file name from 1, category ids by class from 1)
  --out FILE             results; written whole at the end. FILE.part keeps what is finished:
                         the same call after a kill goes on from there
  --size HxW             network input in pixels (default: the model's own)
  --tile N --overlap N   cut pictures into tiles of N pixels (overlap default 150)
  --merge nms|seams      how tiles are put together (default: seams)
  --score X              lowest score kept (default 0.01)
  --max-dets N           most boxes an image (default 300; with tiles 1000)
  --batch N              pictures or tiles at once (default 1)
  --shard I/N            only every Nth image, from the Ith; "fovea merge" joins the parts
  --json                 print a summary as one JSON document
`;

export const predictCommand: Command = {
  summary: "run a detector over a folder of images",
  help,
  async run(args) {
    const { values } = parseArgs({
      args: [...args],
      options: {
        model: { type: "string" },
        preset: { type: "string" },
        images: { type: "string" },
        gt: { type: "string" },
        out: { type: "string" },
        size: { type: "string" },
        tile: { type: "string" },
        overlap: { type: "string", default: "150" },
        merge: { type: "string", default: "seams" },
        score: { type: "string", default: "0.01" },
        "max-dets": { type: "string" },
        batch: { type: "string", default: "1" },
        shard: { type: "string" },
        json: { type: "boolean", default: false },
      },
    });
    const tile = tileArgument(values.tile, values.overlap, values.merge);
    const most = values["max-dets"] ?? (tile ? "1000" : "300");
    const plan: FolderPrediction = {
      model: resolvePath(required("model", values.model)),
      preset: values.preset ?? null,
      images: resolvePath(required("images", values.images)),
      groundTruth: values.gt === undefined ? null : resolvePath(values.gt),
      out: resolvePath(required("out", values.out)),
      settings: {
        size: sizeArgument(values.size),
        tile,
        score: shareArgument("score", values.score),
        maxDets: wholeNumber("max-dets", most, 1, 100_000),
        batch: wholeNumber("batch", values.batch, 1, 256),
      },
      shard: shardArgument(values.shard),
    };
    return run(plan, values.json);
  },
};

async function run(plan: FolderPrediction, json: boolean): Promise<number> {
  const stop = new AbortController();
  const cancel = () => {
    stop.abort();
  };
  process.once("SIGINT", cancel);
  const started = performance.now();
  let shown = 0;
  try {
    const result = await predictFolder(plan, {
      signal: stop.signal,
      progress: ({ step, total }) => {
        const now = performance.now();
        if (now - shown < 1000 && step !== total) return;
        shown = now;
        say(`${step} of ${total ?? "?"} images`);
      },
    });
    const seconds = (performance.now() - started) / 1000;
    for (const problem of result.problems) say(`fovea: ${problem}`);
    say(
      `${result.predictions} predictions on ${result.images} images in ${seconds.toFixed(1)} s: ${result.out}`,
    );
    if (json) process.stdout.write(`${JSON.stringify({ ...result, seconds })}\n`);
    return 0;
  } finally {
    process.off("SIGINT", cancel);
  }
}

function required(name: string, value: string | undefined): string {
  if (value !== undefined) return value;
  throw new UsageError(`predict needs --${name}.`);
}

function sizeArgument(text: string | undefined): FolderPrediction["settings"]["size"] {
  if (text === undefined) return null;
  const match = /^(\d+)x(\d+)$/.exec(text);
  if (match) return { height: Number(match[1]), width: Number(match[2]) };
  throw new UsageError(`--size is "${text}"; it must be HEIGHTxWIDTH, for example 640x640.`);
}

function tileArgument(
  size: string | undefined,
  overlap: string,
  merge: string,
): FolderPrediction["settings"]["tile"] {
  if (size === undefined) return null;
  if (merge !== "nms" && merge !== "seams")
    throw new UsageError(`--merge is "${merge}"; it must be nms or seams.`);
  const pixels = wholeNumber("tile", size, 32, 16_384);
  return { size: pixels, overlap: wholeNumber("overlap", overlap, 0, pixels - 1), merge };
}

function shareArgument(name: string, text: string): number {
  const value = Number(text);
  if (value >= 0 && value <= 1) return value;
  throw new UsageError(`--${name} is "${text}"; it must be a number from 0 to 1.`);
}

function shardArgument(text: string | undefined): FolderPrediction["shard"] {
  if (text === undefined) return null;
  const match = /^(\d+)\/(\d+)$/.exec(text);
  const index = Number(match?.[1]);
  const count = Number(match?.[2]);
  if (index >= 1 && index <= count) return { index, count };
  throw new UsageError(`--shard is "${text}"; it must be I/N with I from 1 to N.`);
}
