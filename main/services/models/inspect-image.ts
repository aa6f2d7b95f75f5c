import type { Parsed } from "../../../shared/api/contract.ts";
import type { ImageInspection } from "../../../shared/api/models.ts";
import { AppError } from "../../../shared/domain/app-error.ts";
import { runTask } from "../../compute/run-task.ts";
import type { Db } from "../../db/open.ts";
import { picturePlace } from "../../db/queries/pictures.ts";
import { resolveInside } from "../../files/inside-root.ts";
import { findModel } from "./model-list.ts";

/** What an RT-DETR looks at for a box of an image, in a compute process. Throws `model/not-inspectable` for others. */
export async function inspectImage(
  db: Db,
  { modelId, imageId, box, size, tile }: Parsed<"models/inspectImage">,
  signal: AbortSignal,
): Promise<ImageInspection> {
  const model = findModel(db, modelId);
  if (model.kind !== "rtdetr")
    throw new AppError(
      "model/not-inspectable",
      `"${model.name}" is an ONNX file, which does not show its attention. Choose an RT-DETR checkpoint.`,
    );
  const place = picturePlace(db, imageId);
  if (!place)
    throw new AppError(
      "image/not-found",
      `There is no image ${imageId} in this project; it may have been removed.`,
    );
  const found = await runTask(
    {
      kind: "inspect",
      folder: model.path,
      image: resolveInside(place.root, place.path),
      size,
      tile,
      box,
    },
    { signal, progress: () => undefined, item: () => undefined },
  );
  return {
    ...found,
    layers: found.layers.map((layer) => ({
      ...layer,
      points: Array.from(layer.points),
      weights: Array.from(layer.weights),
    })),
    maps: found.maps.map((map) => ({ ...map, values: Array.from(map.values) })),
  };
}
