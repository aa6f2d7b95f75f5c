/**
 * Says which TensorFlow runs and on which device, proven by operations and not by what is installed.
 * Runnable, as loading a broken library may end the process: `node models/runtime/probe.ts` prints one
 * JSON document (`TensorFlowProbe`) and exits with 0 whatever it found.
 */
import type { Tensor } from "@tensorflow/tfjs";
import { installedBuild, hasNvidiaDriver, sourceHere } from "./build.ts";
import { AppError } from "../../shared/domain/app-error.ts";

export type TensorFlowProbe =
  | {
      readonly state: "ready";
      readonly version: string;
      readonly variant: "cpu" | "cuda";
      readonly folder: string;
      /** The best device on which an operation that was bound to it ran. */
      readonly device: "cpu" | "gpu";
      /** Measured rate of a 1024x1024 matrix product, in 10^9 operations a second. */
      readonly gigaflops: number;
      /** The same product computed in JavaScript agrees with TensorFlow's. */
      readonly correct: boolean;
      /** Why a GPU that is there is not used, and what to do; null where nothing is to be done. */
      readonly advice: string | null;
    }
  | { readonly state: "missing"; readonly advice: string }
  | {
      readonly state: "broken";
      readonly folder: string;
      readonly problem: string;
      readonly advice: string;
    };

const SIZE = 1024;
const ROUNDS = 5;

/** Loads TensorFlow into this process and tries it. Never throws an AppError. */
export async function probeTensorFlow(): Promise<TensorFlowProbe> {
  const installed = installedBuild();
  if (installed === null)
    return {
      state: "missing",
      advice: adviceToInstall(),
    };
  const { loadTensorFlow } = await import("./load.ts");
  try {
    const { backend, build, folder } = await loadTensorFlow();
    const device = (await runsOn("/device:GPU:0")) ? "gpu" : "cpu";
    return {
      state: "ready",
      version: String(backend.binding.TF_Version),
      variant: build.variant,
      folder,
      device,
      ...(await measureProduct()),
      advice: gpuAdvice(build.variant, device),
    };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return {
      state: "broken",
      folder: installed.folder,
      problem: error.message,
      advice: `Remove ${installed.folder} and run \`fovea doctor --install-tensorflow\`.`,
    };
  }
}

function adviceToInstall(): string {
  const how = "Run `fovea doctor --install-tensorflow`; RT-DETR needs native TensorFlow to run.";
  try {
    return sourceHere() === "wheel"
      ? how
      : `${how} On this system it runs TensorFlow.js' own installer, a path that is untried.`;
  } catch (error) {
    return (error as AppError).message;
  }
}

function gpuAdvice(variant: "cpu" | "cuda", device: "cpu" | "gpu"): string | null {
  if (device === "gpu" || !hasNvidiaDriver()) return null;
  return variant === "cpu"
    ? "An NVIDIA driver is here but the CPU build of TensorFlow is installed. Run `node models/runtime/install.ts --cuda`."
    : "The CUDA build is installed but TensorFlow found no usable GPU. Check with nvidia-smi that the driver is for CUDA 12.5 or later and that the GPU is visible to this user.";
}

/** Whether a product that may run nowhere else runs on the device, with the right result. */
async function runsOn(device: string): Promise<boolean> {
  const tf = await import("@tensorflow/tfjs");
  const { GraphBuilder } = await import("../graph/graph-builder.ts");
  const { GraphSession } = await import("../graph/graph-session.ts");
  const graph = new GraphBuilder();
  const input = graph.input([2, 2], "float32");
  const name = graph.addNode("MatMul", [input, input], { T: { type: "float32" } }, { device });
  const value = tf.tensor2d([1, 2, 3, 5], [2, 2]);
  try {
    const session = new GraphSession(graph);
    const output = { name: `${name}:0`, shape: [2, 2], dtype: "float32" } as const;
    const [product] = session.run([{ input, value }], [output]) as [Tensor];
    const right = product.dataSync().join() === "7,12,18,31";
    product.dispose();
    session.dispose();
    return right;
  } catch {
    // TensorFlow refuses a graph that names a device it does not have: that is the answer.
    return false;
  } finally {
    value.dispose();
  }
}

/** Times a matrix product and checks some of its entries. */
async function measureProduct(): Promise<{ gigaflops: number; correct: boolean }> {
  const tf = await import("@tensorflow/tfjs");
  const a = tf.randomUniform([SIZE, SIZE], -1, 1, "float32", 7);
  const b = tf.randomUniform([SIZE, SIZE], -1, 1, "float32", 11);
  tf.dispose(tf.matMul(a, b)); // the first product starts the threads
  const start = performance.now();
  for (let round = 0; round < ROUNDS; round += 1) {
    const product = tf.matMul(a, b);
    // Reading waits for a device that works on its own.
    product.dataSync();
    product.dispose();
  }
  const seconds = (performance.now() - start) / 1000 / ROUNDS;
  const product = tf.matMul(a, b);
  const [x, y, found] = [a.dataSync(), b.dataSync(), product.dataSync()];
  let correct = true;
  for (const row of [0, 311, SIZE - 1]) {
    let sum = 0;
    for (let k = 0; k < SIZE; k += 1) sum += x[row * SIZE + k]! * y[k * SIZE + row]!;
    correct &&= Math.abs(sum - found[row * SIZE + row]!) < 0.05; // TF32 on GPUs rounds to 10 bits
  }
  tf.dispose([a, b, product]);
  return { gigaflops: Math.round((2 * SIZE ** 3) / seconds / 1e8) / 10, correct };
}

if (import.meta.main) process.stdout.write(`${JSON.stringify(await probeTensorFlow())}\n`);
