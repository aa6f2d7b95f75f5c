/** Trains as a task of the compute process and tells in batches how it goes. */
import type {
  TaskProgress,
  TrainingStepRow,
  TrainItem,
  TrainResult,
} from "../../shared/compute/messages.ts";
import { unpackPictures } from "../../shared/compute/packed-pictures.ts";
import { AppError } from "../../shared/domain/app-error.ts";
import type { TaskContext, TaskHandler } from "../process.ts";
import { collapseWatch } from "./collapse.ts";
import { fit } from "./fit.ts";
import { claimFolder } from "./one-writer.ts";
import { stepRow } from "./step-row.ts";
import { TimeLeft } from "./time-left.ts";

const TELL_EVERY_MS = 500;

export const trainTask: TaskHandler<"train"> = async (task, context) => {
  const watch = collapseWatch();
  const telling = new Telling(context);
  const [train, validation] = [unpackPictures(task.train), unpackPictures(task.validation)];
  const left = new TimeLeft(task.settings, validation.length);
  let at: TaskProgress = { phase: "Loading TensorFlow", step: 0, total: null, unit: "steps" };
  const progress = (changes: Partial<TaskProgress>) => {
    at = { ...at, ...changes };
    context.progress(at);
  };
  const release = await claimFolder(task.folder, context.signal, () =>
    progress({ phase: "Waiting for the process that trained before to save" }),
  );
  progress({ phase: "Loading TensorFlow" });
  let validatingSince = 0;
  try {
    const input = { ...task, train, validation };
    const { position } = await fit(input, {
      signal: context.signal,
      began: ({ step }, steps, told) => {
        telling.tell({ kind: "began", step, steps });
        // Whoever was told of it before may have ended without storing it.
        for (const item of told) telling.tell(item as TrainItem);
        progress({ phase: "Training", step, total: steps });
      },
      step: (report, epoch, of, cost) => {
        const row = stepRow(report, epoch + 1, cost);
        telling.step(row);
        const text = watch(row);
        if (text !== null) telling.tell({ kind: "note", text });
        left.step(cost.seconds);
        const secondsLeft = left.seconds(of - report.step, epoch);
        progress({ phase: "Training", step: report.step, secondsLeft });
      },
      validating: () => {
        validatingSince = performance.now();
        progress({ phase: "Validating" });
      },
      validated: ({ ap, ap50, images }, { step, epoch }, isBest) => {
        left.validated((performance.now() - validatingSince) / 1000);
        telling.tell({ kind: "validated", step, epoch: epoch + 1, ap, ap50, images, isBest });
      },
      saved: (name, step) => telling.tell({ kind: "saved", name, step }),
      told: () => telling.unstored(),
      note: (text) => telling.tell({ kind: "note", text }),
    });
    return { step: position.step } satisfies TrainResult;
  } catch (error) {
    if (error instanceof AppError && error.code === "training/not-saved")
      telling.tell({ kind: "unsaved", message: error.message });
    throw error;
  } finally {
    telling.flush();
    release();
  }
};

/** The first step is told at once, later ones together. Keeps what the main side has not stored yet. */
class Telling {
  readonly #context: TaskContext<"train">;
  #rows: TrainingStepRow[] = [];
  #toldAt = -Infinity;
  #kept: { readonly number: number; readonly item: TrainItem }[] = [];

  constructor(context: TaskContext<"train">) {
    this.#context = context;
  }

  step(row: TrainingStepRow): void {
    this.#rows.push(row);
    if (performance.now() - this.#toldAt >= TELL_EVERY_MS) this.flush();
  }

  /** What is told in between stands behind the steps before it. */
  tell(item: TrainItem): void {
    this.flush();
    this.#send(item);
  }

  flush(): void {
    if (this.#rows.length === 0) return;
    this.#send({ kind: "steps", rows: this.#rows });
    this.#rows = [];
    this.#toldAt = performance.now();
  }

  /** Steps and validations that would be lost with the main side. */
  unstored(): readonly TrainItem[] {
    this.flush();
    this.#forget();
    return this.#kept.map(({ item }) => item);
  }

  #send(item: TrainItem): void {
    const number = this.#context.item(item);
    this.#forget();
    if (item.kind === "steps" || item.kind === "validated") this.#kept.push({ number, item });
  }

  #forget(): void {
    const stored = this.#context.stored();
    if (this.#kept.length > 0 && this.#kept[0]!.number <= stored)
      this.#kept = this.#kept.filter(({ number }) => number > stored);
  }
}
