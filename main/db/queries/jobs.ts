import type { JobKind, JobRecord, JobState } from "../../../shared/api/jobs.ts";
import type { Db } from "../open.ts";

interface JobRow {
  id: number;
  kind: JobKind;
  title: string;
  state: JobState;
  phase: string;
  step: number;
  total: number | null;
  unit: string;
  error: string | null;
  result: string | null;
  created_at: number;
  started_at: number | null;
  ended_at: number | null;
}

export type JobQueries = ReturnType<typeof jobQueries>;

const columns =
  "id, kind, title, state, phase, step, total, unit, error, result, created_at, started_at, ended_at";

export function jobQueries(db: Db) {
  const insert = db.prepare<[string, string, string, number]>(
    "INSERT INTO job (kind, title, input, state, created_at) VALUES (?, ?, ?, 'queued', ?)",
  );
  const byId = db.prepare<[number], JobRow>(`SELECT ${columns} FROM job WHERE id = ?`);
  const all = db.prepare<[], JobRow>(`SELECT ${columns} FROM job ORDER BY id DESC LIMIT 500`);
  const input = db.prepare<[number], string>("SELECT input FROM job WHERE id = ?").pluck();
  const start = db.prepare<[number, number]>(
    "UPDATE job SET state = 'running', started_at = ? WHERE id = ?",
  );
  const end = db.prepare(
    `UPDATE job SET state = @state, phase = @phase, step = @step, total = @total, unit = @unit, error = @error,
       result = @result, ended_at = @endedAt WHERE id = @id`,
  );
  const interrupt = db.prepare<[number]>(
    "UPDATE job SET state = 'interrupted', ended_at = ? WHERE state IN ('queued', 'running')",
  );
  const queue = db.prepare<[number]>(
    `UPDATE job SET state = 'queued', error = NULL, started_at = NULL, ended_at = NULL, phase = '', step = 0,
       total = NULL, unit = '' WHERE id = ?`,
  );
  const clear = db.prepare<[]>("DELETE FROM job WHERE state NOT IN ('queued', 'running')");

  return {
    /** Returns the new job's id. */
    insert: (kind: JobKind, title: string, jobInput: unknown, createdAt: number): number =>
      Number(insert.run(kind, title, JSON.stringify(jobInput), createdAt).lastInsertRowid),
    byId: (id: number): JobRecord | null => {
      const row = byId.get(id);
      return row ? toRecord(row) : null;
    },
    /** Newest first. */
    all: (): JobRecord[] => all.all().map(toRecord),
    input: (id: number): unknown => JSON.parse(input.get(id) ?? "null"),
    start: (id: number, startedAt: number): void => void start.run(startedAt, id),
    /** Writes the final state of a job, its last progress included. */
    end: (job: JobRecord): void =>
      void end.run({
        ...job,
        error: job.error && JSON.stringify(job.error),
        result: job.result && JSON.stringify(job.result),
      }),
    /** Marks what a crash left queued or running. Returns how many there were. */
    interruptLeftovers: (endedAt: number): number => interrupt.run(endedAt).changes,
    /** Puts an ended job back among those that wait. */
    queue: (id: number): void => void queue.run(id),
    /** Removes ended jobs. Returns how many there were. */
    clear: (): number => clear.run().changes,
  };
}

function toRecord(row: JobRow): JobRecord {
  return {
    id: row.id,
    kind: row.kind,
    title: row.title,
    state: row.state,
    phase: row.phase,
    step: row.step,
    total: row.total,
    unit: row.unit,
    rate: null,
    secondsLeft: null,
    error: row.error === null ? null : JSON.parse(row.error),
    result: row.result === null ? null : JSON.parse(row.result),
    createdAt: row.created_at,
    startedAt: row.started_at,
    endedAt: row.ended_at,
  };
}
