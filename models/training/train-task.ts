/** Trains as a task of the compute process and tells in batches how it goes. */
import type {
  TaskProgress,
  TrainingStepRow,
  TrainItem,
  TrainResult,
} from "../../shared/compute/messages.ts";
import { AppError } from "../../shared/domain/app-error.ts";
import type { TaskHandler } from "../process.ts";
import { collapseWatch } from "./collapse.ts";
import { fit } from "./fit.ts";
import { stepRow } from "./step-row.ts";

const TELL_EVERY_MS = 500;

export const trainTask: TaskHandler<"train"> = async (task, context) => {
  const watch = collapseWatch();
  const steps = new StepBatches(context.item);
  /** What is told in between stands behind the steps before it. */
  const tell = (item: TrainItem) => {
    steps.flush();
    context.item(item);
  };
  let at: TaskProgress = { phase: "Loading TensorFlow", step: 0, total: null, unit: "steps" };
  const progress = (changes: Partial<TaskProgress>) => {
    at = { ...at, ...changes };
    context.progress(at);
  };
  progress({});
  try {
    const { position } = await fit(task, {
      signal: context.signal,
      began: ({ step }, steps) => {
        tell({ kind: "began", step, steps });
        progress({ phase: "Training", step, total: steps });
      },
      step: (report, epoch, _of, cost) => {
        const row = stepRow(report, epoch + 1, cost);
        steps.add(row);
        const text = watch(row);
        if (text !== null) tell({ kind: "note", text });
        progress({ phase: "Training", step: report.step });
      },
      validating: () => progress({ phase: "Validating" }),
      validated: ({ ap, ap50, images }, { step, epoch }, isBest) =>
        tell({ kind: "validated", step, epoch: epoch + 1, ap, ap50, images, isBest }),
      saved: (name, step) => tell({ kind: "saved", name, step }),
      note: (text) => tell({ kind: "note", text }),
    });
    return { step: position.step } satisfies TrainResult;
  } catch (error) {
    if (error instanceof AppError && error.code === "training/not-saved")
      tell({ kind: "unsaved", message: error.message });
    throw error;
  } finally {
    steps.flush();
  }
};

/** The first step is told at once, later ones together. */
class StepBatches {
  readonly #send: (item: TrainItem) => void;
  #rows: TrainingStepRow[] = [];
  #toldAt = -Infinity;

  constructor(send: (item: TrainItem) => void) {
    this.#send = send;
  }

  add(row: TrainingStepRow): void {
    this.#rows.push(row);
    if (performance.now() - this.#toldAt >= TELL_EVERY_MS) this.flush();
  }

  flush(): void {
    if (this.#rows.length === 0) return;
    this.#send({ kind: "steps", rows: this.#rows });
    this.#rows = [];
    this.#toldAt = performance.now();
  }
}
