/**
 * Loads the installed TensorFlow into TensorFlow.js as the backend "tensorflow".
 * The binding stays in the cache folder; nothing in node_modules is written.
 */
import { createRequire } from "node:module";
import util from "node:util";
import * as tf from "@tensorflow/tfjs";
import { AppError } from "../../shared/domain/app-error.ts";
import { bindingFile, installedBuild, type TensorFlowBuild } from "./build.ts";

/** What the code here uses of TensorFlow.js' Node backend; its own types are those of old Node versions. */
export interface NativeBackend {
  readonly isUsingGpuDevice: boolean;
  readonly binding: { readonly [constant: string]: number } & {
    readonly TF_Version: string;
    loadSavedModel(folder: string, tags: string): number;
    deleteSavedModel(session: number): void;
    runSavedModel(
      session: number,
      tensorIds: readonly number[],
      inputs: string,
      outputs: string,
    ): unknown[];
  };
  getInputTensorIds(tensors: readonly tf.Tensor[]): number[];
  createOutputTensor(metadata: unknown): tf.Tensor;
  executeSingleOutput(
    op: string,
    attributes: readonly OpAttribute[],
    inputs: readonly tf.Tensor[],
  ): tf.Tensor;
  executeMultipleOutputs(
    op: string,
    attributes: readonly OpAttribute[],
    inputs: readonly tf.Tensor[],
    outputs: number,
  ): tf.Tensor[];
}

export interface OpAttribute {
  readonly name: string;
  readonly type: number;
  readonly value: unknown;
}

export interface LoadedTensorFlow {
  readonly build: TensorFlowBuild;
  readonly folder: string;
  readonly backend: NativeBackend;
}

let loaded: LoadedTensorFlow | null = null;

/** What TensorFlow is loaded for, which decides which of its kernels are used. */
export type TensorFlowUse = "inference" | "training";

/**
 * Makes native TensorFlow the current backend. Repeated calls are free, and keep what the first was for.
 * Throws `tensorflow/missing` where it is not installed and `tensorflow/load-failed` where it does not load.
 */
export async function loadTensorFlow(use: TensorFlowUse = "inference"): Promise<LoadedTensorFlow> {
  if (loaded !== null) return loaded;
  const installed = installedBuild();
  if (installed === null)
    throw new AppError(
      "tensorflow/missing",
      "Native TensorFlow is not installed; running and training detectors needs it. " +
        "Run `fovea doctor --install-tensorflow`, or install it from the settings page.",
    );
  // TensorFlow itself chooses oneDNN's kernels on some processors only. Filter gradients are faster with them on the
  // others as well: a tenth of a training's step. Inference is slower, because filters are handed in with each run.
  if (use === "training") process.env["TF_ENABLE_ONEDNN_OPTS"] ??= "1";
  const backend = registerBackend(bindingFile(installed.build, installed.folder));
  await tf.setBackend("tensorflow");
  loaded = { ...installed, backend };
  return loaded;
}

/** The loaded native backend; null before `loadTensorFlow` or on another backend. */
export function nativeBackend(): NativeBackend | null {
  return loaded !== null && tf.getBackend() === "tensorflow" ? loaded.backend : null;
}

function registerBackend(binding: string): NativeBackend {
  // TensorFlow's start-up notes would land on the user's terminal.
  process.env["TF_CPP_MIN_LOG_LEVEL"] ??= "2";
  restoreRemovedUtilities();
  const require = createRequire(import.meta.url);
  try {
    require("@tensorflow/tfjs-node-gpu/dist/register_all_kernels");
    const { NodeJSKernelBackend } =
      require("@tensorflow/tfjs-node-gpu/dist/nodejs_kernel_backend") as {
        NodeJSKernelBackend: new (
          binding: unknown,
          name: string,
        ) => NativeBackend & tf.KernelBackend;
      };
    const backend = new NodeJSKernelBackend(require(binding), "@tensorflow/tfjs-node-gpu");
    const priority = 3; // above TensorFlow.js' own cpu backend
    tf.registerBackend("tensorflow", () => backend, priority);
    return backend;
  } catch (error) {
    throw new AppError(
      "tensorflow/load-failed",
      `TensorFlow in ${binding} could not be loaded: ${String(error)}. ` +
        "Remove that file's folder and run `fovea doctor --install-tensorflow`.",
    );
  }
}

/** TensorFlow.js 4.22 calls a function of `util` that Node 23 removed, and one that prints a warning. */
function restoreRemovedUtilities(): void {
  const target = util as unknown as Record<string, unknown>;
  target["isNullOrUndefined"] ??= (value: unknown) => value === null || value === undefined;
  target["isArray"] = (value: unknown) => Array.isArray(value);
}
