-- Trainings, step by step, and the ablations they belong to.
CREATE TABLE ablation (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  preset_id TEXT,
  variants TEXT NOT NULL,      -- JSON: [{ name, set }]
  created_at INTEGER NOT NULL
) STRICT;

-- Whether it is queued, running or paused is what its job is; `open` until it ended for good.
CREATE TABLE training (
  id INTEGER PRIMARY KEY AUTOINCREMENT, -- names its folder, so it is never given twice
  name TEXT NOT NULL,
  state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'done', 'stopped', 'failed')),
  job_id INTEGER REFERENCES job ON DELETE SET NULL,
  dataset_id INTEGER REFERENCES dataset ON DELETE SET NULL,
  dataset_name TEXT NOT NULL,
  dataset_revision INTEGER NOT NULL,
  preset TEXT NOT NULL,
  settings TEXT NOT NULL,      -- JSON: TrainingSettings
  start TEXT NOT NULL,         -- JSON: TrainingStart
  validation TEXT NOT NULL,    -- JSON: ValidationSource
  step INTEGER NOT NULL DEFAULT 0,
  steps INTEGER NOT NULL,
  epoch INTEGER NOT NULL DEFAULT 0,
  saved_step INTEGER,          -- of the checkpoint `last`; null while there is none
  train_images INTEGER NOT NULL,
  validation_images INTEGER NOT NULL,
  train_objects INTEGER NOT NULL,
  error TEXT,                  -- JSON { code, message }: why it failed or is paused
  notes TEXT NOT NULL DEFAULT '[]', -- JSON: sentences
  model_id INTEGER REFERENCES model ON DELETE SET NULL,
  ablation_id INTEGER REFERENCES ablation ON DELETE SET NULL,
  variant INTEGER,             -- place in the ablation's variants
  created_at INTEGER NOT NULL,
  ended_at INTEGER
) STRICT;
CREATE INDEX training_by_job ON training (job_id);
CREATE INDEX training_by_dataset ON training (dataset_id);
CREATE INDEX training_by_model ON training (model_id);
CREATE INDEX training_by_ablation ON training (ablation_id);

CREATE TABLE training_step (
  training_id INTEGER NOT NULL REFERENCES training ON DELETE CASCADE,
  step INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  loss REAL NOT NULL,
  terms TEXT NOT NULL,         -- JSON: weighted loss by term
  learning_rate REAL NOT NULL,
  gradient_norm REAL NOT NULL,
  reweighting TEXT,            -- JSON: { both, cls, reg } of [w mean, w deviation, r mean, r deviation, share at 0.5]
  points_outside REAL,
  throughput REAL NOT NULL,    -- images a second
  waited REAL NOT NULL,        -- seconds
  memory REAL NOT NULL,        -- bytes
  tensors INTEGER NOT NULL,
  PRIMARY KEY (training_id, step)
) STRICT, WITHOUT ROWID;

CREATE TABLE training_validation (
  training_id INTEGER NOT NULL REFERENCES training ON DELETE CASCADE,
  step INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  ap REAL,                     -- of the bucket that decides which checkpoint is the best
  by_range TEXT NOT NULL,      -- JSON: AP by area range
  ap50 REAL,
  images INTEGER NOT NULL,
  is_best INTEGER NOT NULL,
  PRIMARY KEY (training_id, step)
) STRICT, WITHOUT ROWID;
