/** The weights of an RT-DETR as inference wants them: batch norms folded into the convolutions. */
import * as tf from "@tensorflow/tfjs";
import type { FoldedConvolution, WeightSource } from "./inference-layers.ts";
import type { ConvNormNames } from "./layers.ts";
import type { ModelParameters } from "./parameters.ts";

/**
 * Folds on first use and keeps the result. It takes the tensors over: those that were folded are disposed
 * at once, the others with `dispose`.
 */
export class FoldedWeights implements WeightSource<tf.Tensor> {
  readonly #parameters: Map<string, tf.Tensor>;
  readonly #folded = new Map<string, FoldedConvolution<tf.Tensor>>();
  readonly #eps: number;

  constructor(parameters: ModelParameters, batchNormEps: number) {
    this.#parameters = new Map(parameters);
    this.#eps = batchNormEps;
  }

  convNorm(names: ConvNormNames): FoldedConvolution<tf.Tensor> {
    return this.#once(names.conv, () => this.#fold(names));
  }

  repVgg(name: string): FoldedConvolution<tf.Tensor> {
    return this.#once(name, () => {
      const wide = this.#fold({ conv: `${name}.conv1.conv`, norm: `${name}.conv1.norm` });
      const narrow = this.#fold({ conv: `${name}.conv2.conv`, norm: `${name}.conv2.norm` });
      const centred = tf.pad(narrow.filter, [[1, 1], [1, 1], [0, 0], [0, 0]]); // prettier-ignore
      return { filter: tf.add(wide.filter, centred), bias: tf.add(wide.bias, narrow.bias) };
    });
  }

  parameter(name: string): tf.Tensor {
    const found = this.#parameters.get(name);
    if (found === undefined) throw new Error(`the model has no parameter ${name}`);
    return found;
  }

  dispose(): void {
    for (const tensor of this.#parameters.values()) tensor.dispose();
    for (const { filter, bias } of this.#folded.values()) tf.dispose([filter, bias]);
    this.#parameters.clear();
    this.#folded.clear();
  }

  #once(name: string, make: () => FoldedConvolution<tf.Tensor>): FoldedConvolution<tf.Tensor> {
    const known = this.#folded.get(name);
    if (known !== undefined) return known;
    const made = tf.tidy(() => {
      const { filter, bias } = make();
      return { filter: tf.keep(filter), bias: tf.keep(bias) };
    });
    this.#folded.set(name, made);
    return made;
  }

  /** y = norm(conv(x)) as one convolution with bias; the tensors that go into it are disposed. */
  #fold({ conv, norm }: ConvNormNames): FoldedConvolution<tf.Tensor> {
    const names = [
      `${conv}.weight`,
      `${norm}.weight`,
      `${norm}.bias`,
      `${norm}.running_mean`,
      `${norm}.running_var`,
    ];
    const [filter, gamma, beta, mean, variance] = names.map((name) => this.parameter(name)) as [
      tf.Tensor,
      tf.Tensor,
      tf.Tensor,
      tf.Tensor,
      tf.Tensor,
    ];
    const folded = foldBatchNorm(filter, { gamma, beta, mean, variance }, this.#eps);
    for (const name of names) {
      this.parameter(name).dispose();
      this.#parameters.delete(name);
    }
    return folded;
  }
}

export interface BatchNormParameters {
  readonly gamma: tf.Tensor;
  readonly beta: tf.Tensor;
  readonly mean: tf.Tensor;
  readonly variance: tf.Tensor;
}

/** filter: [k,k,I,O], the others [O]. Differentiable. */
export function foldBatchNorm(
  filter: tf.Tensor,
  { gamma, beta, mean, variance }: BatchNormParameters,
  eps: number,
): FoldedConvolution<tf.Tensor> {
  const scale = tf.mul(gamma, tf.rsqrt(tf.add(variance, eps)));
  return { filter: tf.mul(filter, scale), bias: tf.sub(beta, tf.mul(mean, scale)) };
}
