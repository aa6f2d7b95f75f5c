import { AppError } from "../../../shared/domain/app-error.ts";
import type { Db } from "../../db/open.ts";
import { picturePlace } from "../../db/queries/pictures.ts";
import { resolveInside } from "../../files/inside-root.ts";

/** Path of an image's file. Throws `image/not-found`. */
export function pictureFile(db: Db, imageId: number): string {
  const place = picturePlace(db, imageId);
  if (place) return resolveInside(place.root, place.path);
  throw new AppError(
    "image/not-found",
    `There is no image ${imageId} in this project; it may have been removed.`,
  );
}
