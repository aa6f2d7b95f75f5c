/**
 * What happens to one training picture: drawn once as a plan, so that pixels and boxes are changed by the same numbers.
 * Colour distortion, zoom out, IoU crop and horizontal flip as RT-DETR trains with them (SSD's, Liu et al. 2016).
 */
import type { RandomStream } from "./random.ts";

export interface AugmentSettings {
  readonly colour: boolean;
  readonly expand: boolean;
  readonly crop: boolean;
  readonly flip: boolean;
}

/** Boxes in pixels of the original picture. */
export interface PictureBoxes {
  /** [n,4] xywh. */
  readonly boxes: Float64Array;
  readonly classes: Int32Array;
  /** [r,4] xywh: areas where nothing counts as a negative. */
  readonly regions: Float64Array;
}

export interface AugmentPlan {
  /** Part of the original that is seen, whole pixels. */
  readonly crop: {
    readonly left: number;
    readonly top: number;
    readonly width: number;
    readonly height: number;
  };
  /** Where that part lies in the network's input, whole pixels. */
  readonly place: {
    readonly left: number;
    readonly top: number;
    readonly width: number;
    readonly height: number;
  };
  readonly input: { readonly width: number; readonly height: number };
  readonly flip: boolean;
  /** Factors of brightness, saturation and contrast, and degrees of hue; null: colours stay. */
  readonly colour: {
    readonly brightness: number;
    readonly saturation: number;
    readonly contrast: number;
    readonly hue: number;
  } | null;
}

const EXPAND_CHANCE = 0.5;
const EXPAND_MOST = 4;
const CROP_CHANCE = 0.8;
const COLOUR_CHANCE = 0.8;

export function planAugmentation(
  picture: { readonly width: number; readonly height: number } & PictureBoxes,
  input: { readonly width: number; readonly height: number },
  settings: AugmentSettings,
  random: RandomStream,
): AugmentPlan {
  const whole = { left: 0, top: 0, width: picture.width, height: picture.height };
  const colour =
    settings.colour && random.next() < COLOUR_CHANCE
      ? {
          brightness: between(random, 0.875, 1.125),
          saturation: between(random, 0.5, 1.5),
          contrast: between(random, 0.5, 1.5),
          hue: Math.round(between(random, -18, 18)),
        }
      : null;
  const zoom =
    settings.expand && random.next() < EXPAND_CHANCE ? between(random, 1, EXPAND_MOST) : 1;
  const place = placeWithin(input, zoom, random);
  const crop =
    settings.crop && zoom === 1 && random.next() < CROP_CHANCE ? iouCrop(picture, random) : whole;
  return { crop, place, input, flip: settings.flip && random.next() < 0.5, colour };
}

const between = (random: RandomStream, low: number, high: number) =>
  low + random.next() * (high - low);

/** Zoomed out, the picture is smaller than the input and lies anywhere in it. */
function placeWithin(
  input: AugmentPlan["input"],
  zoom: number,
  random: RandomStream,
): AugmentPlan["place"] {
  const width = Math.max(1, Math.round(input.width / zoom));
  const height = Math.max(1, Math.round(input.height / zoom));
  return {
    left: Math.round(random.next() * (input.width - width)),
    top: Math.round(random.next() * (input.height - height)),
    width,
    height,
  };
}

const CROP_TRIALS = 40;
const LEAST_IOUS = [0, 0.1, 0.3, 0.5, 0.7, 0.9, 1]; // 1: no crop

/** A part at least one of whose boxes it holds with a drawn share; the whole picture where none is found. */
function iouCrop(
  picture: { readonly width: number; readonly height: number } & PictureBoxes,
  random: RandomStream,
): AugmentPlan["crop"] {
  const { width, height, boxes } = picture;
  const whole = { left: 0, top: 0, width, height };
  if (boxes.length === 0) return whole;
  const least = LEAST_IOUS[random.integer(LEAST_IOUS.length)]!;
  if (least === 1) return whole;
  for (let trial = 0; trial < CROP_TRIALS; trial++) {
    const w = Math.max(1, Math.round(width * between(random, 0.3, 1)));
    const h = Math.max(1, Math.round(height * between(random, 0.3, 1)));
    if (w / h < 0.5 || w / h > 2) continue;
    const crop = {
      left: random.integer(width - w + 1),
      top: random.integer(height - h + 1),
      width: w,
      height: h,
    };
    if (mostOverlap(crop, boxes) >= least && holdsACentre(crop, boxes)) return crop;
  }
  return whole;
}

/** Highest IoU of the crop with a box, as SSD draws its crops by. */
function mostOverlap(
  { left, top, width, height }: AugmentPlan["crop"],
  boxes: Float64Array,
): number {
  let most = 0;
  for (let k = 0; k < boxes.length; k += 4) {
    const [x, y, w, h] = [boxes[k]!, boxes[k + 1]!, boxes[k + 2]!, boxes[k + 3]!];
    const overlapW = Math.min(x + w, left + width) - Math.max(x, left);
    const overlapH = Math.min(y + h, top + height) - Math.max(y, top);
    if (overlapW <= 0 || overlapH <= 0) continue;
    const inter = overlapW * overlapH;
    most = Math.max(most, inter / (w * h + width * height - inter));
  }
  return most;
}

function holdsACentre(
  { left, top, width, height }: AugmentPlan["crop"],
  boxes: Float64Array,
): boolean {
  for (let k = 0; k < boxes.length; k += 4) {
    const x = boxes[k]! + boxes[k + 2]! / 2;
    const y = boxes[k + 1]! + boxes[k + 3]! / 2;
    if (x >= left && x < left + width && y >= top && y < top + height) return true;
  }
  return false;
}

/** What the network is taught: cxcywh in 0..1 of its input. */
export interface AugmentedBoxes {
  readonly boxes: Float64Array;
  readonly classes: Int32Array;
  readonly regions: Float64Array;
}

/** Clips to the part that is seen; boxes of which less than one input pixel remains are dropped. */
export function augmentBoxes(
  { boxes, classes, regions }: PictureBoxes,
  plan: AugmentPlan,
): AugmentedBoxes {
  const kept: number[] = [];
  const labels: number[] = [];
  for (let k = 0; k < classes.length; k++) {
    const moved = moveBox(boxes, k * 4, plan);
    if (!moved) continue;
    kept.push(...moved);
    labels.push(classes[k]!);
  }
  const areas: number[] = [];
  for (let k = 0; k < regions.length; k += 4) areas.push(...(moveBox(regions, k, plan) ?? []));
  return {
    boxes: Float64Array.from(kept),
    classes: Int32Array.from(labels),
    regions: Float64Array.from(areas),
  };
}

const LEAST_PIXELS = 1;

function moveBox(boxes: Float64Array, at: number, { crop, place, input, flip }: AugmentPlan) {
  const scaleX = place.width / crop.width;
  const scaleY = place.height / crop.height;
  const clip = (value: number, length: number) => Math.min(length, Math.max(0, value));
  const x1 = clip(boxes[at]! - crop.left, crop.width) * scaleX;
  const y1 = clip(boxes[at + 1]! - crop.top, crop.height) * scaleY;
  const x2 = clip(boxes[at]! + boxes[at + 2]! - crop.left, crop.width) * scaleX;
  const y2 = clip(boxes[at + 1]! + boxes[at + 3]! - crop.top, crop.height) * scaleY;
  if (x2 - x1 < LEAST_PIXELS || y2 - y1 < LEAST_PIXELS) return null;
  const cx = ((x1 + x2) / 2 + place.left) / input.width;
  const cy = ((y1 + y2) / 2 + place.top) / input.height;
  return [flip ? 1 - cx : cx, cy, (x2 - x1) / input.width, (y2 - y1) / input.height];
}
