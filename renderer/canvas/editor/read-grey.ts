import type { ImageRect } from "../../../shared/geometry/spaces.ts";
import type { PictureSource } from "../picture/source.ts";
import type { GreyPatch } from "./snap-edge.ts";

/** Reads brightness off the picture at its own size. Where a tile has not come yet, off what stands in for it. */
export function createGreyReader(): (picture: PictureSource, part: ImageRect) => GreyPatch {
  const canvas = document.createElement("canvas");
  const ctx = canvas.getContext("2d", { willReadFrequently: true })!;
  return (picture, { x, y, w, h }) => {
    if (canvas.width < w) canvas.width = w;
    if (canvas.height < h) canvas.height = h;
    ctx.clearRect(0, 0, w, h);
    const view = { scale: 1, originX: -x, originY: -y, width: w, height: h };
    picture.paint(ctx, view, { aside: true });
    const { data } = ctx.getImageData(0, 0, w, h);
    const values = new Float32Array(w * h);
    // Luma after Rec. 601.
    for (let i = 0; i < values.length; i += 1)
      values[i] = 0.299 * data[i * 4]! + 0.587 * data[i * 4 + 1]! + 0.114 * data[i * 4 + 2]!;
    return { width: w, height: h, values };
  };
}
