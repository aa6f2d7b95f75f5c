/** Runs the parts of a backward pass one after another, and frees what no later part needs. */
import * as tf from "@tensorflow/tfjs";
import type { BackwardPart } from "./gradient-tape.ts";
import type { GraphTensor } from "./graph-builder.ts";
import type { GraphSession } from "./graph-session.ts";

/**
 * Gradients by parameter. `fixed`: what to feed that stays the caller's. `passed`: further feeds, tensors of the
 * forward run among them, which are disposed as soon as no later part needs them, and at the latest in the end.
 */
export function runBackward(
  session: GraphSession,
  parts: readonly BackwardPart[],
  fixed: ReadonlyMap<GraphTensor, tf.Tensor>,
  passed: ReadonlyMap<GraphTensor, tf.Tensor>,
): Map<GraphTensor, tf.Tensor> {
  const own = byName(passed);
  const others = byName(fixed);
  const lastUse = new Map(
    parts.flatMap(({ needs }, part) => needs.map(({ name }) => [name, part] as const)),
  );
  const found = new Map<GraphTensor, tf.Tensor>();
  try {
    for (const [index, { needs, leaves, gradients }] of parts.entries()) {
      const feeds = needs.map((input) => ({
        input,
        value: own.get(input.name) ?? others.get(input.name)!,
      }));
      // TensorFlow refuses to fetch what is fed: a gradient that was whole before it was known to be.
      const whole = [...gradients].filter(([, { name }]) => own.has(name));
      for (const [parameter, { name }] of whole) found.set(parameter, tf.clone(own.get(name)!));
      const made = [...gradients].filter(([, { name }]) => !own.has(name));
      const results = session.run(feeds, [...made.map(([, tensor]) => tensor), ...leaves.values()]);
      let next = 0;
      for (const [parameter] of made) found.set(parameter, results[next++]!);
      for (const { name } of leaves.keys()) own.set(name, results[next++]!);
      for (const [name, value] of own) {
        if ((lastUse.get(name) ?? -1) > index) continue;
        value.dispose();
        own.delete(name);
      }
    }
  } catch (error) {
    tf.dispose([...found.values()]);
    throw error;
  } finally {
    tf.dispose([...own.values()]);
  }
  return found;
}

function byName(values: ReadonlyMap<GraphTensor, tf.Tensor>): Map<string, tf.Tensor> {
  return new Map([...values].map(([{ name }, value]) => [name, value]));
}
