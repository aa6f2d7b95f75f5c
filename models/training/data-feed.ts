/** Batches in an order that the seed decides, decoded ahead while the network works. */
import * as tf from "@tensorflow/tfjs";
import { AppError } from "../../shared/domain/app-error.ts";
import { stepsPerEpoch, type TrainingSettings } from "../../shared/domain/training.ts";
import { randomStream, shuffled } from "./random.ts";
import type { Batch } from "./step.ts";
import { trainingSample, type TrainingImage, type TrainingSample } from "./training-pictures.ts";

/** Batches decoded ahead of the one in use. */
const AHEAD = 2;
const STRIDE = 32;

interface Prepared {
  readonly samples: readonly TrainingSample[];
  readonly names: readonly string[];
  readonly input: { readonly height: number; readonly width: number };
}

/** Told of a picture that cannot be read; another takes its place. */
export type OnUnreadable = (path: string, reason: string) => void;

/**
 * The batches of one epoch from step `from` on. Everything drawn depends on the seed, the epoch and the place in it
 * only, so that a resumed training sees what an uninterrupted one would have. Throws `training/no-picture` where none can be read.
 */
export async function* epochBatches(
  images: readonly TrainingImage[],
  settings: TrainingSettings,
  epoch: number,
  from: number,
  onUnreadable: OnUnreadable = () => undefined,
): AsyncGenerator<Batch> {
  const order = shuffled(images.length, streamOf(settings.seed, epoch, -1));
  const steps = stepsPerEpoch(images.length, settings.batch);
  const queue: Promise<Prepared>[] = [];
  let next = from;
  const fill = () => {
    while (next < steps && queue.length <= AHEAD) {
      const prepared = prepare(images, order, settings, epoch, next++, onUnreadable);
      // What stops the work is told when its turn comes.
      prepared.catch(() => undefined);
      queue.push(prepared);
    }
  };
  fill();
  while (queue.length > 0) {
    const prepared = await queue.shift()!;
    fill();
    yield toBatch(prepared);
  }
}

/** Streams that do not touch each other however many numbers each draws. */
function streamOf(seed: number, epoch: number, place: number) {
  const mixed =
    Math.imul(seed + 1, 0x9e3779b1) ^
    Math.imul(epoch + 1, 0x85ebca6b) ^
    Math.imul(place + 2, 0xc2b2ae35);
  return randomStream(mixed);
}

async function prepare(
  images: readonly TrainingImage[],
  order: Int32Array,
  settings: TrainingSettings,
  epoch: number,
  step: number,
  onUnreadable: OnUnreadable,
): Promise<Prepared> {
  const first = step * settings.batch;
  const scale =
    settings.scales[streamOf(settings.seed, epoch, first).integer(settings.scales.length)]!;
  const rounded = (length: number) =>
    Math.max(STRIDE, Math.round((length * scale) / STRIDE) * STRIDE);
  const input = { height: rounded(settings.input.height), width: rounded(settings.input.width) };
  const chosen = await Promise.all(
    Array.from({ length: settings.batch }, async (_, k) => {
      const place = first + k;
      for (let next = place; next < place + order.length; next++) {
        const image = images[order[next % order.length]!]!;
        const random = streamOf(settings.seed, epoch, 1_000_000 + place);
        try {
          const sample = await trainingSample(image, input, settings.augment, random);
          return { sample, name: image.path };
        } catch (error) {
          onUnreadable(image.path, error instanceof Error ? error.message : String(error));
        }
      }
      throw new AppError(
        "training/no-picture",
        `None of the ${images.length} training images can be read, ${images[0]!.path} being one. Look whether the folder is still there.`,
      );
    }),
  );
  return {
    samples: chosen.map(({ sample }) => sample),
    names: chosen.map(({ name }) => name),
    input,
  };
}

function toBatch({ samples, names, input }: Prepared): Batch {
  const size = input.height * input.width * 3;
  const values = new Uint8Array(samples.length * size);
  samples.forEach(({ pixels }, k) => values.set(pixels, k * size));
  const pixels = tf.tidy(() =>
    tf.mul(
      tf.cast(
        tf.tensor(values, [samples.length, input.height, input.width, 3], "int32"),
        "float32",
      ),
      1 / 255,
    ),
  );
  return { pixels, truth: samples.map(({ truth }) => truth), names };
}
