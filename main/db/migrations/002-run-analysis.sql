-- What explains a run, worked out once: error types, confidence intervals, box noise.
CREATE TABLE run_analysis (
  run_id INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
  kind TEXT NOT NULL,
  key TEXT NOT NULL,           -- JSON of everything else the result depends on: options, revision, evaluator
  result TEXT NOT NULL,        -- JSON
  created_at INTEGER NOT NULL,
  PRIMARY KEY (run_id, kind, key)
) STRICT, WITHOUT ROWID;
