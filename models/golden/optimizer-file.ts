import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import {
  adamwStep,
  averageStep,
  createOptimizerState,
  disposeOptimizerState,
} from "../training/optimizer.ts";
import { flatten, scaledDifference, Worst, type Measure } from "./compare.ts";

interface OptimizerFile {
  start: number[][];
  base_lr: number;
  warmup_steps: number;
  weight_decay: number;
  betas: [number, number];
  eps: number;
  grads: number[][][];
  weights_after: number[][][];
  ema_decay: number;
  ema_ramp: number;
  ema_after: number[][][];
}

/** optimizer.json: AdamW with warm-up and the moving average, step by step. */
export function optimizerMeasure(folder: string): Measure {
  const file = JSON.parse(readFileSync(join(folder, "optimizer.json"), "utf8")) as OptimizerFile;
  const worst = new Worst();
  const variable = tf.variable(tf.tensor(file.start));
  const average = new Map([["w", tf.tensor(file.start)]]);
  const state = createOptimizerState();
  const settings = {
    baseRate: file.base_lr,
    warmupSteps: file.warmup_steps,
    weightDecay: file.weight_decay,
    beta1: file.betas[0],
    beta2: file.betas[1],
    eps: file.eps,
    clipNorm: null,
  };
  const trained = new Map([["w", { variable, rateFactor: 1, decays: true }]]);
  for (const [k, values] of file.grads.entries()) {
    const gradient = tf.tensor(values);
    adamwStep(trained, new Map([["w", gradient]]), state, settings);
    averageStep(average, new Map([["w", variable]]), state, {
      decay: file.ema_decay,
      ramp: file.ema_ramp,
    });
    gradient.dispose();
    const step = `step ${k + 1}`;
    worst.add(
      `${step}, weights`,
      scaledDifference(variable.dataSync(), flatten(file.weights_after[k])),
    );
    worst.add(
      `${step}, average`,
      scaledDifference(average.get("w")!.dataSync(), flatten(file.ema_after[k])),
    );
  }
  disposeOptimizerState(state);
  tf.dispose([variable, ...average.values()]);
  return worst.result();
}
