import type { RunReport, RunSummary } from "../../../shared/api/runs.ts";
import type { EvaluationParams, ProtocolId } from "../../../shared/domain/protocols.ts";
import type { Db } from "../open.ts";

/** What of a report is kept as JSON; the rest are columns. */
export type StoredReport = Omit<RunReport, keyof RunSummary | "params" | "evaluatorVersion">;

export interface NewRun {
  readonly datasetId: number;
  readonly predictionSetId: number;
  readonly name: string;
  readonly params: EvaluationParams;
  readonly revision: number;
  readonly evaluatorVersion: string;
  readonly headline: number | null;
  readonly report: StoredReport;
}

interface RunRow {
  id: number;
  name: string;
  dataset_id: number;
  prediction_set_id: number;
  prediction_set_name: string;
  protocol: ProtocolId;
  headline: number | null;
  revision: number;
  dataset_revision: number;
  warning_count: number;
  created_at: number;
}

interface FullRow extends RunRow {
  params: string;
  evaluator_version: string;
  report: string;
}

const summaryColumns = `run.id, run.name, run.dataset_id, prediction_set_id, prediction_set.name AS prediction_set_name,
  protocol, headline, run.revision, dataset.revision AS dataset_revision, warning_count, run.created_at`;
const tables =
  "run JOIN prediction_set ON prediction_set.id = prediction_set_id JOIN dataset ON dataset.id = run.dataset_id";

export function runQueries(db: Db) {
  const all = db.prepare<[], RunRow>(
    `SELECT ${summaryColumns} FROM ${tables} ORDER BY run.id DESC`,
  );
  const ofDataset = db.prepare<[number], RunRow>(
    `SELECT ${summaryColumns} FROM ${tables} WHERE run.dataset_id = ? ORDER BY run.id DESC`,
  );
  const byId = db.prepare<[number], FullRow>(
    `SELECT ${summaryColumns}, params, evaluator_version, report FROM ${tables} WHERE run.id = ?`,
  );
  const insert = db.prepare(
    `INSERT INTO run (dataset_id, prediction_set_id, name, protocol, params, revision, evaluator_version, headline,
       report, warning_count, created_at)
     VALUES (@datasetId, @predictionSetId, @name, @protocol, @params, @revision, @evaluatorVersion, @headline,
       @report, @warningCount, @createdAt)`,
  );
  const rename = db.prepare<[string, number]>("UPDATE run SET name = ? WHERE id = ?");
  const remove = db.prepare<[number]>("DELETE FROM run WHERE id = ?");

  return {
    /** Newest first. */
    all: (): RunSummary[] => all.all().map(toSummary),
    /** Newest first. */
    ofDataset: (datasetId: number): RunSummary[] => ofDataset.all(datasetId).map(toSummary),
    summary: (id: number): RunSummary | null => {
      const row = byId.get(id);
      return row ? toSummary(row) : null;
    },
    byId: (id: number): RunReport | null => {
      const row = byId.get(id);
      if (!row) return null;
      return {
        ...toSummary(row),
        ...(JSON.parse(row.report) as StoredReport),
        params: JSON.parse(row.params) as EvaluationParams,
        evaluatorVersion: row.evaluator_version,
      };
    },
    /** Returns the new run's id. */
    insert: (run: NewRun, createdAt: number): number =>
      Number(
        insert.run({
          datasetId: run.datasetId,
          predictionSetId: run.predictionSetId,
          name: run.name,
          protocol: run.params.protocol,
          params: JSON.stringify(run.params),
          revision: run.revision,
          evaluatorVersion: run.evaluatorVersion,
          headline: run.headline,
          report: JSON.stringify(run.report),
          warningCount: run.report.warnings.length,
          createdAt,
        }).lastInsertRowid,
      ),
    rename: (id: number, name: string): void => void rename.run(name, id),
    remove: (id: number): void => void remove.run(id),
  };
}

export type RunQueries = ReturnType<typeof runQueries>;

function toSummary(row: RunRow): RunSummary {
  return {
    id: row.id,
    name: row.name,
    datasetId: row.dataset_id,
    predictionSetId: row.prediction_set_id,
    predictionSetName: row.prediction_set_name,
    protocol: row.protocol,
    headline: row.headline,
    revision: row.revision,
    stale: row.dataset_revision > row.revision,
    warningCount: row.warning_count,
    createdAt: row.created_at,
  };
}
