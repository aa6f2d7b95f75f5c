import type { Db } from "../open.ts";

/** Results kept with a run; a new one takes the place of those of its kind with another key. */
export function runAnalysisQueries(db: Db) {
  const find = db
    .prepare<[number, string, string], string>(
      "SELECT result FROM run_analysis WHERE run_id = ? AND kind = ? AND key = ?",
    )
    .pluck();
  const forget = db.prepare<[number, string, string]>(
    "DELETE FROM run_analysis WHERE run_id = ? AND kind = ? AND json_extract(key, '$.revision') <> json_extract(?, '$.revision')",
  );
  const keep = db.prepare<[number, string, string, string, number]>(
    "INSERT OR REPLACE INTO run_analysis (run_id, kind, key, result, created_at) VALUES (?, ?, ?, ?, ?)",
  );
  return {
    /** null where there is none. */
    find: (runId: number, kind: string, key: object): unknown => {
      const found = find.get(runId, kind, JSON.stringify(key));
      return found === undefined ? null : JSON.parse(found);
    },
    /** Keeps a result and drops those of older labels. */
    keep: db.transaction(
      (runId: number, kind: string, key: object, result: unknown, now: number): void => {
        forget.run(runId, kind, JSON.stringify(key));
        keep.run(runId, kind, JSON.stringify(key), JSON.stringify(result), now);
      },
    ),
  };
}
