/** Reverse-mode differentiation of a graph: the gradients become operations of the same graph. */
import type { GraphBuilder, GraphTensor } from "./graph-builder.ts";
import { GradientSums, type SumsLeft } from "./gradient-sums.ts";
import { KeptTensors } from "./kept-tensors.ts";

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

/** One run of the backward pass. */
export interface BackwardPart extends SumsLeft {
  /** What to feed: inputs of the graph, tensors of the forward run, and what earlier parts left. */
  readonly needs: readonly GraphTensor[];
}

/** Gradients of what the graph computes, and what of the forward pass they need. */
export interface Differentiated {
  readonly parts: readonly BackwardPart[];
  /** Tensors to fetch in the forward run and to feed in the backward runs; inputs of the graph are not among them. */
  readonly kept: readonly GraphTensor[];
}

export interface TapeOptions {
  /** Names of operations whose results are made again where their inputs are at hand. */
  readonly cheap: ReadonlySet<string>;
  /** The backward pass is cut into about so many runs. */
  readonly parts: number;
}

/**
 * Remembers operations with their gradient rules. The forward and the backward pass are runs of one graph, with
 * the losses worked out in between; what the second needs of the first is handed over. Tensors that are cheap to
 * make again are not kept but made again, when the gradient has come as far as there. The backward pass takes several
 * runs, so that what the first of them were handed can be freed before the last: both save memory.
 */
export class GradientTape {
  readonly #graph: GraphBuilder;
  readonly #options: TapeOptions;
  readonly #entries: Entry[] = [];
  readonly #tracked = new Set<string>();
  /** Tensors that depend on parameters and constants only, and are made again in the backward run. */
  readonly #fixed = new Set<string>();
  #paused = false;

  constructor(graph: GraphBuilder, options: TapeOptions) {
    this.#graph = graph;
    this.#options = options;
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
    const graph = this.#graph;
    const entries = this.#reachedEntries(seeds);
    const saves = entries.flatMap((entry) => entry.saves);
    const kept = new KeptTensors(graph, this.#options.cheap, this.#fixed, saves);
    const sums = new GradientSums(graph, parameters);
    for (const [output, seed] of seeds) sums.give(output, seed);
    const cuts = this.#cuts(entries, kept);
    const parts: SumsLeft[] = [];
    for (const [index, { output, inputs, saves: wanted, backward }] of entries.entries()) {
      const upstream = sums.take(output);
      if (upstream === null) continue;
      const saved = wanted.map((tensor) => kept.recall(tensor, upstream));
      for (const [i, gradient] of backward(upstream, saved).entries())
        if (gradient !== null && this.#tracked.has(inputs[i]!.name))
          sums.give(inputs[i]!, gradient);
      if (!cuts.has(index)) continue;
      parts.push(sums.leave(openIn(entries.slice(index + 1))));
      kept.forget();
    }
    parts.push(sums.leave([]));
    const whole = parts.map((part) => {
      const outputs = [...part.gradients.values(), ...part.leaves.values()];
      return { ...part, needs: graph.neededBy(outputs, kept.names) };
    });
    const used = whole.flatMap(({ needs }) => needs.filter((tensor) => kept.has(tensor)));
    const unique = new Map(used.map((tensor) => [tensor.name, tensor]));
    return { parts: whole, kept: [...unique.values()] };
  }

  /** The entries that a gradient will reach, in the order in which it reaches them. */
  #reachedEntries(seeds: ReadonlyMap<GraphTensor, GraphTensor>): Entry[] {
    const reached = new Set(Array.from(seeds.keys(), ({ name }) => name));
    return this.#entries.toReversed().filter(({ output, inputs }) => {
      if (!reached.has(output.name)) return false;
      for (const { name } of inputs) if (this.#tracked.has(name)) reached.add(name);
      return true;
    });
  }

  /** After which entries a run ends: each run is to free about the same share of what is kept. */
  #cuts(entries: readonly Entry[], kept: KeptTensors): ReadonlySet<number> {
    const seen = new Set<string>();
    const freed = entries.map(({ saves }) =>
      saves
        .flatMap((save) => this.#graph.neededBy([save], kept.names))
        .filter((tensor) => kept.has(tensor) && !seen.has(tensor.name) && seen.add(tensor.name))
        .reduce((sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1), 0),
    );
    const total = freed.reduce((sum, size) => sum + size, 0);
    const cuts = new Set<number>();
    let sum = 0;
    for (const [index, size] of freed.entries()) {
      const part = (values: number) => Math.floor((values / total) * this.#options.parts);
      if (size > 0 && part(sum + size) > part(sum)) cuts.add(index);
      sum += size;
    }
    cuts.delete(entries.length - 1);
    return cuts;
  }
}

/** The tensors that gradients are added by, or taken of, in some entries. */
function openIn(entries: readonly Entry[]): GraphTensor[] {
  return entries.flatMap(({ output, inputs }) => [output, ...inputs]);
}
