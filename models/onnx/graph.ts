/** Opens an ONNX file and tells its inputs and outputs. */
import * as ort from "onnxruntime-node";
import { AppError } from "../../shared/domain/app-error.ts";
import type { InputShape } from "../predict/detector.ts";
import { answersFile } from "./answers.ts";
import { onnxPresets, type OnnxPreset } from "./presets.ts";

export async function createSession(file: string): Promise<ort.InferenceSession> {
  try {
    return await ort.InferenceSession.create(file, {
      graphOptimizationLevel: "all",
      logSeverityLevel: 3,
    });
  } catch (error) {
    throw new AppError(
      "onnx/unreadable",
      `${file} could not be loaded by ONNX Runtime: ${(error as Error).message}. Export it again, at most for opset 22.`,
    );
  }
}

export interface GraphValue {
  readonly name: string;
  readonly type: string;
  /** null where the graph leaves it open. */
  readonly dims: readonly (number | null)[];
}

export interface GraphDescription {
  readonly inputs: readonly GraphValue[];
  readonly outputs: readonly GraphValue[];
}

export function describeGraph(session: ort.InferenceSession): GraphDescription {
  const values = (metadata: readonly ort.InferenceSession.ValueMetadata[]) =>
    metadata.flatMap((value) =>
      value.isTensor
        ? [
            {
              name: value.name,
              type: value.type as string,
              dims: value.shape.map((dim) => (typeof dim === "number" && dim > 0 ? dim : null)),
            },
          ]
        : [],
    );
  return { inputs: values(session.inputMetadata), outputs: values(session.outputMetadata) };
}

export function choosePreset(
  file: string,
  id: string | null,
  { outputs }: GraphDescription,
): OnnxPreset {
  const chosen = onnxPresets.find((preset) =>
    id === null ? preset.fits(outputs) : preset.id === id,
  );
  if (chosen) return chosen;
  const list = outputs.map(({ name, dims }) => `${name} [${dims.map((d) => d ?? "?").join(",")}]`);
  throw new AppError(
    "onnx/no-preset",
    `${file}: ${id === null ? "no known layout fits its outputs" : `there is no layout "${id}"`} (${list.join(", ")}). ` +
      `Choose one of ${onnxPresets.map((preset) => preset.id).join(", ")}.`,
    { outputs, presets: onnxPresets.map((preset) => ({ id: preset.id, title: preset.title })) },
  );
}

interface PictureLayout {
  readonly name: string;
  readonly type: string;
  readonly layout: "nchw" | "nhwc" | "chw";
  /** null: as many as one likes. */
  readonly batch: number | null;
}

export interface OpenPictureInput extends PictureLayout {
  readonly height: number | null;
  readonly width: number | null;
}

export interface PictureInput extends PictureLayout {
  readonly shape: InputShape;
}

/** The input that takes the picture; null in its shape where the graph leaves a side open. Throws `onnx/input`. */
export function findPictureInput(file: string, { inputs }: GraphDescription): OpenPictureInput {
  const found =
    inputs.find(({ dims }) => dims.length === 4) ?? inputs.find(({ dims }) => dims.length === 3);
  if (!found)
    throw new AppError(
      "onnx/input",
      `${file} has no input that could take a picture; choose a detector's model.`,
    );
  const { name, type, dims } = found;
  const layout = dims.length === 3 ? "chw" : dims[3] === 3 && dims[1] !== 3 ? "nhwc" : "nchw";
  const [height, width] =
    layout === "chw" ? dims.slice(1) : layout === "nhwc" ? dims.slice(1, 3) : dims.slice(2);
  const batch = layout === "chw" ? 1 : (dims[0] ?? null);
  return { name, type, layout, height: height ?? null, width: width ?? null, batch };
}

/** The same with the sides that the graph leaves open taken from `size`. Throws `onnx/input-size`. */
export function pictureInput(
  file: string,
  graph: GraphDescription,
  size: InputShape | null,
): PictureInput {
  const { height: h, width: w, ...input } = findPictureInput(file, graph);
  const height = h ?? size?.height;
  const width = w ?? size?.width;
  if (height === undefined || width === undefined)
    throw new AppError(
      "onnx/input-size",
      `${file} takes pictures of any size; say which with --size HxW, or as "input" in ${answersFile(file)}.`,
    );
  if (size && (size.height !== height || size.width !== width))
    throw new AppError(
      "onnx/input-size",
      `${file} takes pictures of ${height}x${width} only, not ${size.height}x${size.width}. Leave the size out.`,
    );
  return { ...input, shape: { height, width } };
}

/** Ultralytics writes `names` as a Python dict: {0: 'person', 1: 'car'}. */
export function labelsOf(metadata: ReadonlyMap<string, string>): string[] | null {
  const names = metadata.get("names");
  if (names === undefined) return null;
  const labels: string[] = [];
  for (const [, index, single, double] of names.matchAll(
    /(\d+)\s*:\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")/g,
  ))
    labels[Number(index)] = (single ?? double ?? "").replace(/\\(.)/g, "$1");
  return labels.length > 0 ? Array.from(labels, (label, k) => label ?? `class ${k}`) : null;
}
