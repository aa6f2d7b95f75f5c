import type { Parsed } from "../../../shared/api/contract.ts";
import type { ImageInspection } from "../../../shared/api/models.ts";
import { AppError } from "../../../shared/domain/app-error.ts";
import type { WarmCompute } from "../../compute/warm-compute.ts";
import type { Db } from "../../db/open.ts";
import { findModel } from "./model-list.ts";
import { pictureFile } from "./picture-file.ts";

/** What an RT-DETR looks at for a box of an image, in a compute process. Throws `model/not-inspectable` for others. */
export async function inspectImage(
  { db, warm }: { readonly db: Db; readonly warm: WarmCompute },
  { modelId, imageId, box, size, tile }: Parsed<"models/inspectImage">,
  signal: AbortSignal,
): Promise<ImageInspection> {
  const model = findModel(db, modelId);
  if (model.kind !== "rtdetr")
    throw new AppError(
      "model/not-inspectable",
      `"${model.name}" is an ONNX file, which does not show its attention. Choose an RT-DETR checkpoint.`,
    );
  const image = pictureFile(db, imageId);
  const found = await warm.run(
    {
      kind: "inspect",
      folder: model.path,
      image,
      size,
      tile,
      box,
    },
    signal,
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
