/** Any ONNX detector through ONNX Runtime. What the graph does not tell is read from a small file beside it. */
import { existsSync, readFileSync } from "node:fs";
import * as ort from "onnxruntime-node";
import { z } from "zod";
import { AppError } from "../../shared/domain/app-error.ts";
import type { Detections, Detector, InputShape } from "../predict/detector.ts";
import { readOnnxHeader } from "./onnx-header.ts";
import { onnxPresets, type OnnxPreset, type Outputs } from "./presets.ts";

/** `<model>.fovea.json`: the user's answers, saved once. Every field is optional. */
const answers = z.object({
  preset: z.string().optional(),
  labels: z.array(z.string()).optional(),
  input: z.object({ height: z.int().min(8), width: z.int().min(8) }).optional(),
  fit: z.enum(["stretch", "letterbox"]).optional(),
  /** (value / 255 - mean) / std for each of red, green, blue. */
  mean: z.array(z.number()).length(3).optional(),
  std: z.array(z.number().positive()).length(3).optional(),
});
export type OnnxAnswers = z.infer<typeof answers>;

export const answersFile = (model: string) => `${model}.fovea.json`;

/** Throws `onnx/unreadable`, `onnx/no-preset` or `onnx/input` with what to choose. */
export async function openOnnx(
  file: string,
  presetId: string | null,
  size: InputShape | null,
): Promise<Detector> {
  const header = readOnnxHeader(file);
  const said = readAnswers(file);
  const session = await createSession(file);
  const graph = describe(session);
  const preset = choosePreset(file, presetId ?? said.preset ?? null, graph);
  const picture = pictureInput(file, graph, size ?? said.input ?? null);
  const fit = said.fit ?? (preset.id.startsWith("yolo") ? "letterbox" : "stretch");
  const normalise = { mean: said.mean ?? [0, 0, 0], std: said.std ?? [1, 1, 1] };
  const run = (pictures: readonly Uint8Array[]) =>
    session.run(feeds(graph, picture, pictures, normalise)) as unknown as Promise<Outputs>;
  return {
    labels: said.labels ?? labelsOf(header.metadata) ?? [],
    input: picture.shape,
    fit,
    detect: async (pictures, choice) => {
      // A graph made for a fixed batch, and torchvision's, take their pictures one by one.
      const groups =
        picture.batch === 1 || preset.id === "torchvision" ? pictures.map((p) => [p]) : [pictures];
      const found: Detections[] = [];
      for (const group of groups) {
        const outputs = await run(group);
        group.forEach((_, k) => found.push(preset.read(outputs, k, picture.shape, choice)));
      }
      return found;
    },
    dispose: () => session.release(),
  };
}

function readAnswers(file: string): OnnxAnswers {
  const path = answersFile(file);
  if (!existsSync(path)) return {};
  const parsed = answers.safeParse(JSON.parse(readFileSync(path, "utf8")));
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  throw new AppError(
    "onnx/answers",
    `${path}: ${issue.path.join(".")} is not usable (${issue.message}). Correct it or remove the file.`,
  );
}

async function createSession(file: string): Promise<ort.InferenceSession> {
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

interface GraphValue {
  readonly name: string;
  readonly type: string;
  /** null where the graph leaves it open. */
  readonly dims: readonly (number | null)[];
}

interface GraphDescription {
  readonly inputs: readonly GraphValue[];
  readonly outputs: readonly GraphValue[];
}

function describe(session: ort.InferenceSession): GraphDescription {
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

function choosePreset(file: string, id: string | null, { outputs }: GraphDescription): OnnxPreset {
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

interface PictureInput {
  readonly name: string;
  readonly type: string;
  readonly layout: "nchw" | "nhwc" | "chw";
  readonly shape: InputShape;
  readonly batch: number | null;
}

function pictureInput(
  file: string,
  { inputs }: GraphDescription,
  size: InputShape | null,
): PictureInput {
  const found =
    inputs.find(({ dims }) => dims.length === 4) ?? inputs.find(({ dims }) => dims.length === 3);
  if (!found)
    throw new AppError(
      "onnx/input",
      `${file} has no input that could take a picture; choose a detector's model.`,
    );
  const { dims } = found;
  const layout = dims.length === 3 ? "chw" : dims[3] === 3 && dims[1] !== 3 ? "nhwc" : "nchw";
  const [h, w] =
    layout === "chw" ? dims.slice(1) : layout === "nhwc" ? dims.slice(1, 3) : dims.slice(2);
  const shape = { height: h ?? size?.height, width: w ?? size?.width };
  if (shape.height === undefined || shape.width === undefined)
    throw new AppError(
      "onnx/input-size",
      `${file} takes pictures of any size; say which with --size HxW, or as "input" in ${answersFile(file)}.`,
    );
  if (size && (size.height !== shape.height || size.width !== shape.width))
    throw new AppError(
      "onnx/input-size",
      `${file} takes pictures of ${shape.height}x${shape.width} only, not ${size.height}x${size.width}. Leave the size out.`,
    );
  return {
    name: found.name,
    type: found.type,
    layout,
    shape: { height: shape.height, width: shape.width },
    batch: layout === "chw" ? 1 : (dims[0] ?? null),
  };
}

interface Normalise {
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

function feeds(
  graph: GraphDescription,
  picture: PictureInput,
  pictures: readonly Uint8Array[],
  normalise: Normalise,
): Record<string, ort.Tensor> {
  const { height, width } = picture.shape;
  const count = pictures.length;
  const dims = {
    nchw: [count, 3, height, width],
    nhwc: [count, height, width, 3],
    chw: [3, height, width],
  }[picture.layout];
  const fed: Record<string, ort.Tensor> = {
    [picture.name]: pictureTensor(picture, pictures, normalise, dims),
  };
  for (const { name, type } of graph.inputs) {
    if (name === picture.name) continue;
    // D-FINE and its kin ask for the size the boxes shall be given in: here the input's own, width first.
    const sizes = Array.from({ length: count }, () => [width, height]).flat();
    fed[name] =
      type === "int64"
        ? new ort.Tensor("int64", BigInt64Array.from(sizes, BigInt), [count, 2])
        : new ort.Tensor("float32", Float32Array.from(sizes), [count, 2]);
  }
  return fed;
}

function pictureTensor(
  { layout, type, shape }: PictureInput,
  pictures: readonly Uint8Array[],
  { mean, std }: Normalise,
  dims: readonly number[],
): ort.Tensor {
  const plane = shape.height * shape.width;
  const values = new Float32Array(pictures.length * plane * 3);
  pictures.forEach((pixels, k) => {
    for (let p = 0; p < plane; p++) {
      for (let c = 0; c < 3; c++) {
        const to = layout === "nhwc" ? (k * plane + p) * 3 + c : (k * 3 + c) * plane + p;
        const value = pixels[p * 3 + c]!;
        values[to] = type === "uint8" ? value : (value / 255 - mean[c]!) / std[c]!;
      }
    }
  });
  return type === "uint8"
    ? new ort.Tensor("uint8", Uint8Array.from(values), dims)
    : new ort.Tensor("float32", values, dims);
}

/** Ultralytics writes `names` as a Python dict: {0: 'person', 1: 'car'}. */
function labelsOf(metadata: ReadonlyMap<string, string>): string[] | null {
  const names = metadata.get("names");
  if (names === undefined) return null;
  const labels: string[] = [];
  for (const [, index, single, double] of names.matchAll(
    /(\d+)\s*:\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")/g,
  ))
    labels[Number(index)] = (single ?? double ?? "").replace(/\\(.)/g, "$1");
  return labels.length > 0 ? Array.from(labels, (label, k) => label ?? `class ${k}`) : null;
}
