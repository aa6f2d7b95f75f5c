/** Runs a detector over images: decoding runs ahead on other threads while the model works. */
import type { PredictedImage, PredictResult, PredictTask } from "../../shared/compute/messages.ts";
import type { TaskHandler } from "../process.ts";
import { assemblePicture } from "./assemble-picture.ts";
import type { Detections, Detector } from "./detector.ts";
import { openDetector } from "./open-detector.ts";
import { preparePicture, type PreparedPicture } from "./network-input.ts";

/** Pictures decoded ahead: one while the model works, one more to smooth over a slow file. */
const AHEAD = 2;

export const predictTask: TaskHandler<"predict"> = async (task, context) => {
  const detector = await openDetector(task);
  let done = 0;
  let failed = 0;
  const report = () => {
    context.progress({ phase: "Detecting", step: done, total: task.images.length, unit: "images" });
  };
  report();
  try {
    for await (const group of batches(task, detector, context.signal)) {
      for (const image of await predictGroup(group, task, detector)) {
        if (image.problem !== null) failed += 1;
        done += 1;
        context.item(image);
      }
      report();
    }
  } finally {
    await detector.dispose();
  }
  return { labels: detector.labels, images: done - failed, failed } satisfies PredictResult;
};

interface Prepared {
  readonly imageId: number;
  readonly picture: PreparedPicture | null;
  readonly problem: string | null;
}

/** Pictures in order, in groups of as many as the network takes at once; ends early when cancelled. */
async function* batches(
  task: PredictTask,
  detector: Detector,
  signal: AbortSignal,
): AsyncGenerator<Prepared[]> {
  const ahead: Promise<Prepared>[] = [];
  let next = 0;
  const fill = () => {
    while (next < task.images.length && ahead.length < AHEAD + task.batch) {
      const image = task.images[next++]!;
      ahead.push(prepare(image, task, detector));
    }
  };
  fill();
  while (ahead.length > 0 && !signal.aborted) {
    const group: Prepared[] = [];
    while (group.length < task.batch && ahead.length > 0) {
      group.push(await ahead.shift()!);
      fill();
    }
    yield group;
  }
}

async function prepare(
  image: PredictTask["images"][number],
  task: PredictTask,
  detector: Detector,
): Promise<Prepared> {
  try {
    const picture = await preparePicture(image.path, detector, task.tile);
    return { imageId: image.id, picture, problem: null };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { imageId: image.id, picture: null, problem: `${image.path}: ${reason}` };
  }
}

async function predictGroup(
  group: readonly Prepared[],
  task: PredictTask,
  detector: Detector,
): Promise<PredictedImage[]> {
  const inputs = group.flatMap(({ picture }) => picture?.inputs ?? []);
  const found: Detections[] = [];
  for (let start = 0; start < inputs.length; start += task.batch) {
    const pixels = inputs.slice(start, start + task.batch).map((input) => input.pixels);
    found.push(...(await detector.detect(pixels, task)));
  }
  let at = 0;
  return group.map(({ imageId, picture, problem }) => {
    if (!picture) return { imageId, ...nothing, problem };
    const own = found.slice(at, at + picture.inputs.length);
    at += picture.inputs.length;
    return { imageId, ...assemblePicture(picture, own, task), problem: null };
  });
}

const nothing = {
  boxes: new Float32Array(0),
  scores: new Float32Array(0),
  classes: new Int32Array(0),
  atSeam: null,
};
