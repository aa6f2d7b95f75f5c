import { createHash } from "node:crypto";
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import type { PredictTask } from "../../../shared/compute/messages.ts";
import { AppError } from "../../../shared/domain/app-error.ts";
import { runTask } from "../../compute/run-task.ts";
import { writeAtomically } from "../../files/atomic-write.ts";
import type { JobContext } from "../job-context.ts";
import { mapCategories } from "./category-ids.ts";
import { listImages, type ImageList } from "./image-list.ts";
import { PartFile, type PartRow } from "./part-file.ts";

export interface FolderPrediction {
  /** A checkpoint folder or an ONNX file. */
  readonly model: string;
  /** Layout of an ONNX model's outputs; null: read from the graph. */
  readonly preset: string | null;
  readonly images: string;
  readonly groundTruth: string | null;
  readonly out: string;
  readonly settings: Pick<PredictTask, "size" | "tile" | "score" | "maxDets" | "batch">;
  /** This part of so many, from 1; null for all. */
  readonly shard: { readonly index: number; readonly count: number } | null;
}

export interface FolderPredictionResult {
  readonly out: string;
  readonly images: number;
  /** Of those, finished by an earlier run that was cut off. */
  readonly resumed: number;
  readonly predictions: number;
  readonly problems: readonly string[];
}

/**
 * Runs a detector over a folder and writes a COCO results file, whole or not at all. Beside it a part file keeps what
 * is finished: called again after a kill, only the rest is run.
 */
export async function predictFolder(
  plan: FolderPrediction,
  context: JobContext,
): Promise<FolderPredictionResult> {
  const list = listImages(plan.images, plan.groundTruth);
  const { shard } = plan;
  const images = list.images.filter((_, k) => !shard || k % shard.count === shard.index - 1);
  const part = new PartFile(`${plan.out}.part`, keyOf(plan, list));
  const wanted = new Set(images.map(({ id }) => id));
  const rows = part.open().filter(({ imageId }) => wanted.has(imageId));
  const finished = new Set(rows.map(({ imageId }) => imageId));
  const rest = images.filter(({ id }) => !finished.has(id));
  const task: PredictTask = {
    kind: "predict",
    model: detectorOf(plan),
    images: rest,
    ...plan.settings,
  };
  const { labels } = await runTask(task, {
    signal: context.signal,
    progress: ({ phase, step, unit }) =>
      context.progress({ phase, step: step + finished.size, total: images.length, unit }),
    item: (item) => rows.push(part.append(item)),
  });
  const result = writeResults(plan, list, labels, rows);
  part.remove();
  return { ...result, images: images.length, resumed: finished.size };
}

function detectorOf({ model, preset }: FolderPrediction): PredictTask["model"] {
  if (!existsSync(model))
    throw new AppError(
      "predict/no-model",
      `There is no model at ${model}. Give a checkpoint folder or an .onnx file.`,
    );
  return statSync(model).isDirectory()
    ? { kind: "rtdetr", folder: model }
    : { kind: "onnx", file: model, preset };
}

/** Changes with anything that changes the detections. */
function keyOf(plan: FolderPrediction, { images }: ImageList): string {
  const hash = createHash("sha256");
  const { model, preset, settings } = plan;
  const weights = join(model, "model.safetensors");
  const file = existsSync(weights) ? weights : model;
  const stamp = existsSync(file) ? [statSync(file).size, statSync(file).mtimeMs] : [];
  hash.update(JSON.stringify([model, preset, stamp, settings, plan.shard]));
  for (const { id, path } of images) hash.update(`${id} ${path}\n`);
  return hash.digest("hex");
}

function writeResults(
  { out }: FolderPrediction,
  { images, categories, missing }: ImageList,
  labels: readonly string[],
  rows: PartRow[],
): Omit<FolderPredictionResult, "images" | "resumed"> {
  const classCount = rows.reduce(
    (most, row) => Math.max(most, 1 + Math.max(-1, ...row.classes)),
    0,
  );
  const { ids, unknown } = mapCategories(labels, categories, classCount);
  const order = new Map(images.map(({ id }, k) => [id, k]));
  rows.sort((a, b) => order.get(a.imageId)! - order.get(b.imageId)!);
  let predictions = 0;
  function* lines() {
    yield "[";
    for (const row of rows) {
      const texts = row.classes.flatMap((label, k) => {
        const id = ids[label] ?? null;
        if (id === null) return [];
        const bbox = row.boxes.slice(k * 4, k * 4 + 4);
        return [
          JSON.stringify({ image_id: row.imageId, category_id: id, bbox, score: row.scores[k] }),
        ];
      });
      if (texts.length > 0) yield (predictions > 0 ? ",\n" : "\n") + texts.join(",\n");
      predictions += texts.length;
    }
    yield "\n]\n";
  }
  writeAtomically(out, lines());
  const problems = rows.flatMap(({ problem }) => (problem === null ? [] : [problem]));
  if (missing.length > 0)
    problems.push(
      `${missing.length} images of the ground truth are not in the folder, first ${missing[0]}.`,
    );
  if (unknown.length > 0)
    problems.push(
      `${unknown.length} classes of the model are not in the ground truth and were left out: ${unknown.slice(0, 5).join(", ")}.`,
    );
  return { out, predictions, problems };
}
