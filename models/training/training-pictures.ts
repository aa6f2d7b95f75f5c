/** Training pictures, decoded and changed by sharp on other threads. */
import sharp from "sharp";
import { decodePicture } from "../predict/network-input.ts";
import type { TrainingTruth } from "../losses/total.ts";
import {
  augmentBoxes,
  planAugmentation,
  type AugmentPlan,
  type AugmentSettings,
  type PictureBoxes,
} from "./augment.ts";
import type { RandomStream } from "./random.ts";

/** A picture, or a tile of one, with its boxes in pixels of that part. */
export interface TrainingImage extends PictureBoxes {
  readonly path: string;
  /** Part of the file that is used; null: all of it. */
  readonly tile: { readonly left: number; readonly top: number; readonly size: number } | null;
  readonly width: number;
  readonly height: number;
}

export interface TrainingSample {
  /** H*W*3 bytes of the network's input. */
  readonly pixels: Uint8Array;
  readonly truth: TrainingTruth;
}

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

async function augmentPixels(
  { path, tile }: TrainingImage,
  plan: AugmentPlan,
): Promise<Uint8Array> {
  const { crop, place, input, flip, colour } = plan;
  const picture = await decodePicture(path);
  const left = crop.left + (tile?.left ?? 0);
  const top = crop.top + (tile?.top ?? 0);
  // A tile of a small picture reaches beyond it: what is missing there is padding.
  const width = Math.min(crop.width, picture.width - left);
  const height = Math.min(crop.height, picture.height - top);
  const raw = { width: picture.width, height: picture.height, channels: 3 as const };
  let image = sharp(picture.data, { raw }).extract({ left, top, width, height });
  if (width < crop.width || height < crop.height) {
    image = sharp(
      await image
        .extend({ right: crop.width - width, bottom: crop.height - height, background: GREY })
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
