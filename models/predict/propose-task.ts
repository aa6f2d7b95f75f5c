/** One look of a model at a picture, or at an enlarged part of it, as proposals for a person. */
import { join } from "node:path";
import type { ModelSource, ProposeResult, ProposeTask } from "../../shared/compute/messages.ts";
import { AppError } from "../../shared/domain/app-error.ts";
import type { TaskHandler } from "../process.ts";
import type { Detections } from "./detector.ts";
import { fileKey, keptOrOpened } from "./kept.ts";
import { decodePicture, resizePart, type NetworkInput, type Part } from "./network-input.ts";
import { openDetector } from "./open-detector.ts";

export const proposeTask: TaskHandler<"propose"> = async (task) => {
  const detector = await keptOrOpened(
    "detector",
    modelKey(task.model),
    () => openDetector({ model: task.model, size: null }),
    (last) => last.dispose(),
  );
  const picture = await decodeKept(task.image);
  const part = partFor(task.region, picture, detector.input);
  const input = await resizePart(picture, part, detector, null);
  const [found] = await detector.detect([input.pixels], task);
  return { labels: detector.labels, ...wanted(found!, input, task, picture) };
};

function modelKey(model: ModelSource): string {
  return model.kind === "rtdetr"
    ? fileKey(join(model.folder, "model.safetensors"))
    : `${fileKey(model.file)} ${model.preset}`;
}

async function decodeKept(path: string) {
  try {
    return await keptOrOpened(
      "picture",
      fileKey(path),
      () => decodePicture(path),
      () => undefined,
    );
  } catch (error) {
    throw new AppError("picture/unreadable", `${path}: ${(error as Error).message}`);
  }
}

/**
 * What the network sees for a region: the region, widened about its centre to the shape of the input so that objects
 * keep their aspect, moved inside the picture where it fits. Whole pixels.
 */
export function partFor(
  region: ProposeTask["region"],
  picture: { readonly width: number; readonly height: number },
  input: { readonly width: number; readonly height: number },
): Part {
  if (region === null) return { left: 0, top: 0, width: picture.width, height: picture.height };
  const [x, y, w, h] = region;
  const scale = Math.max(w / input.width, h / input.height);
  const width = Math.max(1, Math.min(picture.width, Math.round(scale * input.width)));
  const height = Math.max(1, Math.min(picture.height, Math.round(scale * input.height)));
  const inside = (start: number, size: number, whole: number) =>
    Math.max(0, Math.min(whole - size, Math.round(start)));
  return {
    left: inside(x + w / 2 - width / 2, width, picture.width),
    top: inside(y + h / 2 - height / 2, height, picture.height),
    width,
    height,
  };
}

/** In the picture's pixels, clipped to it; of those about a region only the ones with their centre in it. */
function wanted(
  { boxes, scores, classes }: Detections,
  { scaleX, scaleY, left, top }: NetworkInput,
  { region }: ProposeTask,
  picture: { readonly width: number; readonly height: number },
): Omit<ProposeResult, "labels"> {
  const rows: number[] = [];
  const xywh: number[] = [];
  scores.forEach((_, k) => {
    const x1 = Math.max(0, boxes[k * 4]! / scaleX + left);
    const y1 = Math.max(0, boxes[k * 4 + 1]! / scaleY + top);
    const w = Math.min(picture.width, boxes[k * 4 + 2]! / scaleX + left) - x1;
    const h = Math.min(picture.height, boxes[k * 4 + 3]! / scaleY + top) - y1;
    if (!(w > 0 && h > 0)) return;
    if (region && !holds(region, x1 + w / 2, y1 + h / 2)) return;
    rows.push(k);
    xywh.push(x1, y1, w, h);
  });
  return {
    boxes: Float32Array.from(xywh),
    scores: Float32Array.from(rows, (k) => scores[k]!),
    classes: Int32Array.from(rows, (k) => classes[k]!),
  };
}

function holds([x, y, w, h]: readonly [number, number, number, number], px: number, py: number) {
  return px >= x && px <= x + w && py >= y && py <= y + h;
}
