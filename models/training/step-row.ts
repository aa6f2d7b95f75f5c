/** What one step says of itself on the training page. */
import * as tf from "@tensorflow/tfjs";
import type { ReweightingSummary, TrainingStepRow } from "../../shared/compute/messages.ts";
import type { LossResult, ReweightingStatistics } from "../losses/total.ts";
import type { StepCost } from "./fit.ts";
import type { StepReport } from "./step.ts";

/** `epoch` is counted from 1. */
export function stepRow(report: StepReport, epoch: number, cost: StepCost): TrainingStepRow {
  const { loss } = report;
  const { count, total } = loss.outside;
  return {
    step: report.step,
    epoch,
    loss: loss.total,
    terms: termsOverLayers(loss),
    learningRate: report.rate,
    gradientNorm: report.norm,
    reweighting: reweightingOf(loss.reweighting),
    pointsOutside: total > 0 ? count / total : null,
    throughput: cost.images / cost.seconds,
    waited: cost.waited,
    memory: process.memoryUsage.rss(),
    tensors: tf.memory().numTensors,
  };
}

/** `decoder 2 vfl` and its like become `vfl`; `denoising 0 vfl` becomes `denoising vfl`. */
export function termsOverLayers({ terms }: Pick<LossResult, "terms">): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const [name, value] of terms) {
    const plain = name.replace(/ \d+(?= )/, "").replace(/^decoder /, "");
    sums[plain] = (sums[plain] ?? 0) + value;
  }
  return sums;
}

function reweightingOf(parts: readonly ReweightingStatistics[]): TrainingStepRow["reweighting"] {
  const both = summary(parts);
  const cls = summary(parts.filter(({ task }) => task === "cls"));
  const reg = summary(parts.filter(({ task }) => task === "reg"));
  return both && cls && reg ? { both, cls, reg } : null;
}

const HALF_REACH = 0.01;

/** null without positives. */
function summary(parts: readonly ReweightingStatistics[]): ReweightingSummary | null {
  const weights = parts.flatMap(({ w }) => [...w]);
  const ratios = parts.flatMap(({ r }) => [...r]);
  if (weights.length === 0) return null;
  const w = spread(weights);
  const r = spread(ratios);
  const atHalf = weights.filter((value) => Math.abs(value - 0.5) <= HALF_REACH).length;
  return {
    weightMean: w.mean,
    weightDeviation: w.deviation,
    ratioMean: r.mean,
    ratioDeviation: r.deviation,
    weightAtHalf: atHalf / weights.length,
  };
}

function spread(values: readonly number[]): { mean: number; deviation: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const square = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return { mean, deviation: Math.sqrt(square) };
}
