/** The gradients that a backward pass has found so far, by the tensor that they are gradients by. */
import type { GraphBuilder, GraphTensor } from "./graph-builder.ts";

/** What a run of the backward pass gives. */
export interface SumsLeft {
  /** What to fetch for later runs, by the input under which they take it. */
  readonly leaves: ReadonlyMap<GraphTensor, GraphTensor>;
  /** Gradients that are whole with this run, by parameter. */
  readonly gradients: ReadonlyMap<GraphTensor, GraphTensor>;
}

export class GradientSums {
  readonly #graph: GraphBuilder;
  readonly #parameters: ReadonlyMap<string, GraphTensor>;
  readonly #parts = new Map<string, GraphTensor[]>();

  constructor(graph: GraphBuilder, parameters: readonly GraphTensor[]) {
    this.#graph = graph;
    this.#parameters = new Map(parameters.map((parameter) => [parameter.name, parameter]));
  }

  /** Adds a gradient by `to`. */
  give(to: GraphTensor, gradient: GraphTensor): void {
    const list = this.#parts.get(to.name);
    if (list) list.push(gradient);
    else this.#parts.set(to.name, [gradient]);
  }

  /** The whole gradient by a tensor, which nothing will be added to; null where there is none. */
  take({ name }: GraphTensor): GraphTensor | null {
    const parts = this.#parts.get(name);
    this.#parts.delete(name);
    return parts === undefined ? null : this.#sum(parts);
  }

  /** Ends a run of the backward pass. `open`: tensors that later runs add gradients by, or take them of. */
  leave(open: readonly GraphTensor[]): SumsLeft {
    const awaited = new Set(open.map(({ name }) => name));
    const leaves = new Map<GraphTensor, GraphTensor>();
    const gradients = new Map<GraphTensor, GraphTensor>();
    for (const [name, parts] of this.#parts) {
      const parameter = this.#parameters.get(name);
      const sum = this.#sum(parts);
      if (!awaited.has(name)) {
        if (parameter !== undefined) gradients.set(parameter, sum);
        this.#parts.delete(name);
      } else if (this.#graph.operationOf(sum).op !== "Placeholder") {
        const input = this.#graph.input(sum.shape, sum.dtype);
        leaves.set(input, sum);
        this.#parts.set(name, [input]);
      }
    }
    return { leaves, gradients };
  }

  /**
   * Added one after another. TensorFlow turns an operation that adds many, and additions in a row, into one that adds in
   * the order in which the parts are ready, where memory seems short, and rounds differently each time. A snapshot, which
   * copies nothing here, ends the row.
   */
  #sum(parts: readonly GraphTensor[]): GraphTensor {
    const add = (op: string, inputs: readonly GraphTensor[]): GraphTensor =>
      this.#graph.add(op, inputs, { T: { type: "float32" } }, parts[0]!.shape, "float32");
    return parts.reduce((sum, part, index) =>
      add("AddV2", [index === 1 ? sum : add("Snapshot", [sum]), part]),
    );
  }
}
