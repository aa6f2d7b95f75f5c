/** Builds small ONNX files: constant outputs, and one that depends on the picture. Field numbers are those of onnx.proto. */
import { writeFileSync } from "node:fs";
import { ProtoWriter } from "../../../../models/graph/protobuf.ts";

type Values = Float32Array | BigInt64Array;

export interface SmallGraph {
  readonly inputs: Readonly<
    Record<string, { readonly dims: readonly (number | string)[]; readonly int64?: boolean }>
  >;
  readonly outputs: Readonly<
    Record<string, { readonly dims: readonly number[]; readonly values: Values | "picture mean" }>
  >;
  readonly metadata?: Readonly<Record<string, string>>;
}

const FLOAT = 1;
const INT64 = 7;

export function onnxBytes({ inputs, outputs, metadata = {} }: SmallGraph): Uint8Array {
  const model = new ProtoWriter().int(1, 8); // ir_version
  model.message(7, (graph) => {
    graph.text(2, "small");
    for (const [name, { dims, values }] of Object.entries(outputs)) {
      if (values === "picture mean") addMean(graph, Object.keys(inputs)[0]!, name);
      else {
        addConstant(graph, `${name} values`, dims, values);
        addNode(graph, "Identity", [`${name} values`], [name]);
      }
    }
    for (const [name, { dims, int64 }] of Object.entries(inputs))
      addValue(graph, 11, name, dims, int64 ? INT64 : FLOAT);
    for (const [name, { dims, values }] of Object.entries(outputs))
      addValue(graph, 12, name, dims, values instanceof BigInt64Array ? INT64 : FLOAT);
  });
  model.message(8, (opset) => opset.text(1, "").int(2, 17));
  for (const [key, value] of Object.entries(metadata))
    model.message(14, (entry) => entry.text(1, key).text(2, value));
  return model.finish();
}

export function writeOnnx(file: string, graph: SmallGraph): string {
  writeFileSync(file, onnxBytes(graph));
  return file;
}

function addNode(graph: ProtoWriter, op: string, inputs: string[], outputs: string[]): void {
  graph.message(1, (node) => {
    for (const input of inputs) node.text(1, input);
    for (const output of outputs) node.text(2, output);
    node.text(4, op);
  });
}

function addConstant(
  graph: ProtoWriter,
  name: string,
  dims: readonly number[],
  values: Values,
): void {
  graph.message(5, (tensor) => {
    for (const dim of dims) tensor.int(1, dim);
    tensor.int(2, values instanceof BigInt64Array ? INT64 : FLOAT);
    tensor.text(8, name);
    tensor.bytes(9, new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  });
}

/** Mean over everything but the batch, reshaped to [batch, 1]. */
function addMean(graph: ProtoWriter, picture: string, name: string): void {
  addNode(graph, "GlobalAveragePool", [picture], [`${name} pooled`]);
  addConstant(graph, `${name} shape`, [2], BigInt64Array.of(1n, 3n));
  addNode(graph, "Reshape", [`${name} pooled`, `${name} shape`], [name]);
}

function addValue(
  graph: ProtoWriter,
  field: number,
  name: string,
  dims: readonly (number | string)[],
  type: number,
): void {
  graph.message(field, (value) =>
    value.text(1, name).message(2, (kind) =>
      kind.message(1, (tensor) => {
        tensor.int(1, type);
        tensor.message(2, (shape) => {
          for (const dim of dims)
            shape.message(1, (entry) =>
              typeof dim === "number" ? entry.int(1, dim) : entry.text(2, dim),
            );
        });
      }),
    ),
  );
}
