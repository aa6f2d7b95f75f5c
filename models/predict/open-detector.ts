import type { PredictTask } from "../../shared/compute/messages.ts";
import type { Detector } from "./detector.ts";

/** The detector that a task asks for; what runs it is loaded only now. */
export async function openDetector(task: Pick<PredictTask, "model" | "size">): Promise<Detector> {
  if (task.model.kind === "rtdetr") {
    const { openRtdetr } = await import("./rtdetr-adapter.ts");
    return openRtdetr(task.model.folder, task.size);
  }
  const { openOnnx } = await import("../onnx/onnx-detector.ts");
  return openOnnx(task.model.file, task.model.preset, task.size);
}
