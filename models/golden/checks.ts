/** Which golden file is checked by what, and how large a difference may be. */
import { batchNormMeasure } from "./batch-norm.ts";
import type { Measure } from "./compare.ts";
import { deformableAttentionMeasure } from "./deformable-attention.ts";
import { keyTableMeasure } from "./key-table.ts";
import {
  assignmentMeasure,
  reweightingMeasure,
  samplePointsMeasure,
  stableReweightingMeasure,
  targetMeasure,
} from "./loss-files.ts";
import { modelGradientsMeasure, modelLossMeasure } from "./model-losses.ts";
import { modelStagesMeasure } from "./model-stages.ts";
import { optimizerMeasure } from "./optimizer-file.ts";

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
  { file: "assignment.json", tolerance: 1e-9, measure: assignmentMeasure },
  { file: "sample_points.json", tolerance: 1e-9, measure: samplePointsMeasure },
  { file: "scale_aligned_target.json", tolerance: 1e-9, measure: targetMeasure },
  { file: "sample_reweighting.json", tolerance: 1e-9, measure: reweightingMeasure },
  { file: "sample_reweighting_stable.json", tolerance: 1e-9, measure: stableReweightingMeasure },
  { file: "optimizer.json", tolerance: 1e-6, measure: optimizerMeasure },
  ...["tiny-basic", "tiny-bottleneck"].flatMap((name) => [
    { file: `${name}/loss.json`, tolerance: 1e-3, measure: modelLossMeasure(name) },
    { file: `${name}/grads.safetensors`, tolerance: 1e-3, measure: modelGradientsMeasure(name) },
  ]),
];

/** Files that other checks read. */
export const inputFiles: readonly string[] = ["/config.json", "/model.safetensors"];
