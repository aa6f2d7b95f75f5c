/** The detections of a picture from those of its network inputs. */
import type { PredictedImage, PredictTask } from "../../shared/compute/messages.ts";
import { mergeNms } from "../tiling/merge-nms.ts";
import { mergeSeams } from "../tiling/merge-seams.ts";
import type { Detections } from "./detector.ts";
import type { NetworkInput, PreparedPicture } from "./network-input.ts";

export type AssembledPicture = Pick<PredictedImage, "boxes" | "scores" | "classes" | "atSeam">;

/** From input pixels to the original's, and over the tiles of a picture. */
export function assemblePicture(
  picture: PreparedPicture,
  found: readonly Detections[],
  { tile, maxDets }: Pick<PredictTask, "tile" | "maxDets">,
): AssembledPicture {
  const corners = found.map((detections, k) => toPicture(detections.boxes, picture.inputs[k]!));
  if (!tile) {
    const [detections] = found;
    const boxes = toXywh(corners[0]!, picture);
    return { boxes, scores: detections!.scores, classes: detections!.classes, atSeam: null };
  }
  const all = {
    boxes: joined(Float32Array, corners),
    scores: joined(
      Float32Array,
      found.map((part) => part.scores),
    ),
    classes: joined(
      Int32Array,
      found.map((part) => part.classes),
    ),
    tile: joined(
      Int32Array,
      found.map((part, k) => new Int32Array(part.scores.length).fill(k)),
    ),
    tiles: picture.tiles,
    width: picture.width,
    height: picture.height,
  };
  const merged = tile.merge === "nms" ? mergeNms(all) : mergeSeams(all);
  const keep = Math.min(merged.scores.length, maxDets);
  return {
    boxes: toXywh(merged.boxes.subarray(0, keep * 4), picture),
    scores: merged.scores.slice(0, keep),
    classes: merged.classes.slice(0, keep),
    atSeam: merged.atSeam.slice(0, keep),
  };
}

function joined<A extends Float32Array | Int32Array>(
  Type: new (length: number) => A,
  parts: readonly A[],
): A {
  const out = new Type(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part as never, at);
    at += part.length;
  }
  return out;
}

function toPicture(boxes: Float32Array, input: NetworkInput): Float32Array {
  return boxes.map((value, k) =>
    k % 2 === 0 ? value / input.scaleX + input.left : value / input.scaleY + input.top,
  );
}

/** Corners to xywh, clipped to the picture. */
function toXywh(corners: Float32Array, { width, height }: PreparedPicture): Float32Array {
  const out = new Float32Array(corners.length);
  for (let k = 0; k < corners.length; k += 4) {
    const x1 = Math.min(width, Math.max(0, corners[k]!));
    const y1 = Math.min(height, Math.max(0, corners[k + 1]!));
    out[k] = x1;
    out[k + 1] = y1;
    out[k + 2] = Math.min(width, Math.max(0, corners[k + 2]!)) - x1;
    out[k + 3] = Math.min(height, Math.max(0, corners[k + 3]!)) - y1;
  }
  return out;
}
