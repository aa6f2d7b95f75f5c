import type { ReweightingSummary, TrainingStepRow } from "../../../shared/compute/messages.ts";
import type { Db } from "../open.ts";

interface StepRow {
  step: number;
  epoch: number;
  loss: number;
  terms: string;
  learning_rate: number;
  gradient_norm: number;
  reweighting: string | null;
  points_outside: number | null;
  throughput: number;
  waited: number;
  memory: number;
  tensors: number;
}

interface LossRow {
  readonly step: number;
  readonly loss: number;
}

/** [w mean, w deviation, r mean, r deviation, share at 0.5] */
type PackedSummary = [number, number, number, number, number];
type Reweighting = NonNullable<TrainingStepRow["reweighting"]>;

/** Steps of trainings; the step and its training are the key, so a stretch of them is read without a search. */
export function trainingStepQueries(db: Db) {
  const insert = db.prepare(
    `INSERT OR REPLACE INTO training_step (training_id, step, epoch, loss, terms, learning_rate, gradient_norm,
       reweighting, points_outside, throughput, waited, memory, tensors)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const last = db
    .prepare<[number], number | null>("SELECT max(step) FROM training_step WHERE training_id = ?")
    .pluck();
  const first = db
    .prepare<[number, number], number | null>(
      "SELECT min(step) FROM training_step WHERE training_id = ? AND step > ?",
    )
    .pluck();
  // A join would go through the list for each of the training's rows: 8 s with 100,000 of them, this takes 6 ms.
  const chosen = db.prepare<[number, string], StepRow>(
    `SELECT * FROM training_step WHERE training_id = ? AND step IN (SELECT value FROM json_each(?))
       ORDER BY step`,
  );
  const losses = db.prepare<[number, string], LossRow>(
    `SELECT step, loss FROM training_step WHERE training_id = ? AND step IN (SELECT value FROM json_each(?))
       ORDER BY step`,
  );
  // Beside min() or max() SQLite gives the columns of the row that has it.
  const [lowest, highest, steepest] = (
    ["min(loss)", "max(loss)", "max(gradient_norm)"] as const
  ).map((extreme) =>
    db
      .prepare<[number, number, number], number | null>(
        `SELECT step, ${extreme} FROM training_step WHERE training_id = ? AND step BETWEEN ? AND ?`,
      )
      .pluck(),
  );
  return {
    insert: db.transaction((trainingId: number, rows: readonly TrainingStepRow[]): void => {
      for (const row of rows)
        insert.run(
          trainingId,
          row.step,
          row.epoch,
          row.loss,
          JSON.stringify(row.terms),
          row.learningRate,
          row.gradientNorm,
          row.reweighting && packReweighting(row.reweighting),
          row.pointsOutside,
          row.throughput,
          row.waited,
          row.memory,
          row.tensors,
        );
    }),
    /** 0 without steps. */
    last: (trainingId: number): number => last.get(trainingId) ?? 0,
    /** First step after `after`; null where there is none. */
    firstAfter: (trainingId: number, after: number): number | null =>
      first.get(trainingId, after) ?? null,
    /** Steps from `first` to `last` with the lowest and the highest loss and the largest gradient. */
    extremes: (trainingId: number, first: number, last: number): number[] =>
      [lowest, highest, steepest].flatMap((extreme) => extreme?.get(trainingId, first, last) ?? []),
    /** Step and loss of those of `steps` that there are, ascending. */
    losses: (trainingId: number, steps: readonly number[]): LossRow[] =>
      losses.all(trainingId, JSON.stringify(steps)),
    /** Those of `steps` that there are, ascending. */
    chosen: (trainingId: number, steps: readonly number[]): TrainingStepRow[] =>
      chosen.all(trainingId, JSON.stringify(steps)).map(toStep),
  };
}

function packReweighting({ both, cls, reg }: Reweighting): string {
  const pack = (s: ReweightingSummary): PackedSummary => [
    s.weightMean,
    s.weightDeviation,
    s.ratioMean,
    s.ratioDeviation,
    s.weightAtHalf,
  ];
  return JSON.stringify({ both: pack(both), cls: pack(cls), reg: pack(reg) });
}

function unpackReweighting(text: string): Reweighting {
  const { both, cls, reg } = JSON.parse(text) as Record<keyof Reweighting, PackedSummary>;
  const unpack = (s: PackedSummary): ReweightingSummary => ({
    weightMean: s[0],
    weightDeviation: s[1],
    ratioMean: s[2],
    ratioDeviation: s[3],
    weightAtHalf: s[4],
  });
  return { both: unpack(both), cls: unpack(cls), reg: unpack(reg) };
}

function toStep(row: StepRow): TrainingStepRow {
  return {
    step: row.step,
    epoch: row.epoch,
    loss: row.loss,
    terms: JSON.parse(row.terms) as Record<string, number>,
    learningRate: row.learning_rate,
    gradientNorm: row.gradient_norm,
    reweighting: row.reweighting === null ? null : unpackReweighting(row.reweighting),
    pointsOutside: row.points_outside,
    throughput: row.throughput,
    waited: row.waited,
    memory: row.memory,
    tensors: row.tensors,
  };
}
