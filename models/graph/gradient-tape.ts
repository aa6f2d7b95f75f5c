/** Reverse-mode differentiation of a graph: the gradients become operations of the same graph. */
import type { GraphBuilder, GraphTensor } from "./graph-builder.ts";

/** Gradients by each input, in their order; null where there is none. */
export type Backward = (
  upstream: GraphTensor,
  saved: readonly GraphTensor[],
) => readonly (GraphTensor | null)[];

interface Entry {
  readonly output: GraphTensor;
  readonly inputs: readonly GraphTensor[];
  readonly saves: readonly GraphTensor[];
  readonly backward: Backward;
}

/** Gradients of what the graph computes, and what of the forward pass they need. */
export interface Differentiated {
  readonly gradients: ReadonlyMap<GraphTensor, GraphTensor>;
  /** Tensors to fetch in the forward run and to feed in the backward run; inputs of the graph are not among them. */
  readonly kept: readonly GraphTensor[];
}

/**
 * Remembers operations with their gradient rules. The forward and the backward pass are two runs of one graph, with
 * the losses worked out in between; what the second needs of the first is handed over. Tensors that are cheap to
 * make again are not kept but made again, when the gradient has come as far as there: that saves memory.
 */
export class GradientTape {
  readonly #graph: GraphBuilder;
  readonly #cheap: ReadonlySet<string>;
  readonly #entries: Entry[] = [];
  readonly #tracked = new Set<string>();
  /** Tensors that depend on parameters and constants only, and are made again in the backward run. */
  readonly #fixed = new Set<string>();
  #paused = false;

  /** `cheap`: names of operations whose results are made again where their inputs are at hand. */
  constructor(graph: GraphBuilder, cheap: ReadonlySet<string>) {
    this.#graph = graph;
    this.#cheap = cheap;
  }

  /** A parameter: gradients are wanted by it if it learns. */
  parameter(tensor: GraphTensor, learns: boolean): GraphTensor {
    this.#fixed.add(tensor.name);
    if (learns) this.#tracked.add(tensor.name);
    return tensor;
  }

  tracks(tensor: GraphTensor): boolean {
    return this.#tracked.has(tensor.name) && !this.#paused;
  }

  /** Remembers how gradients flow from `output` to `inputs`; `saves` are handed to `backward`. */
  record(
    output: GraphTensor,
    inputs: readonly GraphTensor[],
    saves: readonly GraphTensor[],
    backward: Backward,
  ): GraphTensor {
    if (inputs.some((input) => this.tracks(input))) {
      this.#tracked.add(output.name);
      this.#entries.push({ output, inputs, saves, backward });
    }
    return output;
  }

  /** Runs a part of which no gradient is wanted. */
  withoutGradient<T>(body: () => T): T {
    const before = this.#paused;
    this.#paused = true;
    try {
      return body();
    } finally {
      this.#paused = before;
    }
  }

  /** Adds the backward pass. `seeds`: the gradient of the objective by each output that it depends on. */
  differentiate(
    seeds: ReadonlyMap<GraphTensor, GraphTensor>,
    parameters: readonly GraphTensor[],
  ): Differentiated {
    const parts = new Map<string, GraphTensor[]>();
    const give = (to: GraphTensor, gradient: GraphTensor) => {
      const list = parts.get(to.name);
      if (list) list.push(gradient);
      else parts.set(to.name, [gradient]);
    };
    for (const [output, seed] of seeds) give(output, seed);
    const memory = new Memory(this.#graph, this.#cheap, this.#fixed, this.#neededEntries(seeds));
    for (const { output, inputs, saves, backward } of this.#entries.toReversed()) {
      const upstream = this.#sum(parts.get(output.name));
      parts.delete(output.name);
      if (upstream === null) continue;
      const saved = saves.map((tensor) => memory.recall(tensor, upstream));
      backward(upstream, saved).forEach((gradient, i) => {
        if (gradient !== null && this.#tracked.has(inputs[i]!.name)) give(inputs[i]!, gradient);
      });
    }
    const gradients = new Map<GraphTensor, GraphTensor>();
    for (const parameter of parameters) {
      const gradient = this.#sum(parts.get(parameter.name));
      if (gradient !== null) gradients.set(parameter, gradient);
    }
    return { gradients, kept: memory.kept() };
  }

  /** The entries that a gradient will reach. */
  #neededEntries(seeds: ReadonlyMap<GraphTensor, GraphTensor>): Entry[] {
    const reached = new Set(Array.from(seeds.keys(), ({ name }) => name));
    return this.#entries.toReversed().filter(({ output, inputs }) => {
      if (!reached.has(output.name)) return false;
      for (const { name } of inputs) if (this.#tracked.has(name)) reached.add(name);
      return true;
    });
  }

  #sum(parts: readonly GraphTensor[] | undefined): GraphTensor | null {
    if (parts === undefined) return null;
    const [first] = parts as [GraphTensor];
    if (parts.length === 1) return first;
    const attributes = { N: { int: parts.length }, T: { type: "float32" } } as const;
    return this.#graph.add("AddN", parts, attributes, first.shape, "float32");
  }
}

/** Decides which forward tensors are kept for the backward pass, and makes the others again. */
class Memory {
  readonly #graph: GraphBuilder;
  readonly #cheap: ReadonlySet<string>;
  readonly #fixed: ReadonlySet<string>;
  readonly #kept = new Map<string, GraphTensor>();
  readonly #used = new Set<string>();
  readonly #makeable = new Map<string, boolean>();
  readonly #isFixedKnown = new Map<string, boolean>();
  readonly #again = new Map<string, string>();

  constructor(
    graph: GraphBuilder,
    cheap: ReadonlySet<string>,
    fixed: ReadonlySet<string>,
    entries: readonly Entry[],
  ) {
    this.#graph = graph;
    this.#cheap = cheap;
    this.#fixed = fixed;
    for (const { saves } of entries) for (const save of saves) this.#kept.set(save.name, save);
    // Last first: what can be made from tensors that are kept anyway need not be kept itself.
    const order = [...this.#kept.values()].sort((a, b) => position(b) - position(a));
    for (const tensor of order) {
      this.#kept.delete(tensor.name);
      if (!this.#canMake(tensor)) this.#kept.set(tensor.name, tensor);
    }
  }

  /** The tensor as the backward pass sees it, not before `when` is there. */
  recall(tensor: GraphTensor, when: GraphTensor): GraphTensor {
    if (this.#kept.has(tensor.name)) {
      this.#used.add(tensor.name);
      return tensor;
    }
    const { op, inputs, attributes } = this.#graph.operationOf(tensor);
    if (op === "Placeholder" || op === "Const") return tensor;
    const [node, index] = tensor.name.split(":") as [string, string];
    let copy = this.#again.get(node);
    if (copy === undefined) {
      const made = inputs.map((input) => this.recall(input, when));
      copy = this.#graph.addNode(op, made, attributes, { after: when });
      this.#again.set(node, copy);
    }
    return { ...tensor, name: `${copy}:${index}` };
  }

  /** The tensors that were recalled as they are. */
  kept(): GraphTensor[] {
    return [...this.#kept.values()].filter(({ name }) => this.#used.has(name));
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
