/** Runs a graph that was built here, in TensorFlow's own session: its executor and its graph optimizer. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type * as tf from "@tensorflow/tfjs";
import { nativeBackend, type NativeBackend } from "../runtime/load.ts";
import { GRAPH_TAG, type GraphBuilder, type GraphTensor } from "./graph-builder.ts";

export class GraphSession {
  readonly #backend: NativeBackend;
  readonly #session: number;

  /** Loads the graph. Native TensorFlow must be the current backend. */
  constructor(graph: GraphBuilder) {
    const backend = nativeBackend();
    if (backend === null) throw new Error("a graph needs native TensorFlow to run");
    const folder = mkdtempSync(join(tmpdir(), "fovea-graph-"));
    try {
      writeFileSync(join(folder, "saved_model.pb"), graph.toSavedModel());
      this.#session = backend.binding.loadSavedModel(folder, GRAPH_TAG);
      this.#backend = backend;
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  /** Computes `outputs` from `inputs`; only what they need is run. The caller owns the result. */
  run(inputs: readonly GraphFeed[], outputs: readonly GraphTensor[]): tf.Tensor[] {
    const backend = this.#backend;
    const ids = backend.getInputTensorIds(inputs.map(({ value }) => value));
    const results = backend.binding.runSavedModel(
      this.#session,
      ids,
      inputs.map(({ input }) => input.name).join(","),
      outputs.map(({ name }) => name).join(","),
    );
    return results.map((metadata) => backend.createOutputTensor(metadata));
  }

  dispose(): void {
    this.#backend.binding.deleteSavedModel(this.#session);
  }
}

export interface GraphFeed {
  readonly input: GraphTensor;
  readonly value: tf.Tensor;
}
