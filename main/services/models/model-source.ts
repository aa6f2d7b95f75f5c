import { existsSync, realpathSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { ModelSource } from "../../../shared/compute/messages.ts";
import { AppError } from "../../../shared/domain/app-error.ts";

const WEIGHTS = "model.safetensors";

/** What lies at a path: a checkpoint folder, a file in one, or an ONNX file. Throws `model/not-found`, `model/unknown-kind`. */
export function modelSource(path: string, preset: string | null): ModelSource {
  if (!existsSync(path))
    throw new AppError(
      "model/not-found",
      `There is no model at ${path}. Choose a checkpoint folder or an .onnx file.`,
    );
  const real = realpathSync(path);
  if (statSync(real).isDirectory()) return { kind: "rtdetr", folder: real };
  if ([WEIGHTS, "config.json"].includes(basename(real)))
    return { kind: "rtdetr", folder: dirname(real) };
  if (real.toLowerCase().endsWith(".onnx")) return { kind: "onnx", file: real, preset };
  throw new AppError(
    "model/unknown-kind",
    `${path} is no model Fovea can run. Choose a folder with config.json and ${WEIGHTS}, or an .onnx file.`,
  );
}

export function modelPath(source: ModelSource): string {
  return source.kind === "rtdetr" ? source.folder : source.file;
}

/** Changes when the weights do. */
export function weightsStamp(source: ModelSource): string {
  const file = source.kind === "rtdetr" ? join(source.folder, WEIGHTS) : source.file;
  if (!existsSync(file)) return "missing";
  const { size, mtimeMs } = statSync(file);
  return `${size} ${mtimeMs}`;
}
