import type { JobKind, JobRecord } from "../../../shared/api/jobs.ts";
import { AppError } from "../../../shared/domain/app-error.ts";
import { canResume } from "../../../shared/domain/job-states.ts";
import type { JobQueries } from "../../db/queries/jobs.ts";
import type { Events } from "../events.ts";
import type { JobContext } from "../job-context.ts";
import { ProgressMeter } from "./progress-meter.ts";

/** Does one kind of job. `input` is what was stored when it was started. Returns what it made, e.g. { runId }. */
export type JobRunner = (
  input: unknown,
  context: JobContext,
) => Promise<Readonly<Record<string, unknown>>>;
export type JobRunners = Readonly<Partial<Record<JobKind, JobRunner>>>;

/** Progress is told at most this often. */
const EVENT_INTERVAL_MS = 200;

interface ActiveJob {
  readonly id: number;
  readonly lane: Lane;
  readonly abort: AbortController;
  readonly meter: ProgressMeter;
  toldAt: number;
  timer: NodeJS.Timeout | null;
}

interface QueuePorts {
  readonly queries: JobQueries;
  readonly events: Events;
  readonly log: (line: string) => void;
}

/** Jobs of a lane run one after the other; a training, which takes hours, holds up no other kind. */
type Lane = "trainings" | "others";
const laneOf = (kind: JobKind): Lane => (kind === "train" ? "trainings" : "others");

/** Runs jobs, one at a time in each lane. Their rows outlive the process; progress lives in memory. */
export class JobQueue {
  readonly #ports: QueuePorts;
  readonly #runners: JobRunners;
  readonly #waiting: { readonly id: number; readonly lane: Lane }[] = [];
  readonly #ends = new Map<number, ((job: JobRecord) => void)[]>();
  readonly #active = new Map<Lane, ActiveJob>();
  readonly #running = new Map<Lane, Promise<void>>();
  #closed = false;

  constructor(ports: QueuePorts, runners: JobRunners) {
    this.#ports = ports;
    this.#runners = runners;
  }

  /** Queues a job and returns its id. `input` must be enough to start it again. */
  start(kind: JobKind, title: string, input: unknown): number {
    if (!this.#runners[kind])
      throw new AppError("job/unknown-kind", `There is no job of the kind "${kind}" here.`);
    const id = this.#ports.queries.insert(kind, title, input, Date.now());
    this.#waiting.push({ id, lane: laneOf(kind) });
    this.#tell(id);
    this.#next();
    return id;
  }

  get busy(): boolean {
    return this.#active.size > 0 || this.#waiting.length > 0;
  }

  list(): JobRecord[] {
    return this.#ports.queries.all().map((job) => this.#withProgress(job));
  }

  get(id: number): JobRecord {
    const job = this.#ports.queries.byId(id);
    if (!job)
      throw new AppError(
        "job/not-found",
        `There is no job ${id}; it may have been cleared from the list.`,
      );
    return this.#withProgress(job);
  }

  /** Stops a queued or running job; an ended one is returned as it is. */
  cancel(id: number): JobRecord {
    const at = this.#waiting.findIndex((waiting) => waiting.id === id);
    if (at >= 0) {
      this.#waiting.splice(at, 1);
      this.#end({ ...this.get(id), state: "cancelled", endedAt: Date.now() });
    } else {
      this.#activeJob(id)?.abort.abort(new AppError("job/cancelled", "The job was cancelled."));
    }
    return this.get(id);
  }

  /** Queues an interrupted or failed job again. Throws `job/cannot-resume` for any other. */
  resume(id: number): JobRecord {
    const job = this.get(id);
    if (!canResume(job.state))
      throw new AppError(
        "job/cannot-resume",
        `"${job.title}" cannot go on: only an interrupted or failed job can. Start it anew.`,
      );
    if (!this.#runners[job.kind])
      throw new AppError("job/unknown-kind", `There is no job of the kind "${job.kind}" here.`);
    this.#ports.queries.queue(id);
    this.#waiting.push({ id, lane: laneOf(job.kind) });
    this.#tell(id);
    this.#next();
    return this.get(id);
  }

  clear(): number {
    return this.#ports.queries.clear();
  }

  /** Resolves with the job once it ended, however it did. */
  ended(id: number): Promise<JobRecord> {
    const job = this.get(id);
    if (job.endedAt !== null) return Promise.resolve(job);
    return new Promise((resolve) => this.#ends.set(id, [...(this.#ends.get(id) ?? []), resolve]));
  }

  /** Stops everything; what was under way is marked interrupted, to be started again. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const { id } of this.#waiting.splice(0))
      this.#end({ ...this.get(id), state: "interrupted", endedAt: Date.now() });
    for (const { abort } of this.#active.values())
      abort.abort(new AppError("job/interrupted", "Fovea was closed while the job ran."));
    await Promise.all(this.#running.values());
  }

  #activeJob(id: number): ActiveJob | undefined {
    return [...this.#active.values()].find((active) => active.id === id);
  }

  /** Starts the first that waits for each free lane. */
  #next(): void {
    if (this.#closed) return;
    const at = this.#waiting.findIndex(({ lane }) => !this.#active.has(lane));
    if (at < 0) return;
    const [{ id, lane }] = this.#waiting.splice(at, 1) as [{ id: number; lane: Lane }];
    const active: ActiveJob = {
      id,
      lane,
      abort: new AbortController(),
      meter: new ProgressMeter(),
      toldAt: 0,
      timer: null,
    };
    this.#active.set(lane, active);
    this.#ports.queries.start(id, Date.now());
    this.#tell(id);
    this.#running.set(
      lane,
      this.#run(active).then(() => this.#next()),
    );
    this.#next();
  }

  async #run(active: ActiveJob): Promise<void> {
    const { id, abort } = active;
    const before = this.get(id);
    const runner = this.#runners[before.kind]!;
    const context: JobContext = {
      signal: abort.signal,
      progress: (at) => {
        active.meter.update(at, Date.now());
        this.#tellSoon(active);
      },
    };
    let outcome: Pick<JobRecord, "state" | "error" | "result">;
    try {
      outcome = {
        state: "done",
        error: null,
        result: await runner(this.#ports.queries.input(id), context),
      };
    } catch (error) {
      outcome = this.#failure(error, before, abort.signal.aborted);
    }
    if (active.timer) clearTimeout(active.timer);
    const job = { ...this.get(id), ...outcome, rate: null, secondsLeft: null, endedAt: Date.now() };
    this.#active.delete(active.lane);
    this.#end(job);
  }

  #failure(
    error: unknown,
    job: JobRecord,
    aborted: boolean,
  ): Pick<JobRecord, "state" | "error" | "result"> {
    if (aborted)
      return { state: this.#closed ? "interrupted" : "cancelled", error: null, result: null };
    if (error instanceof AppError) {
      return { state: "failed", error: { code: error.code, message: error.message }, result: null };
    }
    const reason = error instanceof Error ? error.message : String(error);
    this.#ports.log(
      `job ${job.id} (${job.title}) failed: ${error instanceof Error ? error.stack : reason}`,
    );
    const message = `"${job.title}" stopped at an unexpected error: ${reason}. Try again; if it comes back, report it.`;
    return { state: "failed", error: { code: "internal", message }, result: null };
  }

  #end(job: JobRecord): void {
    this.#ports.queries.end(job);
    this.#tell(job.id);
    for (const resolve of this.#ends.get(job.id) ?? []) resolve(job);
    this.#ends.delete(job.id);
  }

  #withProgress(job: JobRecord): JobRecord {
    const active = this.#activeJob(job.id);
    return active ? { ...job, ...active.meter.read() } : job;
  }

  #tell(id: number): void {
    const job = this.#ports.queries.byId(id);
    if (job) this.#ports.events.emit({ type: "job", job: this.#withProgress(job) });
  }

  #tellSoon(active: ActiveJob): void {
    if (active.timer) return;
    const wait = Math.max(0, active.toldAt + EVENT_INTERVAL_MS - Date.now());
    active.timer = setTimeout(() => {
      active.timer = null;
      active.toldAt = Date.now();
      this.#tell(active.id);
    }, wait);
    active.timer.unref();
  }
}
