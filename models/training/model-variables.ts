/** A model that is being trained: variables for what learns, running statistics, and which rate each one has. */
import * as tf from "@tensorflow/tfjs";
import type { RtdetrConfig } from "../rtdetr/config.ts";
import { parameterTable, type ParameterSpec } from "../rtdetr/parameter-table.ts";
import { toTensor, type HostParameters } from "../rtdetr/parameters.ts";
import type { TrainedVariable } from "./optimizer.ts";

const BACKBONE_RATE = 0.1;

const decaying: ReadonlySet<ParameterSpec["kind"]> = new Set([
  "convolution",
  "matrix",
  "class matrix",
  "class embedding",
  "embedding",
]);

export interface ModelVariables {
  readonly config: RtdetrConfig;
  readonly specs: ReadonlyMap<string, ParameterSpec>;
  /** Every tensor of the model by name: variables where trained, plain tensors for running statistics. */
  readonly tensors: Map<string, tf.Tensor>;
  readonly trained: ReadonlyMap<string, TrainedVariable>;
  dispose(): void;
}

export interface VariableChoices {
  /** Train the backbone's batch norms too: from scratch. Off when fine-tuning. */
  readonly trainBackboneNorms: boolean;
  readonly backboneRate?: number;
}

/** The caller disposes. */
export function createModelVariables(
  config: RtdetrConfig,
  values: HostParameters,
  { trainBackboneNorms, backboneRate = BACKBONE_RATE }: VariableChoices,
): ModelVariables {
  const specs = new Map(parameterTable(config).map((spec) => [spec.name, spec]));
  const tensors = new Map<string, tf.Tensor>();
  const trained = new Map<string, TrainedVariable>();
  for (const spec of specs.values()) {
    const tensor = toTensor(spec, values.get(spec.name)!);
    const learns = spec.trained || (trainBackboneNorms && /^norm /.test(spec.kind));
    if (!learns) {
      tensors.set(spec.name, tensor);
      continue;
    }
    const variable = tf.variable(tensor, true);
    tensor.dispose();
    tensors.set(spec.name, variable);
    trained.set(spec.name, {
      variable,
      rateFactor: spec.part === "backbone" ? backboneRate : 1,
      decays: decaying.has(spec.kind),
    });
  }
  const dispose = () => {
    for (const tensor of tensors.values()) tensor.dispose();
    tensors.clear();
  };
  return { config, specs, tensors, trained, dispose };
}

/** Puts new tensors in the place of running statistics; the model shares them with the caller. */
export function replaceTensors(
  model: ModelVariables,
  tensors: ReadonlyMap<string, tf.Tensor>,
): void {
  for (const [name, tensor] of tensors) {
    model.tensors.get(name)!.dispose();
    model.tensors.set(name, tensor.clone());
  }
}
