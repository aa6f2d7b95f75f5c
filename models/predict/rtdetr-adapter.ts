import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { Detector, InputShape } from "./detector.ts";

const PREPROCESSOR = "preprocessor_config.json";
const preprocessor = z.object({ size: z.object({ height: z.int(), width: z.int() }) });
/** What the released models were trained with. */
export const USUAL: InputShape = { height: 640, width: 640 };

/** RT-DETR from a checkpoint folder. Without a size the checkpoint's own input size is taken. */
export async function openRtdetr(folder: string, size: InputShape | null): Promise<Detector> {
  const { RtdetrDetector } = await import("../rtdetr/detector.ts");
  const model = await RtdetrDetector.open(folder);
  const input = size ?? checkpointSize(folder) ?? USUAL;
  return {
    labels: model.config.labels,
    input,
    fit: "stretch",
    detect: async (pictures, { score, maxDets }) => {
      const values = new Uint8Array(pictures.length * input.width * input.height * 3);
      pictures.forEach((pixels, k) => values.set(pixels, k * pixels.length));
      const batch = { values, count: pictures.length, ...input };
      const sizes = pictures.map(() => input);
      const found = await model.detect(batch, sizes, { maxDetections: maxDets, minScore: score });
      return found.map(({ boxes, scores, labels }) => ({
        boxes: toCorners(boxes),
        scores,
        classes: labels,
      }));
    },
    dispose: () => Promise.resolve(model[Symbol.dispose]()),
  };
}

/** Input size that the checkpoint was made for; null where it does not say. */
export function checkpointSize(folder: string): InputShape | null {
  const path = join(folder, PREPROCESSOR);
  if (!existsSync(path)) return null;
  const parsed = preprocessor.safeParse(JSON.parse(readFileSync(path, "utf8")));
  return parsed.success ? parsed.data.size : null;
}

/** xywh to x1, y1, x2, y2. */
export function toCorners(xywh: Float32Array): Float32Array {
  return xywh.map((value, k) => (k % 4 >= 2 ? value + xywh[k - 2]! : value));
}
