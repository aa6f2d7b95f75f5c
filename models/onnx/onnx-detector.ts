/** Any ONNX detector through ONNX Runtime. What the graph does not tell is read from a small file beside it. */
import * as ort from "onnxruntime-node";
import type { Detections, Detector, InputShape } from "../predict/detector.ts";
import { readAnswers } from "./answers.ts";
import {
  choosePreset,
  createSession,
  describeGraph,
  labelsOf,
  pictureInput,
  type GraphDescription,
  type PictureInput,
} from "./graph.ts";
import { readOnnxHeader } from "./onnx-header.ts";
import type { Outputs } from "./presets.ts";

/** Throws `onnx/unreadable`, `onnx/no-preset` or `onnx/input` with what to choose. */
export async function openOnnx(
  file: string,
  presetId: string | null,
  size: InputShape | null,
): Promise<Detector> {
  const header = readOnnxHeader(file);
  const said = readAnswers(file);
  const session = await createSession(file);
  const graph = describeGraph(session);
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
