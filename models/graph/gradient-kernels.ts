/** The operations that gradients are made of, as nodes of a graph, beside those the detector itself is written in. */
import { averagePooling2, maxPooling3 } from "./graph-ops.ts";
import type { GraphAttributes, GraphBuilder, GraphTensor } from "./graph-builder.ts";

const T_FLOAT = { T: { type: "float32" } } as const;

export interface BatchNormNodes {
  readonly output: GraphTensor;
  /** Batch mean and unbiased batch variance, [C]. */
  readonly mean: GraphTensor;
  readonly variance: GraphTensor;
  /** What the gradient wants of the forward pass. */
  readonly reserve: readonly GraphTensor[];
}

export type GradientKernels = ReturnType<typeof gradientKernels>;

/** Kernels that add themselves to `graph`. */
export function gradientKernels(graph: GraphBuilder) {
  const ints = (values: readonly number[]): GraphTensor =>
    graph.constant(Int32Array.from(values), [values.length]);

  /** An operation on float32 tensors whose result looks like one of them. */
  const like = (
    op: string,
    shape: readonly number[],
    inputs: readonly GraphTensor[],
    attributes: GraphAttributes = {},
  ): GraphTensor => graph.add(op, inputs, { ...T_FLOAT, ...attributes }, shape, "float32");

  const reshape = (x: GraphTensor, shape: readonly number[]): GraphTensor =>
    like("Reshape", shape, [x, ints(shape)], { Tshape: { type: "int32" } });

  /** Sum over some axes, which are dropped. */
  const sum = (x: GraphTensor, axes: readonly number[], keep = false): GraphTensor => {
    const shape = x.shape.flatMap((size, axis) => (axes.includes(axis) ? (keep ? [1] : []) : size));
    const attributes = { Tidx: { type: "int32" }, keep_dims: { bool: keep } } as const;
    return like("Sum", shape, [x, ints(axes)], attributes);
  };

  const matMul = (
    a: GraphTensor,
    b: GraphTensor,
    { transposeA = false, transposeB = false } = {},
  ): GraphTensor => {
    const rows = a.shape.at(transposeA ? -1 : -2)!;
    const columns = b.shape.at(transposeB ? -2 : -1)!;
    if (a.shape.length === 2)
      return like("MatMul", [rows, columns], [a, b], {
        transpose_a: { bool: transposeA },
        transpose_b: { bool: transposeB },
      });
    return like("BatchMatMulV2", [...a.shape.slice(0, -2), rows, columns], [a, b], {
      adj_x: { bool: transposeA },
      adj_y: { bool: transposeB },
    });
  };

  /** Convolution without bias; (k-1)/2 zeros on every side. x: [B,h,w,I], filter: [k,k,I,O]. */
  const convolution = (x: GraphTensor, filter: GraphTensor, stride: number): GraphTensor => {
    const [size, , , channels] = filter.shape as [number, number, number, number];
    const pad = (size - 1) / 2;
    const out = (length: number): number => Math.floor((length + 2 * pad - size) / stride) + 1;
    const [batch, height, width] = x.shape as [number, number, number, number];
    const shape = [batch, out(height), out(width), channels];
    return like("Conv2D", shape, [x, filter], convolutionAttributes(size, stride));
  };

  /** A filter turned by half a circle, its input and output channels exchanged. */
  const turned = (filter: GraphTensor): GraphTensor => {
    const [height, width, channels, outputs] = filter.shape as [number, number, number, number];
    const back = like("ReverseV2", filter.shape, [filter, ints([0, 1])], {
      Tidx: { type: "int32" },
    });
    return like("Transpose", [height, width, outputs, channels], [back, ints([0, 1, 3, 2])], {
      Tperm: { type: "int32" },
    });
  };

  return {
    reshape,
    sum,
    matMul,
    identity: (x: GraphTensor): GraphTensor =>
      graph.add("Identity", [x], { T: { type: x.dtype } }, x.shape, x.dtype),
    unary: (op: string, x: GraphTensor): GraphTensor => like(op, x.shape, [x]),
    reluGradient: (upstream: GraphTensor, output: GraphTensor): GraphTensor =>
      like("ReluGrad", output.shape, [upstream, output]),
    sigmoidGradient: (upstream: GraphTensor, output: GraphTensor): GraphTensor =>
      like("SigmoidGrad", output.shape, [output, upstream]),
    biasGradient: (upstream: GraphTensor): GraphTensor =>
      like("BiasAddGrad", [upstream.shape.at(-1)!], [upstream], { data_format: { text: "NHWC" } }),

    /** The gradient by an operand that was broadcast: summed over what was repeated. */
    sumTo(x: GraphTensor, shape: readonly number[]): GraphTensor {
      const extra = x.shape.length - shape.length;
      const axes = x.shape.flatMap((size, axis) =>
        axis < extra || (shape[axis - extra] === 1 && size !== 1) ? [axis] : [],
      );
      return axes.length === 0 ? x : reshape(sum(x, axes), shape);
    },

    /** Zeros around x; pads: [before, after] for each axis. */
    pad(x: GraphTensor, pads: readonly (readonly [number, number])[]): GraphTensor {
      const shape = x.shape.map((size, axis) => size + pads[axis]![0] + pads[axis]![1]);
      const widths = graph.constant(Int32Array.from(pads.flat()), [pads.length, 2]);
      return like("Pad", shape, [x, widths], { Tpaddings: { type: "int32" } });
    },

    /** Sums values [N,C] into rows [count,C] by int32 row numbers [N]. */
    sumRows: (values: GraphTensor, rows: GraphTensor, count: number): GraphTensor =>
      like(
        "UnsortedSegmentSum",
        [count, values.shape[1]!],
        [values, rows, graph.constant(Int32Array.of(count), [])],
        { Tindices: { type: "int32" }, Tnumsegments: { type: "int32" } },
      ),

    convolution,
    /** For stride 1 as convolutions and products of matrices, which take a third less time than TensorFlow's own kernels. */
    convolutionInputGradient(
      upstream: GraphTensor,
      filter: GraphTensor,
      inputShape: readonly number[],
      stride: number,
    ): GraphTensor {
      const [size, , channels, outputs] = filter.shape as [number, number, number, number];
      if (stride === 1 && size === 1) {
        const rows = reshape(upstream, [rowsOf(upstream), outputs]);
        const matrix = reshape(filter, [channels, outputs]);
        return reshape(matMul(rows, matrix, { transposeB: true }), inputShape);
      }
      if (stride === 1) return convolution(upstream, turned(filter), 1);
      const inputs = [ints(inputShape), filter, upstream];
      const attributes = convolutionAttributes(size, stride);
      return like("Conv2DBackpropInput", inputShape, inputs, attributes);
    },
    convolutionFilterGradient(
      upstream: GraphTensor,
      x: GraphTensor,
      filterShape: readonly number[],
      stride: number,
    ): GraphTensor {
      const [size, , channels, outputs] = filterShape as [number, number, number, number];
      if (stride === 1 && size === 1) {
        const rows = reshape(x, [rowsOf(x), channels]);
        const by = reshape(upstream, [rowsOf(upstream), outputs]);
        return reshape(matMul(rows, by, { transposeA: true }), filterShape);
      }
      const inputs = [x, ints(filterShape), upstream];
      const attributes = convolutionAttributes(size, stride);
      return like("Conv2DBackpropFilter", filterShape, inputs, attributes);
    },

    /** Batch norm over all axes but the last with the batch's own statistics. */
    batchNorm(x: GraphTensor, gamma: GraphTensor, beta: GraphTensor, eps: number): BatchNormNodes {
      const none = graph.constant(new Float32Array(0), [0]);
      const inputs = [x, gamma, beta, none, none];
      const node = graph.addNode("FusedBatchNormV3", inputs, batchNormAttributes(eps));
      const output = (index: number, shape: readonly number[]): GraphTensor => ({
        name: `${node}:${index}`,
        shape,
        dtype: "float32",
      });
      return {
        output: output(0, x.shape),
        mean: output(1, gamma.shape),
        variance: output(2, gamma.shape),
        reserve: [3, 4, 5].map((index) => output(index, gamma.shape)),
      };
    },
    /** Gradients by x, gamma and beta. */
    batchNormGradients(
      upstream: GraphTensor,
      x: GraphTensor,
      gamma: GraphTensor,
      reserve: readonly GraphTensor[],
      eps: number,
    ): GraphTensor[] {
      const inputs = [upstream, x, gamma, ...reserve];
      const node = graph.addNode("FusedBatchNormGradV3", inputs, batchNormAttributes(eps));
      return [x, gamma, gamma].map(({ shape }, index) => ({
        name: `${node}:${index}`,
        shape,
        dtype: "float32",
      }));
    },

    maxPoolGradient: (upstream: GraphTensor, x: GraphTensor, output: GraphTensor): GraphTensor =>
      like("MaxPoolGrad", x.shape, [x, output, upstream], maxPooling3),
    avgPoolGradient: (upstream: GraphTensor, inputShape: readonly number[]): GraphTensor =>
      like("AvgPoolGrad", inputShape, [ints(inputShape), upstream], averagePooling2),
    upsampleGradient(upstream: GraphTensor, inputShape: readonly number[]): GraphTensor {
      const size = ints([inputShape[1]!, inputShape[2]!]);
      const attributes = { align_corners: { bool: false }, half_pixel_centers: { bool: false } };
      return like("ResizeNearestNeighborGrad", inputShape, [upstream, size], attributes);
    },
  };
}

function rowsOf({ shape }: GraphTensor): number {
  return shape.slice(0, -1).reduce((product, size) => product * size, 1);
}

function convolutionAttributes(size: number, stride: number): GraphAttributes {
  const pad = (size - 1) / 2;
  return {
    strides: { ints: [1, stride, stride, 1] },
    padding: { text: pad === 0 ? "VALID" : "EXPLICIT" },
    explicit_paddings: { ints: pad === 0 ? [] : [0, 0, pad, pad, pad, pad, 0, 0] },
    data_format: { text: "NHWC" },
    dilations: { ints: [1, 1, 1, 1] },
  };
}

function batchNormAttributes(eps: number): GraphAttributes {
  return {
    ...T_FLOAT,
    U: { type: "float32" },
    epsilon: { float: eps },
    is_training: { bool: true },
    data_format: { text: "NHWC" },
  };
}
