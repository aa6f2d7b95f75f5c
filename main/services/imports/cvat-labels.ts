import { AppError } from "../../../shared/domain/app-error.ts";
import { readText } from "../../files/byte-source.ts";
import { type CvatImage, parseCvat } from "../../formats/cvat.ts";
import type { LabelReader } from "./label-source.ts";
import { placeImages } from "./place-images.ts";
import { announceNamedClasses, storeShape } from "./shape-labels.ts";

/** A whole project is one file: as much as a string of JavaScript takes. */
const LARGEST_BYTES = 480 << 20;

/**
 * Reads "CVAT for images 1.1". Images keep their ids where these are whole numbers and differ; classes are numbered from 1
 * in the order of the file's labels.
 */
export const readCvatLabels: LabelReader = async (source, context, sink) => {
  const { problems, pace } = context;
  pace.at("Reading labels", 0, null, "images");
  const text = readText(source.path, source.name, problems, LARGEST_BYTES);
  const file = parseCvat(text, source.name, problems, (done) => {
    pace.at("Reading labels", done, null, "images");
  });
  if (file.images.length === 0) {
    throw new AppError(
      "cvat/no-images",
      `${source.name} lists no images. Export the task as "CVAT for images 1.1" and try again.`,
    );
  }
  const idOf = imageIds(file.images);
  const placed = await placeImages(
    file.images.map(({ name, width, height }, index) => ({
      sourceId: idOf(index),
      fileName: name,
      width,
      height,
      attributes: null,
    })),
    source.name,
    (index) => `image ${file.images[index]!.name}`,
    context,
  );
  const used = new Set(file.images.flatMap(({ shapes }) => shapes.map(({ label }) => label)));
  const classes = announceNamedClasses(file.labels, used, sink);
  const shapesOf = new Map(file.images.map(({ shapes }, index) => [idOf(index), shapes]));
  for (const [done, image] of placed.entries()) {
    pace.at("Storing labels", done, placed.length, "images");
    sink.image(image);
    for (const shape of shapesOf.get(image.sourceId) ?? []) {
      storeShape(shape, image, classes.get(shape.label)!, source.name, context, sink);
    }
  }
};

function imageIds(images: readonly CvatImage[]): (index: number) => number {
  const ids = new Set(images.map(({ id }) => id));
  const areTheirs = ids.size === images.length && !ids.has(null);
  return (index) => (areTheirs ? images[index]!.id! : index + 1);
}
