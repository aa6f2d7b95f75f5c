/** Which golden file is checked by what, and how large a difference may be. */
import { batchNormMeasure } from "./batch-norm.ts";
import type { Measure } from "./compare.ts";
import { deformableAttentionMeasure } from "./deformable-attention.ts";
import { keyTableMeasure } from "./key-table.ts";
import { modelStagesMeasure } from "./model-stages.ts";

export interface GoldenCheck {
  /** Path below the folder. */
  readonly file: string;
  readonly tolerance: number;
  readonly measure: (folder: string) => Measure | Promise<Measure>;
}

export const goldenChecks: readonly GoldenCheck[] = [
  { file: "deformable_attention.json", tolerance: 1e-5, measure: deformableAttentionMeasure },
  { file: "batch_norm.json", tolerance: 1e-5, measure: batchNormMeasure },
  { file: "rtdetr-r50-keys.txt", tolerance: 0, measure: keyTableMeasure("r50") },
  { file: "rtdetr-r18-keys.txt", tolerance: 0, measure: keyTableMeasure("r18") },
  { file: "tiny-basic/io.safetensors", tolerance: 1e-4, measure: modelStagesMeasure("tiny-basic") },
  {
    file: "tiny-bottleneck/io.safetensors",
    tolerance: 1e-4,
    measure: modelStagesMeasure("tiny-bottleneck"),
  },
];

/** Files that other checks read. */
export const inputFiles: readonly string[] = ["/config.json", "/model.safetensors"];
