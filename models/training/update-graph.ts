/** The arithmetic of optimizer and moving average over many tensors at once, as TensorFlow graphs. */
import * as tf from "@tensorflow/tfjs";
import { gradientKernels } from "../graph/gradient-kernels.ts";
import { GraphBuilder, type GraphTensor } from "../graph/graph-builder.ts";
import { graphOps } from "../graph/graph-ops.ts";
import { GraphSession, type GraphFeed } from "../graph/graph-session.ts";

/** One row of a table of tensors that are worked on alike: name of each column -> tensor. */
export type UpdateRow = Readonly<Record<string, tf.Tensor>>;

/** Computes new tensors of a row from its tensors and the step's numbers. */
export type UpdateRule = (
  graph: GraphBuilder,
  row: Readonly<Record<string, GraphTensor>>,
  numbers: Readonly<Record<string, GraphTensor>>,
) => Readonly<Record<string, GraphTensor>>;

/** Rows are worked on in portions of about so many values, so that old and new tensors exist for one portion only. */
const PORTION = 8_000_000;

/** And of so many rows at most: TensorFlow's work before the first run grows faster than they do. */
const ROWS = 32;

interface Portion {
  readonly session: GraphSession;
  readonly from: number;
  readonly numbers: Readonly<Record<string, GraphTensor>>;
  readonly inputs: readonly Readonly<Record<string, GraphTensor>>[];
  readonly outputs: readonly Readonly<Record<string, GraphTensor>>[];
}

/** One rule over all rows. Built for the shapes of the first rows it sees; all later ones must have them too. */
export class UpdateGraph {
  readonly #portions: readonly Portion[];

  constructor(
    rows: readonly UpdateRow[],
    numbers: readonly string[],
    ruleOf: (row: number) => UpdateRule,
  ) {
    // A graph for each portion, because TensorFlow looks through the whole graph at the first run of a part of it.
    this.#portions = portions(rows).map(({ from, to }) => {
      const graph = new GraphBuilder();
      const fed = Object.fromEntries(numbers.map((name) => [name, graph.input([], "float32")]));
      const inputs = rows
        .slice(from, to)
        .map((row) => mapValues(row, ({ shape }) => graph.input(shape, "float32")));
      const outputs = inputs.map((row, i) => ruleOf(from + i)(graph, row, fed));
      return { session: new GraphSession(graph), from, numbers: fed, inputs, outputs };
    });
  }

  /** Hands the new tensors of each row to `put`, which owns them. */
  run(
    rows: readonly UpdateRow[],
    numbers: Readonly<Record<string, number>>,
    put: (row: number, results: Readonly<Record<string, tf.Tensor>>) => void,
  ): void {
    const scalars = mapValues(numbers, (value) => tf.scalar(value));
    for (const { session, from, numbers: fed, inputs, outputs } of this.#portions) {
      const feeds: GraphFeed[] = Object.entries(fed).map(([name, input]) => ({
        input,
        value: scalars[name]!,
      }));
      inputs.forEach((row, i) => {
        for (const [column, input] of Object.entries(row))
          feeds.push({ input, value: rows[from + i]![column]! });
      });
      const results = session.run(
        feeds,
        outputs.flatMap((row) => Object.values(row)),
      );
      let next = 0;
      outputs.forEach((row, i) =>
        put(
          from + i,
          mapValues(row, () => results[next++]!),
        ),
      );
    }
    tf.dispose(scalars);
  }

  dispose(): void {
    for (const { session } of this.#portions) session.dispose();
  }
}

/** Norm of all values of all tensors together. */
export class NormGraph {
  readonly #session: GraphSession;
  readonly #inputs: readonly GraphTensor[];
  readonly #norm: GraphTensor;

  constructor(tensors: readonly tf.Tensor[]) {
    const graph = new GraphBuilder();
    const { sum, unary } = gradientKernels(graph);
    this.#inputs = tensors.map(({ shape }) => graph.input(shape, "float32"));
    const T = { T: { type: "float32" } } as const;
    const halves = this.#inputs.map((input) => graph.add("L2Loss", [input], T, [], "float32"));
    const row = { N: { int: halves.length }, axis: { int: 0 }, ...T };
    const joined = graph.add("Pack", halves, row, [halves.length], "float32");
    this.#norm = unary("Sqrt", graphOps(graph).mul(sum(joined, [0]), 2));
    this.#session = new GraphSession(graph);
  }

  run(tensors: readonly tf.Tensor[]): number {
    const feeds = this.#inputs.map((input, i) => ({ input, value: tensors[i]! }));
    const [norm] = this.#session.run(feeds, [this.#norm]) as [tf.Tensor];
    const value = norm.dataSync()[0]!;
    norm.dispose();
    return value;
  }

  dispose(): void {
    this.#session.dispose();
  }
}

function portions(rows: readonly UpdateRow[]): { from: number; to: number }[] {
  const found: { from: number; to: number }[] = [];
  let from = 0;
  let values = 0;
  rows.forEach((row, i) => {
    values += Object.values(row)[0]!.size;
    if (values < PORTION && i + 1 - from < ROWS && i + 1 < rows.length) return;
    found.push({ from, to: i + 1 });
    from = i + 1;
    values = 0;
  });
  return found;
}

function mapValues<A, B>(
  record: Readonly<Record<string, A>>,
  map: (value: A, key: string) => B,
): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value, key)]));
}
