import type { PushEvent } from "../../shared/api/jobs.ts";
import type { EventStream } from "../api/events.ts";
import { useAnnotate } from "./annotate.ts";
import { useDatasets } from "./datasets.ts";
import { useJobs } from "./jobs.ts";
import { useModels } from "./models.ts";
import { useProject } from "./project.ts";
import { useRuns } from "./runs.ts";
import { useSettings } from "./settings.ts";
import { useTrainings } from "./training.ts";

/** Ties the stores to the event stream. Called once; a broken stream reads everything again when it is back. */
export function connectStores(events: EventStream): void {
  const project = useProject();
  const jobs = useJobs();
  const datasets = useDatasets();
  const runs = useRuns();
  const models = useModels();
  const annotate = useAnnotate();
  const trainings = useTrainings();

  const reload = {
    project: () =>
      Promise.all([
        project.load(),
        datasets.load(),
        runs.load(),
        jobs.load(),
        models.load(),
        trainings.load(),
      ]),
    // Runs bear the names of their predictions, and go with them.
    datasets: () => Promise.all([datasets.load(), runs.load()]),
    predictionSets: () => Promise.all([datasets.load(), runs.load()]),
    runs: () => runs.load(),
    // An edit raises the revision and makes runs stale.
    annotations: oneAtATime(() => Promise.all([datasets.load(), runs.load()])),
    models: () => models.load(),
    trainings: () => trainings.load(),
  } as const satisfies Record<
    Extract<PushEvent, { type: "changed" }>["noun"],
    () => Promise<unknown>
  >;

  events.onEvent((event) => {
    if (event.type === "job") jobs.apply(event.job);
    else if (event.type === "edited") annotate.onEdited(event);
    else if (event.type === "training") trainings.tell(event.trainingId, event.step);
    else if (event.type === "changed") void reload[event.noun]().catch(ignoreWhileAway);
  });
  events.onState((connected) => (project.connected = connected));
  const readAll = () => {
    void reload.project().catch(ignoreWhileAway);
    void useSettings().load().catch(ignoreWhileAway);
  };
  let opened = false;
  events.onOpen(() => {
    if (opened) {
      readAll();
      annotate.retry();
      void annotate.reload();
    }
    opened = true;
  });
  readAll();
}

/** Edits come in quick succession: what is asked for while one answer is awaited is asked for once, afterwards. */
function oneAtATime(work: () => Promise<unknown>): () => Promise<void> {
  let running: Promise<void> | null = null;
  let again = false;
  async function run(): Promise<void> {
    try {
      do {
        again = false;
        await work();
      } while (again);
    } finally {
      running = null;
    }
  }
  return () => {
    if (running) again = true;
    return (running ??= run());
  };
}

/** The stream reports the lost connection itself and everything is read again once it is back. */
function ignoreWhileAway(thrown: unknown): void {
  if (useProject().connected) console.warn(thrown);
}
