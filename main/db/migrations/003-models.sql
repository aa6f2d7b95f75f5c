-- Detectors of the project, and how they made predictions.
CREATE TABLE model (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('rtdetr', 'onnx')),
  path TEXT NOT NULL UNIQUE,   -- absolute: a checkpoint folder or an ONNX file
  description TEXT NOT NULL,   -- JSON: what the model said of itself when it was added
  notes TEXT NOT NULL DEFAULT '', -- the user's own words
  added_at INTEGER NOT NULL    -- milliseconds since the epoch
) STRICT;

-- A prediction set that a model made, or is making: its set is not ready until then, and stays while its job can go on.
CREATE TABLE inference (
  prediction_set_id INTEGER PRIMARY KEY REFERENCES prediction_set ON DELETE CASCADE,
  job_id INTEGER REFERENCES job ON DELETE SET NULL,
  model_id INTEGER REFERENCES model ON DELETE SET NULL,
  model_name TEXT NOT NULL,
  stamp TEXT NOT NULL,         -- of the weights: another stamp is another model
  settings TEXT NOT NULL,      -- JSON: network input, tiles with overlap and merge, thresholds
  classes TEXT NOT NULL        -- JSON: category.id by class of the model, null for classes left out
) STRICT;
CREATE INDEX inference_by_job ON inference (job_id);
CREATE INDEX inference_by_model ON inference (model_id);

-- What there is to say of single images of it.
CREATE TABLE inference_image (
  prediction_set_id INTEGER NOT NULL REFERENCES inference ON DELETE CASCADE,
  image_id INTEGER NOT NULL REFERENCES image ON DELETE CASCADE,
  at_seam BLOB,                -- a byte for each prediction: 1 where a tile's border cut it; null where none is
  problem TEXT,                -- why the image has no predictions
  PRIMARY KEY (prediction_set_id, image_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX inference_image_by_image ON inference_image (image_id);
