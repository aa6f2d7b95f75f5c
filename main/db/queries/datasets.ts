import type { DatasetSummary, PredictionSetSummary } from "../../../shared/api/datasets.ts";
import type { Category, CategoryRole, Problem } from "../../../shared/domain/records.ts";
import type { Db } from "../open.ts";

interface DatasetRow {
  id: number;
  name: string;
  root: string;
  revision: number;
  created_at: number;
  image_count: number;
  problem_count: number;
}

interface PredictionSetRow {
  id: number;
  dataset_id: number;
  name: string;
  source: string;
  prediction_count: number;
  image_count: number;
  created_at: number;
}

interface CategoryRow {
  id: number;
  source_id: number;
  name: string;
  role: CategoryRole;
}

const datasetColumns = `id, name, root, revision, created_at,
  (SELECT count(*) FROM image WHERE dataset_id = dataset.id) AS image_count,
  (SELECT coalesce(sum(count), 0) FROM problem WHERE dataset_id = dataset.id) AS problem_count`;
const setColumns = "id, dataset_id, name, source, prediction_count, image_count, created_at";

interface KnownCount {
  readonly revision: number;
  readonly createdAt: number;
  readonly annotations: number;
}

/** Counting annotations walks an index, so it is done once; from then on the log of edits tells the rest. */
const annotationCounts = new WeakMap<Db, Map<number, KnownCount>>();

/** Datasets and prediction sets; what an import has not finished is not there yet. */
export function datasetQueries(db: Db) {
  const all = db.prepare<[], DatasetRow>(
    `SELECT ${datasetColumns} FROM dataset WHERE ready = 1 ORDER BY id`,
  );
  const revision = db
    .prepare<[number], number>("SELECT revision FROM dataset WHERE id = ?")
    .pluck();
  const byId = db.prepare<[number], DatasetRow>(
    `SELECT ${datasetColumns} FROM dataset WHERE id = ? AND ready = 1`,
  );
  const annotationCount = db
    .prepare<[number], number>(
      "SELECT count(*) FROM image JOIN annotation ON annotation.image_id = image.id WHERE image.dataset_id = ?",
    )
    .pluck();
  const edited = db.prepare<[number, number, number], { revisions: number; more: number }>(
    `SELECT count(DISTINCT revision) AS revisions, coalesce(sum(added - removed), 0) AS more FROM edit
       WHERE dataset_id = ? AND revision > ? AND revision <= ?`,
  );
  const categories = db.prepare<[number], CategoryRow>(
    "SELECT id, source_id, name, role FROM category WHERE dataset_id = ? ORDER BY source_id",
  );
  const rename = db.prepare<[string, number]>("UPDATE dataset SET name = ? WHERE id = ?");
  const relocate = db.prepare<[string, number]>("UPDATE dataset SET root = ? WHERE id = ?");
  const remove = db.prepare<[number]>("DELETE FROM dataset WHERE id = ?");
  const problemCount = db
    .prepare<[number], number>("SELECT coalesce(sum(count), 0) FROM problem WHERE dataset_id = ?")
    .pluck();
  const problems = db.prepare<[number, number, number], Problem>(
    `SELECT code, severity, file, record, message, action, count FROM problem WHERE dataset_id = ?
       ORDER BY CASE severity WHEN 'error' THEN 0 WHEN 'warning' THEN 1 ELSE 2 END, id LIMIT ? OFFSET ?`,
  );
  const firstImagePaths = db
    .prepare<[number], string>(
      "SELECT path FROM image WHERE dataset_id = ? AND state = 'ok' ORDER BY id LIMIT 5",
    )
    .pluck();
  const sets = db.prepare<[number], PredictionSetRow>(
    `SELECT ${setColumns} FROM prediction_set WHERE dataset_id = ? AND ready = 1 ORDER BY id`,
  );
  const setById = db.prepare<[number], PredictionSetRow>(
    `SELECT ${setColumns} FROM prediction_set WHERE id = ? AND ready = 1`,
  );
  const renameSet = db.prepare<[string, number]>("UPDATE prediction_set SET name = ? WHERE id = ?");
  const removeSet = db.prepare<[number]>("DELETE FROM prediction_set WHERE id = ?");

  const counts = annotationCounts.get(db) ?? new Map<number, KnownCount>();
  annotationCounts.set(db, counts);
  const countAnnotations = ({ id, revision, created_at: createdAt }: DatasetRow): number => {
    const known = counts.get(id);
    const isSame = known?.createdAt === createdAt && known.revision <= revision;
    const since = isSame ? edited.get(id, known.revision, revision)! : null;
    const annotations =
      isSame && since!.revisions === revision - known.revision
        ? known.annotations + since!.more
        : (annotationCount.get(id) ?? 0);
    counts.set(id, { revision, createdAt, annotations });
    return annotations;
  };
  const toSummary = (row: DatasetRow): DatasetSummary => ({
    id: row.id,
    name: row.name,
    root: row.root,
    imageCount: row.image_count,
    annotationCount: countAnnotations(row),
    revision: row.revision,
    categories: categories.all(row.id).map(toCategory),
    problemCount: row.problem_count,
    createdAt: row.created_at,
  });

  return {
    all: (): DatasetSummary[] => all.all().map(toSummary),
    byId: (id: number): DatasetSummary | null => {
      const row = byId.get(id);
      return row ? toSummary(row) : null;
    },
    /** 0 where there is no such dataset. */
    revision: (id: number): number => revision.get(id) ?? 0,
    rename: (id: number, name: string): void => void rename.run(name, id),
    relocate: (id: number, root: string): void => void relocate.run(root, id),
    remove: (id: number): void => {
      remove.run(id);
      counts.clear();
    },
    /** How many records have a problem, and some of the problems, the gravest first. */
    problems: (
      id: number,
      offset: number,
      limit: number,
    ): { total: number; problems: Problem[] } => ({
      total: problemCount.get(id) ?? 0,
      problems: problems.all(id, limit, offset),
    }),
    /** Some image paths, to see whether a folder is the one the dataset is about. */
    firstImagePaths: (id: number): string[] => firstImagePaths.all(id),
    predictionSets: (datasetId: number): PredictionSetSummary[] =>
      sets.all(datasetId).map(toPredictionSet),
    predictionSet: (id: number): PredictionSetSummary | null => {
      const row = setById.get(id);
      return row ? toPredictionSet(row) : null;
    },
    renamePredictionSet: (id: number, name: string): void => void renameSet.run(name, id),
    removePredictionSet: (id: number): void => void removeSet.run(id),
  };
}

export type DatasetQueries = ReturnType<typeof datasetQueries>;

function toCategory(row: CategoryRow): Category {
  return { id: row.id, sourceId: row.source_id, name: row.name, role: row.role };
}

function toPredictionSet(row: PredictionSetRow): PredictionSetSummary {
  return {
    id: row.id,
    datasetId: row.dataset_id,
    name: row.name,
    predictionCount: row.prediction_count,
    imageCount: row.image_count,
    source: row.source,
    createdAt: row.created_at,
  };
}
