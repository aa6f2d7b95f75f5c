/** Collects the operations of a TensorFlow graph and writes them as a SavedModel without variables. */
import { ProtoWriter } from "./protobuf.ts";

export type GraphType = "float32" | "int32" | "bool";

/** One output of an operation. */
export interface GraphTensor {
  /** `operation:index`. */
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: GraphType;
}

/** An attribute of an operation, tagged with how it is written. */
export type GraphAttribute =
  | { readonly type: GraphType }
  | { readonly int: number }
  | { readonly float: number }
  | { readonly bool: boolean }
  | { readonly text: string }
  | { readonly ints: readonly number[] }
  | { readonly texts: readonly string[] }
  | { readonly types: readonly GraphType[] }
  | { readonly shape: readonly number[] }
  | { readonly tensor: GraphConstant };

export interface GraphConstant {
  readonly values: Float32Array | Int32Array;
  readonly shape: readonly number[];
}

export type GraphAttributes = Readonly<Record<string, GraphAttribute>>;

/** An operation as it was added. */
export interface GraphOperation {
  readonly op: string;
  readonly inputs: readonly GraphTensor[];
  readonly attributes: GraphAttributes;
  /** It runs only when that is there, though it takes nothing from it. */
  readonly after: GraphTensor | null;
}

/** Tag under which the graph is found in the SavedModel. */
export const GRAPH_TAG = "serve";

// Field numbers and enum values of tensorflow/core/protobuf and tensorflow/core/framework.
const DT = { float32: 1, int32: 3, bool: 10 } as const;
const PRODUCER_VERSION = 1882;

export class GraphBuilder {
  readonly #nodes: Uint8Array[] = [];
  readonly #operations = new Map<string, GraphOperation>();
  #after: GraphTensor | null = null;

  /** Adds an operation with one output. */
  add(
    op: string,
    inputs: readonly GraphTensor[],
    attributes: GraphAttributes,
    shape: readonly number[],
    dtype: GraphType,
  ): GraphTensor {
    return { name: `${this.addNode(op, inputs, attributes)}:0`, shape, dtype };
  }

  /** Adds an operation and returns its name. With `device` it runs there or the graph does not run. */
  addNode(
    op: string,
    inputs: readonly GraphTensor[],
    attributes: GraphAttributes,
    { device = "" }: { device?: string } = {},
  ): string {
    const name = `n${this.#nodes.length}`;
    const after = op === "Const" || op === "Placeholder" ? null : this.#after;
    this.#operations.set(name, { op, inputs, attributes, after });
    const node = new ProtoWriter().text(1, name).text(2, op);
    for (const input of inputs) node.text(3, input.name.replace(/:0$/, ""));
    if (after !== null) node.text(3, `^${after.name.replace(/:\d+$/, "")}`);
    if (device !== "") node.text(4, device);
    for (const [key, attribute] of Object.entries(attributes))
      node.message(5, (entry) =>
        entry.text(1, key).message(2, (value) => writeAttribute(value, attribute)),
      );
    this.#nodes.push(node.finish());
    return name;
  }

  constant(values: Float32Array | Int32Array, shape: readonly number[]): GraphTensor {
    const dtype = values instanceof Int32Array ? "int32" : "float32";
    const attributes = { dtype: { type: dtype }, value: { tensor: { values, shape } } } as const;
    return this.add("Const", [], attributes, shape, dtype);
  }

  /** A value that is handed in with every run. */
  input(shape: readonly number[], dtype: GraphType): GraphTensor {
    return this.add("Placeholder", [], { dtype: { type: dtype }, shape: { shape } }, shape, dtype);
  }

  /** The operation that makes a tensor. */
  operationOf(tensor: GraphTensor): GraphOperation {
    return this.#operations.get(tensor.name.replace(/:\d+$/, ""))!;
  }

  /** What `body` adds runs only when `tensor` is there: keeps memory low where it would be early. */
  after<T>(tensor: GraphTensor, body: () => T): T {
    const before = this.#after;
    this.#after = tensor;
    try {
      return body();
    } finally {
      this.#after = before;
    }
  }

  /** What has to be fed to compute `outputs`: those of `given` that are met, and inputs of the graph. */
  neededBy(outputs: Iterable<GraphTensor>, given: ReadonlySet<string>): GraphTensor[] {
    const needed: GraphTensor[] = [];
    const seen = new Set<string>();
    const waiting = [...outputs];
    for (let tensor = waiting.pop(); tensor !== undefined; tensor = waiting.pop()) {
      if (seen.has(tensor.name)) continue;
      seen.add(tensor.name);
      const { op, inputs, after } = this.operationOf(tensor);
      if (op === "Placeholder" || given.has(tensor.name)) needed.push(tensor);
      else waiting.push(...inputs, ...(after === null ? [] : [after]));
    }
    return needed;
  }

  /** The bytes of saved_model.pb. */
  toSavedModel(): Uint8Array {
    return new ProtoWriter()
      .int(1, 1) // schema version
      .message(2, (metaGraph) =>
        metaGraph
          .message(1, (info) => info.text(4, GRAPH_TAG))
          .message(2, (graph) => {
            for (const node of this.#nodes) graph.bytes(1, node);
            graph.message(4, (versions) => versions.int(1, PRODUCER_VERSION));
          }),
      )
      .finish();
  }
}

function writeAttribute(out: ProtoWriter, attribute: GraphAttribute): void {
  if ("type" in attribute) out.int(6, DT[attribute.type]);
  else if ("int" in attribute) out.int(3, attribute.int);
  else if ("float" in attribute) out.float(4, attribute.float);
  else if ("bool" in attribute) out.int(5, attribute.bool ? 1 : 0);
  else if ("text" in attribute) out.text(2, attribute.text);
  else if ("shape" in attribute) out.message(7, (shape) => writeShape(shape, attribute.shape));
  else if ("tensor" in attribute) out.message(8, (tensor) => writeTensor(tensor, attribute.tensor));
  else if ("ints" in attribute)
    out.message(1, (list) => attribute.ints.forEach((value) => list.int(3, value)));
  else if ("texts" in attribute)
    out.message(1, (list) => attribute.texts.forEach((value) => list.text(2, value)));
  else out.message(1, (list) => attribute.types.forEach((value) => list.int(6, DT[value])));
}

function writeShape(out: ProtoWriter, shape: readonly number[]): void {
  for (const size of shape) out.message(2, (dimension) => dimension.int(1, size));
}

function writeTensor(out: ProtoWriter, { values, shape }: GraphConstant): void {
  out
    .int(1, values instanceof Int32Array ? DT.int32 : DT.float32)
    .message(2, (inner) => writeShape(inner, shape))
    .bytes(4, new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
}
