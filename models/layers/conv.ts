/** Convolution with bias and activation as one differentiable node, and the pooling beside it. */
import * as tf from "@tensorflow/tfjs";
import {
  biasAdd,
  biasGradient,
  conv2d,
  conv2dFilterGradient,
  conv2dInputGradient,
  reluGradient,
} from "../runtime/kernels.ts";

/**
 * x: [B,h,w,I], filter: [k,k,I,O], k odd; (k-1)/2 zeros on every side. Returns [B,h/stride,w/stride,O].
 * TensorFlow.js has no gradient for this padding, and its "same" pads one side only at stride 2.
 */
export function convolution(x: tf.Tensor, filter: tf.Tensor, stride: number): tf.Tensor {
  const pad = (filter.shape[0]! - 1) / 2;
  return tf.customGrad(((input: tf.Tensor, kernel: tf.Tensor, save: tf.GradSaveFunc) => {
    save([input, kernel]);
    return {
      value: conv2d(input, kernel, stride, pad),
      gradFunc: (upstream: tf.Tensor, saved: tf.Tensor[]) => {
        const [before, weights] = saved as [tf.Tensor, tf.Tensor];
        return [
          conv2dInputGradient(before.shape, weights, upstream, stride, pad),
          conv2dFilterGradient(before, weights.shape, upstream, stride, pad),
        ];
      },
    };
  }) as Parameters<typeof tf.customGrad>[0])(x, filter);
}

/** `convolution` plus bias [O], and relu if asked: one node, so that nothing in between is kept. */
export function biasedConvolution(
  x: tf.Tensor,
  filter: tf.Tensor,
  bias: tf.Tensor,
  stride: number,
  relu: boolean,
): tf.Tensor {
  const pad = (filter.shape[0]! - 1) / 2;
  return tf.customGrad(((
    input: tf.Tensor,
    kernel: tf.Tensor,
    offset: tf.Tensor,
    save: tf.GradSaveFunc,
  ) => {
    const sum = biasAdd(conv2d(input, kernel, stride, pad), offset);
    const value = relu ? tf.relu(sum) : sum;
    save(relu ? [input, kernel, value] : [input, kernel]);
    return {
      value,
      gradFunc: (upstream: tf.Tensor, saved: tf.Tensor[]) => {
        const [before, weights, after] = saved as [tf.Tensor, tf.Tensor, tf.Tensor | undefined];
        const through = after === undefined ? upstream : reluGradient(upstream, after);
        return [
          conv2dInputGradient(before.shape, weights, through, stride, pad),
          conv2dFilterGradient(before, weights.shape, through, stride, pad),
          biasGradient(through),
        ];
      },
    };
  }) as Parameters<typeof tf.customGrad>[0])(x, filter, bias);
}

/** 3x3 maximum, stride 2, one row of padding on every side. x is not negative, so zeros serve as padding. */
export function maxPool3(x: tf.Tensor): tf.Tensor {
  const outer = tf.pad(x, [[0, 0], [1, 1], [1, 1], [0, 0]]) as tf.Tensor4D; // prettier-ignore
  return tf.maxPool(outer, 3, 2, "valid");
}

/** 2x2 average, stride 2; an odd last row or column is averaged by itself. */
export function avgPool2(x: tf.Tensor): tf.Tensor {
  return tf.avgPool(x as tf.Tensor4D, 2, 2, "same");
}

/** Nearest neighbour, twice the size. */
export function upsample2(x: tf.Tensor): tf.Tensor {
  const [, height, width] = x.shape as [number, number, number, number];
  return tf.image.resizeNearestNeighbor(x as tf.Tensor4D, [height * 2, width * 2]);
}
