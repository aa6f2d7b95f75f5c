/** A training's state is that of its job; whoever follows trainings is told when it changes. */
import type { Db } from "../../db/open.ts";
import { trainingQueries } from "../../db/queries/training.ts";
import type { Events } from "../events.ts";

/** Returns the call that ends it. */
export function watchTrainings(db: Db, events: Events): () => void {
  const states = new Map<number, string>();
  const queries = trainingQueries(db);
  return events.subscribe((event) => {
    if (event.type !== "job" || event.job.kind !== "train") return;
    const { id, state } = event.job;
    if (states.get(id) === state) return;
    states.set(id, state);
    const training = queries.byJob(id);
    if (training) events.emit({ type: "training", trainingId: training.id, step: training.step });
  });
}
