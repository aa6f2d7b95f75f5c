/** The detector's arithmetic as nodes of a graph that can be differentiated. */
import type { Activation, Ops } from "../rtdetr/ops.ts";
import type { GraphBuilder, GraphTensor } from "./graph-builder.ts";
import { convolutionGradients } from "./taped-norm.ts";
import { gradientKernels, type GradientKernels } from "./gradient-kernels.ts";
import type { GradientTape } from "./gradient-tape.ts";
import { graphOps } from "./graph-ops.ts";

/** What gradient rules are written with: operations that are not on the tape, and the tape. */
export interface GradientTools {
  readonly graph: GraphBuilder;
  readonly tape: GradientTape;
  readonly plain: Ops<GraphTensor>;
  readonly kernels: GradientKernels;
}

export function gradientTools(graph: GraphBuilder, tape: GradientTape): GradientTools {
  return { graph, tape, plain: graphOps(graph), kernels: gradientKernels(graph) };
}

/** `graphOps` with a gradient rule each. Limits, `max` and whole numbers have none: they must not be differentiated. */
export function tapedOps(graph: GraphBuilder, tape: GradientTape): Ops<GraphTensor> {
  const tools = gradientTools(graph, tape);
  const { plain, kernels } = tools;
  const { sumTo } = kernels;

  const without =
    <A extends unknown[]>(name: string, op: (...operands: A) => GraphTensor) =>
    (...operands: A): GraphTensor => {
      for (const operand of operands)
        if (isTensor(operand) && tape.tracks(operand)) throw new Error(`${name} has no gradient`);
      return op(...operands);
    };

  const ops: Ops<GraphTensor> = {
    ...plain,
    maximum: without("maximum", plain.maximum),
    minimum: without("minimum", plain.minimum),
    max: without("max", plain.max),

    add(a, b) {
      const y = plain.add(a, b);
      if (typeof b === "number") return tape.record(y, [a], [], (dy) => [dy]);
      return tape.record(y, [a, b], [], (dy) => [sumTo(dy, a.shape), sumTo(dy, b.shape)]);
    },
    sub(a, b) {
      const y = plain.sub(a, b);
      const negative = (dy: GraphTensor) => plain.mul(dy, -1);
      if (typeof a === "number") return tape.record(y, [b], [], (dy) => [negative(dy)]);
      return tape.record(y, [a, b], [], (dy) => [
        sumTo(dy, a.shape),
        tape.tracks(b) ? negative(sumTo(dy, b.shape)) : null,
      ]);
    },
    mul(a, b) {
      const y = plain.mul(a, b);
      if (typeof b === "number") return tape.record(y, [a], [], (dy) => [plain.mul(dy, b)]);
      const byA = tape.tracks(a);
      const byB = tape.tracks(b);
      const saves = [...(byA ? [b] : []), ...(byB ? [a] : [])];
      return tape.record(y, [a, b], saves, (dy, saved) => [
        byA ? sumTo(plain.mul(dy, saved[0]!), a.shape) : null,
        byB ? sumTo(plain.mul(dy, saved.at(-1)!), b.shape) : null,
      ]);
    },
    div(a, b) {
      const y = plain.div(a, b);
      return tape.record(y, [a, b], [b, y], (dy, [divisor, quotient]) => {
        const byA = plain.div(dy, divisor!);
        return [
          sumTo(byA, a.shape),
          tape.tracks(b) ? sumTo(plain.mul(plain.mul(byA, quotient!), -1), b.shape) : null,
        ];
      });
    },
    log: (x) => tape.record(plain.log(x), [x], [x], (dy, [input]) => [plain.div(dy, input!)]),
    sigmoid(x) {
      const y = plain.sigmoid(x);
      return tape.record(y, [x], [y], (dy, [output]) => [kernels.sigmoidGradient(dy, output!)]);
    },
    relu(x) {
      const y = plain.relu(x);
      return tape.record(y, [x], [y], (dy, [output]) => [kernels.reluGradient(dy, output!)]);
    },
    silu(x) {
      const gate = plain.sigmoid(x);
      const y = plain.mul(x, gate);
      // d/dx x s = s + x s (1 - s)
      return tape.record(y, [x], [x, gate], (dy, [input, share]) => [
        plain.add(plain.mul(dy, share!), kernels.sigmoidGradient(plain.mul(dy, input!), share!)),
      ]);
    },
    gelu(x) {
      return tape.record(plain.gelu(x), [x], [x], (dy, [input]) => [
        plain.mul(dy, geluSlope(plain, kernels.unary, input!)),
      ]);
    },
    softmax(x) {
      const y = plain.softmax(x);
      const last = x.shape.length - 1;
      return tape.record(y, [x], [y], (dy, [shares]) => {
        const mean = kernels.sum(plain.mul(dy, shares!), [last], true);
        return [plain.mul(plain.sub(dy, mean), shares!)];
      });
    },
    layerNorm(x, gamma, beta, eps) {
      const { normal, spread } = normalise(plain, kernels, x, eps);
      const y = plain.add(plain.mul(normal, gamma), beta);
      const leading = x.shape.slice(0, -1).map((_, axis) => axis);
      const saves = [normal, spread, gamma];
      return tape.record(y, [x, gamma, beta], saves, (dy, [unit, inverse, scale]) => {
        const last = x.shape.length - 1;
        const mean = (t: GraphTensor) =>
          plain.mul(kernels.sum(t, [last], true), 1 / x.shape[last]!);
        const scaled = plain.mul(dy, scale!);
        const along = plain.mul(unit!, mean(plain.mul(scaled, unit!)));
        const centred = plain.sub(plain.sub(scaled, mean(scaled)), along);
        return [
          plain.mul(centred, inverse!),
          kernels.sum(plain.mul(dy, unit!), leading),
          kernels.sum(dy, leading),
        ];
      });
    },

    reshape: (x, shape) =>
      tape.record(plain.reshape(x, shape), [x], [], (dy) => [plain.reshape(dy, x.shape)]),
    transpose(x, order) {
      const back = order.map((_, axis) => order.indexOf(axis));
      return tape.record(plain.transpose(x, order), [x], [], (dy) => [plain.transpose(dy, back)]);
    },
    concat(parts, axis) {
      return tape.record(plain.concat(parts, axis), parts, [], (dy) => {
        let start = 0;
        return parts.map((part) => {
          const begin = part.shape.map((_, k) => (k === axis ? start : 0));
          start += part.shape[axis]!;
          return tape.tracks(part) ? plain.slice(dy, begin, part.shape) : null;
        });
      });
    },
    slice: (x, begin, size) =>
      tape.record(plain.slice(x, begin, size), [x], [], (dy) => [
        kernels.pad(
          dy,
          x.shape.map((whole, axis) => [begin[axis]!, whole - begin[axis]! - size[axis]!]),
        ),
      ]),
    gatherRows(x, indices) {
      const [count, channels] = x.shape as [number, number];
      return tape.record(plain.gatherRows(x, indices), [x], [indices], (dy, [rows]) => {
        const flat = indices.shape.reduce((product, size) => product * size, 1);
        const numbers = plain.reshape(rows!, [flat]);
        return [kernels.sumRows(plain.reshape(dy, [flat, channels]), numbers, count)];
      });
    },

    matMul(a, b, transposeB = false) {
      const y = plain.matMul(a, b, transposeB);
      return tape.record(y, [a, b], [a, b], (dy, [left, right]) => [
        kernels.matMul(dy, right!, { transposeB: !transposeB }),
        transposeB
          ? kernels.matMul(dy, left!, { transposeA: true })
          : kernels.matMul(left!, dy, { transposeA: true }),
      ]);
    },
    dense(x, weight, bias, activation) {
      const fused = activation === "relu";
      const y = plain.dense(x, weight, bias, fused ? "relu" : "none");
      const inputs = [x, weight, bias];
      const saves = [x, weight, ...(fused ? [y] : [])];
      tape.record(y, inputs, saves, (dy, [input, matrix, output]) => {
        const through = output === undefined ? dy : kernels.reluGradient(dy, output);
        return [
          tape.tracks(x) ? kernels.matMul(through, matrix!) : null,
          tape.tracks(weight) ? kernels.matMul(through, input!, { transposeA: true }) : null,
          kernels.biasGradient(through),
        ];
      });
      return fused ? y : afterwards(ops, y, activation);
    },
    conv2d(x, filter, biases, stride, activation) {
      const fused = activation === "relu";
      const y = plain.conv2d(x, filter, biases, stride, fused ? "relu" : "none");
      const saves = [x, filter, ...(fused ? [y] : [])];
      tape.record(y, [x, filter, biases], saves, (dy, [input, weights, output]) => {
        const through = output === undefined ? dy : kernels.reluGradient(dy, output);
        const bias = tape.tracks(biases) ? kernels.biasGradient(through) : null;
        return [
          ...convolutionGradients(tools, { x, filter, stride }, through, input!, weights!),
          bias,
        ];
      });
      return fused ? y : afterwards(ops, y, activation);
    },
    maxPool3(x) {
      const y = plain.maxPool3(x);
      return tape.record(y, [x], [x, y], (dy, [input, output]) => [
        kernels.maxPoolGradient(dy, input!, output!),
      ]);
    },
    avgPool2: (x) =>
      tape.record(plain.avgPool2(x), [x], [], (dy) => [kernels.avgPoolGradient(dy, x.shape)]),
    upsample2: (x) =>
      tape.record(plain.upsample2(x), [x], [], (dy) => [kernels.upsampleGradient(dy, x.shape)]),
  };
  return ops;
}

function isTensor(value: unknown): value is GraphTensor {
  return typeof value === "object" && value !== null && "dtype" in value;
}

function afterwards(ops: Ops<GraphTensor>, x: GraphTensor, activation: Activation): GraphTensor {
  if (activation === "silu") return ops.silu(x);
  return activation === "gelu" ? ops.gelu(x) : x;
}

const INVERSE_SQRT_TWO_PI = 1 / Math.sqrt(2 * Math.PI);

/** d/dx x (1 + erf(x / sqrt 2)) / 2 */
function geluSlope(
  { add, mul }: Ops<GraphTensor>,
  unary: (op: string, x: GraphTensor) => GraphTensor,
  x: GraphTensor,
): GraphTensor {
  const share = mul(add(unary("Erf", mul(x, Math.SQRT1_2)), 1), 0.5);
  const density = mul(unary("Exp", mul(unary("Square", x), -0.5)), INVERSE_SQRT_TWO_PI);
  return add(share, mul(x, density));
}

/** x without its mean, over its spread; and one over that spread, [...,1]. */
function normalise(
  { add, mul, sub }: Ops<GraphTensor>,
  { sum, unary }: GradientKernels,
  x: GraphTensor,
  eps: number,
): { normal: GraphTensor; spread: GraphTensor } {
  const last = x.shape.length - 1;
  const mean = (t: GraphTensor) => mul(sum(t, [last], true), 1 / x.shape[last]!);
  const centred = sub(x, mean(x));
  const spread = unary("Rsqrt", add(mean(unary("Square", centred)), eps));
  return { normal: mul(centred, spread), spread };
}
