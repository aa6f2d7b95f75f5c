/** The detector's arithmetic as nodes of a TensorFlow graph. */
import type { Activation, Ops } from "../rtdetr/ops.ts";
import type { GraphAttributes, GraphBuilder, GraphTensor, GraphType } from "./graph-builder.ts";

const T_FLOAT = { T: { type: "float32" } } as const;

/** Operations that add themselves to `graph`. */
export function graphOps(graph: GraphBuilder): Ops<GraphTensor> {
  const ints = (values: readonly number[]): GraphTensor =>
    graph.constant(Int32Array.from(values), [values.length]);
  const scalar = (value: number, dtype: GraphType): GraphTensor =>
    graph.constant(dtype === "int32" ? Int32Array.of(value) : Float32Array.of(value), []);

  const binary =
    (op: string) =>
    (a: GraphTensor | number, b: GraphTensor | number): GraphTensor => {
      const dtype = typeof a === "number" ? (b as GraphTensor).dtype : a.dtype;
      const left = typeof a === "number" ? scalar(a, dtype) : a;
      const right = typeof b === "number" ? scalar(b, dtype) : b;
      const shape = broadcast(left.shape, right.shape);
      return graph.add(op, [left, right], { T: { type: dtype } }, shape, dtype);
    };
  const unary =
    (op: string) =>
    (x: GraphTensor): GraphTensor =>
      graph.add(op, [x], { T: { type: x.dtype } }, x.shape, x.dtype);
  const cast = (x: GraphTensor, to: GraphType): GraphTensor =>
    graph.add("Cast", [x], { SrcT: { type: x.dtype }, DstT: { type: to } }, x.shape, to);
  const reduce = (op: string, x: GraphTensor, keep: boolean): GraphTensor => {
    const axis = scalar(x.shape.length - 1, "int32");
    const attributes = {
      T: { type: x.dtype },
      Tidx: { type: "int32" },
      keep_dims: { bool: keep },
    } as const;
    const shape = [...x.shape.slice(0, -1), ...(keep ? [1] : [])];
    return graph.add(op, [x, axis], attributes, shape, x.dtype);
  };

  const add = binary("AddV2");
  const sub = binary("Sub");
  const mul = binary("Mul");
  const sigmoid = unary("Sigmoid");

  const ops: Ops<GraphTensor> = {
    shapeOf: (x) => x.shape,
    constant: (values, shape) => graph.constant(values, shape),
    add,
    sub,
    mul,
    div: binary("RealDiv"),
    maximum: binary("Maximum"),
    minimum: binary("Minimum"),
    equal: (a, b) => {
      const shape = broadcast(a.shape, b.shape);
      return cast(graph.add("Equal", [a, b], T_FLOAT, shape, "bool"), "float32");
    },
    floor: unary("Floor"),
    log: unary("Log"),
    sigmoid,
    relu: unary("Relu"),
    silu: (x) => mul(x, sigmoid(x)),
    gelu: (x) => {
      const share = unary("Erf")(mul(x, Math.SQRT1_2));
      return mul(mul(x, 0.5), add(share, 1));
    },
    toInt: (x) => cast(x, "int32"),

    softmax: unary("Softmax"),
    max: (x) => reduce("Max", x, false),
    layerNorm: (x, gamma, beta, eps) => {
      const centred = sub(x, reduce("Mean", x, true));
      const variance = reduce("Mean", unary("Square")(centred), true);
      return add(mul(mul(centred, unary("Rsqrt")(add(variance, eps))), gamma), beta);
    },
    topKIndices: (x, k) => {
      const attributes = {
        ...T_FLOAT,
        sorted: { bool: true },
        Tk: { type: "int32" },
        index_type: { type: "int32" },
      } as const;
      const node = graph.addNode("TopKV2", [x, scalar(k, "int32")], attributes);
      return { name: `${node}:1`, shape: [...x.shape.slice(0, -1), k], dtype: "int32" };
    },

    reshape: (x, shape) =>
      graph.add(
        "Reshape",
        [x, ints(shape)],
        { T: { type: x.dtype }, Tshape: { type: "int32" } },
        [...shape],
        x.dtype,
      ),
    transpose: (x, order) =>
      graph.add(
        "Transpose",
        [x, ints(order)],
        { T: { type: x.dtype }, Tperm: { type: "int32" } },
        order.map((axis) => x.shape[axis]!),
        x.dtype,
      ),
    concat: (parts, axis) => {
      const [first] = parts as [GraphTensor];
      const shape = [...first.shape];
      shape[axis] = parts.reduce((sum, part) => sum + part.shape[axis]!, 0);
      const attributes = {
        N: { int: parts.length },
        T: { type: first.dtype },
        Tidx: { type: "int32" },
      } as const;
      const inputs = [...parts, scalar(axis, "int32")];
      return graph.add("ConcatV2", inputs, attributes, shape, first.dtype);
    },
    slice: (x, begin, size) =>
      graph.add(
        "Slice",
        [x, ints(begin), ints(size)],
        { T: { type: x.dtype }, Index: { type: "int32" } },
        [...size],
        x.dtype,
      ),
    gatherRows: (x, indices) =>
      graph.add(
        "GatherV2",
        [x, indices, scalar(0, "int32")],
        {
          Tparams: { type: x.dtype },
          Tindices: { type: "int32" },
          Taxis: { type: "int32" },
          batch_dims: { int: 0 },
        },
        [...indices.shape, x.shape[1]!],
        x.dtype,
      ),

    matMul: (a, b, transposeB = false) => {
      const columns = b.shape.at(transposeB ? -2 : -1)!;
      const attributes = { ...T_FLOAT, adj_x: { bool: false }, adj_y: { bool: transposeB } };
      return graph.add(
        "BatchMatMulV2",
        [a, b],
        attributes,
        [...a.shape.slice(0, -1), columns],
        "float32",
      );
    },
    dense: (x, weight, bias, activation) => {
      const attributes = {
        ...fusion(activation),
        transpose_a: { bool: false },
        transpose_b: { bool: true },
      };
      const shape = [x.shape[0]!, weight.shape[0]!];
      const y = graph.add("_FusedMatMul", [x, weight, bias], attributes, shape, "float32");
      return afterFusion(ops, y, activation);
    },
    conv2d: (x, filter, bias, stride, activation) => {
      const [size, , , channels] = filter.shape as [number, number, number, number];
      const pad = (size - 1) / 2;
      const attributes: GraphAttributes = {
        ...fusion(activation),
        TArgs: { types: ["float32"] },
        strides: { ints: [1, stride, stride, 1] },
        padding: { text: pad === 0 ? "VALID" : "EXPLICIT" },
        explicit_paddings: { ints: pad === 0 ? [] : [0, 0, pad, pad, pad, pad, 0, 0] },
        data_format: { text: "NHWC" },
        dilations: { ints: [1, 1, 1, 1] },
      };
      const [batch, height, width] = x.shape as [number, number, number, number];
      const out = (length: number): number => Math.floor((length + 2 * pad - size) / stride) + 1;
      const shape = [batch, out(height), out(width), channels];
      const y = graph.add("_FusedConv2D", [x, filter, bias], attributes, shape, "float32");
      return afterFusion(ops, y, activation);
    },
    maxPool3: (x) => {
      const [batch, height, width, channels] = x.shape as [number, number, number, number];
      const shape = [batch, Math.ceil(height / 2), Math.ceil(width / 2), channels];
      return graph.add("MaxPool", [x], { ...T_FLOAT, ...maxPooling3 }, shape, "float32");
    },
    avgPool2: (x) => {
      const [batch, height, width, channels] = x.shape as [number, number, number, number];
      const shape = [batch, Math.ceil(height / 2), Math.ceil(width / 2), channels];
      return graph.add("AvgPool", [x], { ...T_FLOAT, ...averagePooling2 }, shape, "float32");
    },
    upsample2: (x) => {
      const [batch, height, width, channels] = x.shape as [number, number, number, number];
      return graph.add(
        "ResizeNearestNeighbor",
        [x, ints([height * 2, width * 2])],
        { ...T_FLOAT, align_corners: { bool: false }, half_pixel_centers: { bool: false } },
        [batch, height * 2, width * 2, channels],
        "float32",
      );
    },
  };
  return ops;
}

/** Attributes that make a fused operation add the bias and, where it can, apply the activation. */
function fusion(activation: Activation): GraphAttributes {
  return {
    ...T_FLOAT,
    num_args: { int: 1 },
    fused_ops: { texts: activation === "relu" ? ["BiasAdd", "Relu"] : ["BiasAdd"] },
    epsilon: { float: 0 },
  };
}

function afterFusion<T>(ops: Ops<T>, x: T, activation: Activation): T {
  if (activation === "silu") return ops.silu(x);
  return activation === "gelu" ? ops.gelu(x) : x;
}

const NHWC = { data_format: { text: "NHWC" } } as const;

/** The largest of 3x3 values with stride 2 and one row around the map that is never the largest. */
export const maxPooling3: GraphAttributes = {
  ...NHWC,
  ksize: { ints: [1, 3, 3, 1] },
  strides: { ints: [1, 2, 2, 1] },
  padding: { text: "EXPLICIT" },
  explicit_paddings: { ints: [0, 0, 1, 1, 1, 1, 0, 0] },
};

/** The mean of 2x2 values with stride 2; of fewer where the map ends. */
export const averagePooling2: GraphAttributes = {
  ...NHWC,
  ksize: { ints: [1, 2, 2, 1] },
  strides: { ints: [1, 2, 2, 1] },
  padding: { text: "SAME" },
};

function broadcast(a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) =>
    Math.max(a[i - rank + a.length] ?? 1, b[i - rank + b.length] ?? 1),
  );
}
