import type { Output, Parsed } from "../../../shared/api/contract.ts";
import { AppError } from "../../../shared/domain/app-error.ts";
import type { WarmCompute } from "../../compute/warm-compute.ts";
import type { Db } from "../../db/open.ts";
import { datasetQueries } from "../../db/queries/datasets.ts";
import { datasetOfImage } from "../../db/queries/pictures.ts";
import { classMapping } from "../inference/class-mapping.ts";
import { findModel } from "./model-list.ts";
import { modelSource } from "./model-source.ts";
import { pictureFile } from "./picture-file.ts";

/**
 * What a model finds in an image, in classes of the image's dataset. Throws `assist/no-class` where no class of the
 * model is one of the dataset's.
 */
export async function propose(
  { db, warm }: { readonly db: Db; readonly warm: WarmCompute },
  { modelId, imageId, region, score, maxDets }: Parsed<"assist/run">,
  signal: AbortSignal,
): Promise<Output<"assist/run">> {
  const began = performance.now();
  const model = findModel(db, modelId);
  const image = pictureFile(db, imageId);
  const dataset = datasetQueries(db).byId(datasetOfImage(db, imageId)!)!;
  const { classes } = classMapping(model.description, dataset.categories);
  if (!classes.some(({ categoryId }) => categoryId !== null))
    throw new AppError(
      "assist/no-class",
      `No class of "${model.name}" is a class of ${dataset.name}. Add the classes to the dataset first, under the model's names.`,
    );
  const source = modelSource(model.path, model.description.preset);
  const found = await warm.run(
    { kind: "propose", model: source, image, region, score, maxDets },
    signal,
  );
  const unknown = classes.filter(({ categoryId }) => categoryId === null).map(({ name }) => name);
  return {
    proposals: Array.from(found.scores.keys()).flatMap((k) => {
      const categoryId = classes[found.classes[k]!]?.categoryId ?? null;
      if (categoryId === null) return [];
      const [x, y, w, h] = found.boxes.subarray(k * 4, k * 4 + 4);
      return [{ categoryId, box: [x!, y!, w!, h!] as const, score: found.scores[k]! }];
    }),
    took: performance.now() - began,
    notes:
      unknown.length === 0
        ? []
        : [`Left out, because ${dataset.name} has no such class: ${unknown.join(", ")}.`],
  };
}
