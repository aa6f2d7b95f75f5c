/** Which tensors of a forward run its backward run is handed, and which it makes again. */
import type { GraphBuilder, GraphTensor } from "./graph-builder.ts";

/** Decides which forward tensors are kept for the backward pass, and makes the others again. */
export class KeptTensors {
  readonly #graph: GraphBuilder;
  readonly #cheap: ReadonlySet<string>;
  readonly #fixed: ReadonlySet<string>;
  readonly #kept = new Map<string, GraphTensor>();
  readonly #makeable = new Map<string, boolean>();
  readonly #isFixedKnown = new Map<string, boolean>();
  readonly #again = new Map<string, string>();

  /**
   * `cheap`: names of operations whose results are made again where their inputs are at hand. `fixed`: names of
   * tensors that both runs have. `saves`: what gradient rules want of the forward run.
   */
  constructor(
    graph: GraphBuilder,
    cheap: ReadonlySet<string>,
    fixed: ReadonlySet<string>,
    saves: Iterable<GraphTensor>,
  ) {
    this.#graph = graph;
    this.#cheap = cheap;
    this.#fixed = fixed;
    for (const save of saves) this.#kept.set(save.name, save);
    // Last first: what can be made from tensors that are kept anyway need not be kept itself.
    const order = [...this.#kept.values()].sort((a, b) => position(b) - position(a));
    for (const tensor of order) {
      this.#kept.delete(tensor.name);
      if (!this.#canMake(tensor)) this.#kept.set(tensor.name, tensor);
    }
  }

  has({ name }: GraphTensor): boolean {
    return this.#kept.has(name);
  }

  /** Names of the tensors that can be handed over. */
  get names(): ReadonlySet<string> {
    return new Set(this.#kept.keys());
  }

  /** The tensor as the backward pass sees it, not before `when` is there. */
  recall(tensor: GraphTensor, when: GraphTensor): GraphTensor {
    if (this.#kept.has(tensor.name)) return tensor;
    const { op, inputs, attributes } = this.#graph.operationOf(tensor);
    if (op === "Placeholder" || op === "Const") return tensor;
    const [node, index] = tensor.name.split(":") as [string, string];
    let copy = this.#again.get(node);
    if (copy === undefined) {
      const made = inputs.map((input) => this.recall(input, when));
      copy = this.#graph.after(when, () => this.#graph.addNode(op, made, attributes));
      this.#again.set(node, copy);
    }
    return { ...tensor, name: `${copy}:${index}` };
  }

  /** What was made again so far is made anew when it is recalled: it belongs to a run that is over. */
  forget(): void {
    this.#again.clear();
  }

  #canMake(tensor: GraphTensor): boolean {
    const { op, inputs } = this.#graph.operationOf(tensor);
    if (op === "Placeholder" || op === "Const" || this.#kept.has(tensor.name)) return true;
    const known = this.#makeable.get(tensor.name);
    if (known !== undefined) return known;
    const can =
      (this.#cheap.has(op) || this.#isFixed(tensor)) &&
      inputs.every((input) => this.#canMake(input));
    this.#makeable.set(tensor.name, can);
    return can;
  }

  #isFixed(tensor: GraphTensor): boolean {
    const { op, inputs } = this.#graph.operationOf(tensor);
    if (op === "Const" || this.#fixed.has(tensor.name)) return true;
    const known = this.#isFixedKnown.get(tensor.name);
    if (known !== undefined) return known;
    const fixed = inputs.length > 0 && inputs.every((input) => this.#isFixed(input));
    this.#isFixedKnown.set(tensor.name, fixed);
    return fixed;
  }
}

/** Operations are numbered in the order in which they were added. */
function position({ name }: GraphTensor): number {
  return Number(/^n(\d+)/.exec(name)![1]);
}
