import { AppError } from "../../../shared/domain/app-error.ts";
import type { LabelSink, ReadContext } from "./label-source.ts";
import { placeImages } from "./place-images.ts";

/** A dataset of pictures without labels. Ids follow the order of the paths, from 1. */
export async function imagesOnly(context: ReadContext, sink: LabelSink): Promise<void> {
  const { paths } = context.pictures;
  if (paths.length === 0) {
    throw new AppError(
      "folder/no-pictures",
      `${context.imageRoot} holds no pictures. Choose the folder with the images.`,
    );
  }
  const entries = paths.map((path, index) => ({
    sourceId: index + 1,
    fileName: path,
    width: null,
    height: null,
    attributes: null,
  }));
  const images = await placeImages(entries, ".", () => null, context);
  for (const image of images) sink.image(image);
}
