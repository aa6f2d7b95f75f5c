-- Datasets, predictions, runs and jobs.
CREATE TABLE setting (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL -- JSON
) STRICT;

CREATE TABLE dataset (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  root TEXT NOT NULL,          -- absolute folder the image paths are relative to
  label_format TEXT,           -- null: images only
  label_path TEXT,
  revision INTEGER NOT NULL DEFAULT 1,
  ready INTEGER NOT NULL DEFAULT 0, -- 0 while an import is filling it; opening a project removes such leftovers
  created_at INTEGER NOT NULL  -- milliseconds since the epoch
) STRICT;

CREATE TABLE category (
  id INTEGER PRIMARY KEY,
  dataset_id INTEGER NOT NULL REFERENCES dataset ON DELETE CASCADE,
  source_id INTEGER NOT NULL,  -- the id in the user's files
  name TEXT NOT NULL,
  role TEXT NOT NULL CHECK (role IN ('object', 'ignored-region', 'others')),
  UNIQUE (dataset_id, source_id)
) STRICT;

CREATE TABLE image (
  id INTEGER PRIMARY KEY,
  dataset_id INTEGER NOT NULL REFERENCES dataset ON DELETE CASCADE,
  source_id INTEGER NOT NULL,
  path TEXT NOT NULL,          -- relative to dataset.root, forward slashes
  width INTEGER NOT NULL,      -- pixels after EXIF rotation
  height INTEGER NOT NULL,
  state TEXT NOT NULL DEFAULT 'ok' CHECK (state IN ('ok', 'missing', 'unreadable')),
  attributes TEXT,             -- JSON: SODA-D patches keep ori_id and start_coord
  UNIQUE (dataset_id, source_id)
) STRICT;
CREATE INDEX image_by_path ON image (dataset_id, path);

-- Row order is file order: evaluators break ties by it.
CREATE TABLE annotation (
  id INTEGER PRIMARY KEY,
  image_id INTEGER NOT NULL REFERENCES image ON DELETE CASCADE,
  category_id INTEGER NOT NULL REFERENCES category ON DELETE CASCADE,
  source_id INTEGER,
  x REAL NOT NULL,             -- xywh pixels, never rounded
  y REAL NOT NULL,
  w REAL NOT NULL,
  h REAL NOT NULL,
  area REAL NOT NULL,          -- square pixels: the file's, else w * h
  crowd INTEGER NOT NULL DEFAULT 0,
  ignore INTEGER NOT NULL DEFAULT 0,
  segmentation TEXT,           -- JSON as in the file
  attributes TEXT              -- JSON: truncation, occlusion, difficult, ...
) STRICT;
CREATE INDEX annotation_by_image ON annotation (image_id);
CREATE INDEX annotation_by_category ON annotation (category_id);

CREATE TABLE prediction_set (
  id INTEGER PRIMARY KEY,
  dataset_id INTEGER NOT NULL REFERENCES dataset ON DELETE CASCADE,
  name TEXT NOT NULL,
  source TEXT NOT NULL,        -- file, folder or model it came from
  prediction_count INTEGER NOT NULL,
  image_count INTEGER NOT NULL,
  ready INTEGER NOT NULL DEFAULT 0, -- as in dataset
  created_at INTEGER NOT NULL
) STRICT;

-- Packed predictions of one image, in file order; see main/db/prediction-blob.ts.
CREATE TABLE prediction_blob (
  prediction_set_id INTEGER NOT NULL REFERENCES prediction_set ON DELETE CASCADE,
  image_id INTEGER NOT NULL REFERENCES image ON DELETE CASCADE,
  count INTEGER NOT NULL,
  data BLOB NOT NULL,
  PRIMARY KEY (prediction_set_id, image_id)
) STRICT, WITHOUT ROWID;
-- Deleting images looks their predictions up.
CREATE INDEX prediction_blob_by_image ON prediction_blob (image_id);

CREATE TABLE run (
  id INTEGER PRIMARY KEY,
  dataset_id INTEGER NOT NULL REFERENCES dataset ON DELETE CASCADE,
  prediction_set_id INTEGER NOT NULL REFERENCES prediction_set ON DELETE CASCADE,
  name TEXT NOT NULL,
  protocol TEXT NOT NULL,
  params TEXT NOT NULL,        -- JSON
  revision INTEGER NOT NULL,   -- of the dataset when it was evaluated
  evaluator_version TEXT NOT NULL,
  headline REAL,
  report TEXT NOT NULL,        -- JSON: all of RunReport that is not in the other columns
  warning_count INTEGER NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX run_by_dataset ON run (dataset_id);

CREATE TABLE problem (
  id INTEGER PRIMARY KEY,
  dataset_id INTEGER NOT NULL REFERENCES dataset ON DELETE CASCADE,
  code TEXT NOT NULL,
  severity TEXT NOT NULL,
  file TEXT NOT NULL,
  record TEXT,
  message TEXT NOT NULL,
  action TEXT NOT NULL,
  count INTEGER NOT NULL
) STRICT;
CREATE INDEX problem_by_dataset ON problem (dataset_id);

CREATE TABLE job (
  id INTEGER PRIMARY KEY,
  kind TEXT NOT NULL,
  title TEXT NOT NULL,
  input TEXT NOT NULL,         -- JSON: enough to start it again
  state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'done', 'failed', 'cancelled', 'interrupted')),
  phase TEXT NOT NULL DEFAULT '',
  step REAL NOT NULL DEFAULT 0,
  total REAL,
  unit TEXT NOT NULL DEFAULT '',
  error TEXT,                  -- JSON { code, message }
  result TEXT,                 -- JSON
  created_at INTEGER NOT NULL,
  started_at INTEGER,
  ended_at INTEGER
) STRICT;
