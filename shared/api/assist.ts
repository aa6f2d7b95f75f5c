import { z } from "zod";
import type { Prediction } from "../domain/records.ts";
import { route } from "./route.ts";

export const assist = {
  /**
   * Runs a model on one image, or on a part of it enlarged to the network's input, and waits for what it finds.
   * The model stays loaded for a while, so that the next call is fast. Throws `tensorflow/...` and `model/...`.
   */
  "assist/run": route<{
    /** Best first, classes of the dataset; boxes in pixels of the image. */
    readonly proposals: readonly Prediction[];
    /** Milliseconds. */
    readonly took: number;
    /** Sentences: classes of the model that the dataset does not have. */
    readonly notes: readonly string[];
  }>()(
    z.object({
      modelId: z.int(),
      imageId: z.int(),
      /** xywh pixels of the image; null: all of it. */
      region: z
        .tuple([z.number(), z.number(), z.number().positive(), z.number().positive()])
        .nullable()
        .default(null),
      score: z.number().min(0).max(1).default(0.1),
      maxDets: z.int().min(1).max(10_000).default(300),
    }),
  ),
};
