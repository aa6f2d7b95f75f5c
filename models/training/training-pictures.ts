/** Training pictures, decoded and changed by sharp on other threads. */
import sharp from "sharp";
import type { TrainingPicture } from "../../shared/compute/messages.ts";
import { decodePicture, type Picture } from "../predict/network-input.ts";
import type { TrainingTruth } from "../losses/total.ts";
import {
  augmentBoxes,
  planAugmentation,
  type AugmentPlan,
  type AugmentSettings,
} from "./augment.ts";
import type { RandomStream } from "./random.ts";

/** A picture, or a tile of one, with its boxes in pixels of that part. */
export type TrainingImage = TrainingPicture;

export interface TrainingSample {
  /** H*W*3 bytes of the network's input. */
  readonly pixels: Uint8Array;
  readonly truth: TrainingTruth;
}

const BLACK = { r: 0, g: 0, b: 0 };
const GREY = { r: 114, g: 114, b: 114 };

/** Decodes one picture and draws its augmentation from `random`. */
export async function trainingSample(
  image: TrainingImage,
  input: { readonly width: number; readonly height: number },
  settings: AugmentSettings,
  random: RandomStream,
): Promise<TrainingSample> {
  const plan = planAugmentation(image, input, settings, random);
  const { boxes, classes, regions } = augmentBoxes(image, plan);
  return { pixels: await augmentPixels(image, plan), truth: { boxes, classes, regions } };
}

async function augmentPixels(source: TrainingImage, plan: AugmentPlan): Promise<Uint8Array> {
  const { path, tile } = source;
  const { crop, place, input, flip, colour } = plan;
  const picture = await decodePicture(path);
  paintRegions(picture, source);
  const left = crop.left + (tile?.left ?? 0);
  const top = crop.top + (tile?.top ?? 0);
  // A tile of a small picture reaches beyond it: what is missing there is black, as when predicting.
  const width = Math.min(crop.width, picture.width - left);
  const height = Math.min(crop.height, picture.height - top);
  const raw = { width: picture.width, height: picture.height, channels: 3 as const };
  let image = sharp(picture.data, { raw }).extract({ left, top, width, height });
  if (width < crop.width || height < crop.height) {
    image = sharp(
      await image
        .extend({ right: crop.width - width, bottom: crop.height - height, background: BLACK })
        .raw()
        .toBuffer(),
      { raw: { width: crop.width, height: crop.height, channels: 3 } },
    );
  }
  image = image.resize(place.width, place.height, { fit: "fill", kernel: "linear" });
  if (place.width < input.width || place.height < input.height) {
    image = image.extend({
      left: place.left,
      top: place.top,
      right: input.width - place.width - place.left,
      bottom: input.height - place.height - place.top,
      background: GREY,
    });
  }
  if (colour) {
    const { brightness, saturation, hue, contrast } = colour;
    image = image.modulate({ brightness, saturation, hue }).linear(contrast, 128 * (1 - contrast));
  }
  const pixels = await image.removeAlpha().raw().toBuffer();
  return flip ? mirrored(pixels, input.width, input.height) : pixels;
}

/** Blackens what must not be learnt from, as SODA-D's split does; the objects in it stay as they are. */
export function paintRegions(
  { data, width, height }: Picture,
  { painted, boxes, tile }: Pick<TrainingImage, "painted" | "boxes" | "tile">,
): void {
  if (!painted || painted.length === 0) return;
  const original = Buffer.from(data);
  const eachRow = (rects: Float64Array, paint: (from: number, to: number) => void) => {
    for (let k = 0; k < rects.length; k += 4) {
      const x = rects[k]! + (tile?.left ?? 0);
      const y = rects[k + 1]! + (tile?.top ?? 0);
      const left = Math.max(0, Math.floor(x));
      const right = Math.min(width, Math.ceil(x + rects[k + 2]!));
      const bottom = Math.min(height, Math.ceil(y + rects[k + 3]!));
      if (left >= right) continue;
      for (let row = Math.max(0, Math.floor(y)); row < bottom; row++)
        paint((row * width + left) * 3, (row * width + right) * 3);
    }
  };
  eachRow(painted, (from, to) => data.fill(0, from, to));
  eachRow(boxes, (from, to) => original.copy(data, from, from, to));
}

/** Left and right exchanged. */
function mirrored(pixels: Uint8Array, width: number, height: number): Uint8Array {
  const out = new Uint8Array(pixels.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = (y * width + x) * 3;
      const to = (y * width + width - 1 - x) * 3;
      out[to] = pixels[from]!;
      out[to + 1] = pixels[from + 1]!;
      out[to + 2] = pixels[from + 2]!;
    }
  }
  return out;
}
