/** Says what a model is without running it. */
import { existsSync } from "node:fs";
import type { ModelDescription } from "../../shared/compute/messages.ts";
import { AppError } from "../../shared/domain/app-error.ts";
import type { TaskHandler } from "../process.ts";

/** Throws what opening the model would throw, where a file of it cannot be used. */
export const describeTask: TaskHandler<"describe"> = async ({ model }) => {
  const path = model.kind === "rtdetr" ? model.folder : model.file;
  if (!existsSync(path))
    throw new AppError(
      "model/not-found",
      `There is no model at ${path}. Choose a checkpoint folder or an .onnx file.`,
    );
  return model.kind === "rtdetr"
    ? describeCheckpoint(model.folder)
    : describeOnnx(model.file, model.preset);
};

async function describeCheckpoint(folder: string): Promise<ModelDescription> {
  const { readCheckpoint } = await import("../rtdetr/checkpoint.ts");
  const { sizeStep } = await import("../rtdetr/config.ts");
  const { checkpointSize, USUAL } = await import("./rtdetr-adapter.ts");
  const { config, notes } = readCheckpoint(folder);
  return {
    labels: config.labels,
    classCount: config.labels.length,
    input: checkpointSize(folder) ?? USUAL,
    anySize: true,
    sizeStep: sizeStep(config),
    preset: null,
    presets: [],
    graph: [],
    notes,
  };
}

async function describeOnnx(file: string, presetId: string | null): Promise<ModelDescription> {
  const { readOnnxHeader } = await import("../onnx/onnx-header.ts");
  const { readAnswers } = await import("../onnx/answers.ts");
  const { onnxPresets } = await import("../onnx/presets.ts");
  const { createSession, describeGraph, findPictureInput, labelsOf } =
    await import("../onnx/graph.ts");
  const header = readOnnxHeader(file);
  const said = readAnswers(file);
  const session = await createSession(file);
  const graph = describeGraph(session);
  await session.release();
  const { height, width } = findPictureInput(file, graph);
  const asked = presetId ?? said.preset ?? null;
  const preset = onnxPresets.find(({ id, fits }) =>
    asked === null ? fits(graph.outputs) : id === asked,
  );
  const open = height === null || width === null;
  const input = open ? (said.input ?? null) : { height, width };
  const text = ({ name, dims }: (typeof graph.inputs)[number]) =>
    `${name} [${dims.map((dim) => dim ?? "?").join(",")}]`;
  const labels = said.labels ?? labelsOf(header.metadata) ?? [];
  return {
    labels,
    classCount: preset?.classCount(graph.outputs) ?? (labels.length > 0 ? labels.length : null),
    input,
    anySize: open,
    sizeStep: 1,
    preset: preset?.id ?? null,
    presets: onnxPresets.map(({ id, title, fits }) => ({ id, title, fits: fits(graph.outputs) })),
    graph: [...graph.inputs.map(text), ...graph.outputs.map(text)],
    notes: [],
  };
}
