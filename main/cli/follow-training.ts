/** Shows trainings on stderr while they run, one after the other. */
import type { App } from "../app.ts";
import { killCompute } from "../compute/run-task.ts";
import { trainingStepQueries } from "../db/queries/training-steps.ts";
import { trainingQueries } from "../db/queries/training.ts";
import { pauseTraining } from "../services/training/start-training.ts";
import { findTraining, trainingDetail } from "../services/training/training-records.ts";
import { say } from "./command.ts";

const LINE_EVERY_MS = 2000;
/** One Ctrl-C comes from the terminal and once more from whoever started this process. */
const SAME_PRESS_MS = 1000;

/**
 * Waits until all ended. The first Ctrl-C pauses what runs and what waits, a second ends the program at once.
 * Returns the exit code: 0 where all are done.
 */
export async function followTrainings(
  app: App,
  ids: readonly number[],
  json: boolean,
): Promise<number> {
  const { project } = app.workspace;
  const stop = pauseOnInterrupt(app, ids);
  const stopTelling = tellProgress(app, new Set(ids));
  try {
    for (const id of ids) {
      const { jobId } = findTraining(project.db, id);
      if (jobId !== null) await project.jobs.ended(jobId);
    }
  } finally {
    stopTelling();
    stop();
  }
  for (const id of ids) tellEnd(app, id);
  const details = ids.map((id) => trainingDetail(project.db, project.folder, id));
  if (json) process.stdout.write(`${JSON.stringify(ids.length === 1 ? details[0] : details)}\n`);
  return details.every(({ state }) => state === "done") ? 0 : 1;
}

function pauseOnInterrupt(app: App, ids: readonly number[]): () => void {
  let asked: number | null = null;
  const interrupt = () => {
    const now = performance.now();
    if (asked !== null && now - asked < SAME_PRESS_MS) return;
    if (asked !== null) {
      killCompute();
      process.exit(130);
    }
    asked = now;
    say("Saving after this step. Press Ctrl-C again to end at once, without saving.");
    for (const id of ids.toReversed()) pauseTraining(app.workspace.project, id);
  };
  process.on("SIGINT", interrupt);
  return () => process.off("SIGINT", interrupt);
}

function tellProgress(app: App, ids: ReadonlySet<number>): () => void {
  const { db } = app.workspace.project;
  const pace = new Map<number, Pace>();
  const told = {
    notes: new Map<number, number>(),
    validations: new Map<number, number>(),
    steps: new Map<number, number>(),
  };
  for (const id of ids) {
    // What was told before it was paused is not told again.
    const { step, notes } = findTraining(db, id);
    told.notes.set(id, step > 0 ? notes.length : 0);
    told.steps.set(id, step);
    told.validations.set(id, trainingQueries(db).validations(id).length);
  }
  const name = ids.size > 1 ? (id: number) => `${findTraining(db, id).name}: ` : () => "";
  let last = 0;
  return app.events.subscribe((event) => {
    if (event.type !== "training" || !ids.has(event.trainingId)) return;
    const id = event.trainingId;
    const training = findTraining(db, id);
    for (const note of training.notes.slice(told.notes.get(id) ?? 0)) say(`${name(id)}${note}`);
    told.notes.set(id, training.notes.length);
    const validations = trainingQueries(db).validations(id);
    for (const { step, ap, ap50, isBest } of validations.slice(told.validations.get(id) ?? 0))
      say(`${name(id)}step ${step}: ${apLine(ap, ap50)}${isBest ? "  best so far" : ""}`);
    told.validations.set(id, validations.length);
    if (Date.now() - last < LINE_EVERY_MS) return;
    const [row] = trainingStepQueries(db).chosen(id, [training.step]);
    if (!row || told.steps.get(id) === row.step) return;
    last = Date.now();
    told.steps.set(id, row.step);
    const left = secondsLeft(pace, id, row.step, training.steps);
    const parts = [
      `step ${row.step} of ${training.steps}`,
      `epoch ${row.epoch}`,
      `loss ${row.loss.toFixed(3)}`,
      `${row.throughput.toFixed(2)} images/s`,
      ...(left === null ? [] : [`${duration(left)} left`]),
    ];
    say(name(id) + parts.join("  "));
  });
}

interface Pace {
  readonly step: number;
  readonly at: number;
}

/** By the mean pace since the first step that was told, validations included; null before there is one. */
function secondsLeft(
  paces: Map<number, Pace>,
  id: number,
  step: number,
  steps: number,
): number | null {
  const first = paces.get(id);
  if (!first || step <= first.step) {
    paces.set(id, { step, at: Date.now() });
    return null;
  }
  return ((Date.now() - first.at) / 1000 / (step - first.step)) * (steps - step);
}

function apLine(ap: Readonly<Record<string, number | null>>, ap50: number | null): string {
  const percent = (value: number | null) => (value === null ? "-" : (100 * value).toFixed(1));
  const ranges = Object.entries(ap).map(
    ([range, value]) => `AP${range === "all" ? "" : ` ${range}`} ${percent(value)}`,
  );
  return [...ranges, `AP50 ${percent(ap50)}`].join("  ");
}

function duration(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 90 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

function tellEnd(app: App, id: number): void {
  const { db, folder } = app.workspace.project;
  const { name, state, step, steps, savedStep, error, modelId, best } = findTraining(db, id);
  if (error) say(`fovea: ${error.message}`);
  if (error?.code === "training/not-finite") {
    // Going on would come to the same number at the same step.
    say(`"${name}" is ${state} at step ${step} of ${steps}.`);
    return;
  }
  if (state === "paused" || state === "failed") {
    const from = savedStep === null ? "from the beginning" : `from step ${savedStep}`;
    say(`"${name}" is ${state} at step ${step} of ${steps}. To go on ${from}:`);
    say(`  fovea train --project "${folder}" --resume ${id}`);
    return;
  }
  const score = best ? `, best AP ${(100 * best.ap).toFixed(1)} at step ${best.step}` : "";
  const kept = modelId === null ? "" : `; model ${modelId} of the project`;
  say(`"${name}" is ${state} at step ${step} of ${steps}${score}${kept}.`);
}
