-- Who changed which label, when, and what it was before: enough to take back every edit.
ALTER TABLE image ADD COLUMN review TEXT NOT NULL DEFAULT 'todo' CHECK (review IN ('todo', 'done', 'checked'));

-- Append only, but for `state`. Revisions count without gaps: reversing the edits above one gives the labels of then.
CREATE TABLE edit (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  dataset_id INTEGER NOT NULL REFERENCES dataset ON DELETE CASCADE,
  image_id INTEGER NOT NULL REFERENCES image ON DELETE CASCADE,
  revision INTEGER NOT NULL,   -- of the dataset, that this edit made
  kind TEXT NOT NULL CHECK (kind IN ('edit', 'undo', 'redo')),
  action TEXT NOT NULL,        -- of an undo or a redo: the action of its target
  target INTEGER,              -- the edit that an undo took back or a redo did again
  state TEXT NOT NULL CHECK (state IN ('done', 'undone', 'discarded')), -- of kind 'edit': where the image's undo stands
  author TEXT NOT NULL,
  made_at INTEGER NOT NULL,
  added INTEGER NOT NULL,
  removed INTEGER NOT NULL,
  changed INTEGER NOT NULL,
  changes TEXT NOT NULL        -- JSON: [{ id, before, after }], whole rows of annotation, null where there is none
) STRICT;
CREATE INDEX edit_by_image ON edit (image_id, kind, state, id);
CREATE INDEX edit_by_revision ON edit (dataset_id, revision);

-- An id is never given twice, so that a removed annotation comes back under its own.
CREATE TABLE annotation_id (
  only INTEGER PRIMARY KEY CHECK (only = 1),
  last INTEGER NOT NULL
) STRICT;

CREATE TABLE named_revision (
  id INTEGER PRIMARY KEY,
  dataset_id INTEGER NOT NULL REFERENCES dataset ON DELETE CASCADE,
  revision INTEGER NOT NULL,
  name TEXT NOT NULL,
  author TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX named_revision_by_dataset ON named_revision (dataset_id);

-- Suspects that a person called right. Known by what they rest on, so that another run does not bring them back.
CREATE TABLE suspect_rejection (
  id INTEGER PRIMARY KEY,
  image_id INTEGER NOT NULL REFERENCES image ON DELETE CASCADE,
  kind TEXT NOT NULL,
  annotation_id INTEGER,       -- null: a missing label
  category_id INTEGER NOT NULL,
  x REAL NOT NULL,             -- of the label, or of the proposal where there is none
  y REAL NOT NULL,
  w REAL NOT NULL,
  h REAL NOT NULL,
  author TEXT NOT NULL,
  made_at INTEGER NOT NULL
) STRICT;
CREATE INDEX suspect_rejection_by_image ON suspect_rejection (image_id);
