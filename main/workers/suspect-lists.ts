import { AppError } from "../../shared/domain/app-error.ts";
import { findSuspects } from "../../shared/suspects/find-suspects.ts";
import {
  boxOf,
  type CategoryTable,
  type FoundSuspect,
  type ImageEvidence,
} from "../../shared/suspects/evidence.ts";
import type { ColumnQueries } from "../db/queries/columns.ts";
import type { DatasetColumns } from "./dataset-columns.ts";
import { changedImages } from "./follow-edits.ts";
import type { LoadedColumns } from "./loaded-columns.ts";
import type { PredictionSetColumns } from "./prediction-columns.ts";
import { storedRun } from "./stored-run.ts";

export interface SuspectSource {
  readonly datasetId: number;
  readonly runIds: readonly number[];
  readonly score: number;
}

/** A suspect and where it stands. */
export interface QueuedSuspect {
  readonly found: FoundSuspect;
  /** Index of its image. */
  readonly image: number;
  /** Square pixels of the object in question. */
  readonly area: number;
}

/** Everything suspicious in a dataset, best first; rejected ones included. */
export interface SuspectList {
  readonly dataset: DatasetColumns;
  readonly queue: readonly QueuedSuspect[];
}

/** Two, so that looking at another score and back costs nothing. */
const MOST_KEPT = 2;

/** The suspects that were asked for last. They follow edits: only images that changed are searched again. */
export class SuspectLists {
  readonly #queries: ColumnQueries;
  readonly #columns: LoadedColumns;
  /** The last asked for stands last. */
  readonly #kept = new Map<string, SuspectList>();

  constructor(queries: ColumnQueries, columns: LoadedColumns) {
    this.#queries = queries;
    this.#columns = columns;
  }

  /** Throws `dataset/not-found`, `run/not-found`, `run/other-dataset`. */
  get({ datasetId, runIds, score }: SuspectSource): SuspectList {
    const dataset = this.#columns.dataset(datasetId);
    const models = this.#models(dataset, runIds);
    const classes = dataset.categories.map(({ id, role }) => [id, role]);
    const keys = models.map(({ key }) => key);
    const key = JSON.stringify([dataset.imagesKey, classes, keys, score]);
    const before = this.#kept.get(key);
    this.#kept.delete(key);
    const list = { dataset, queue: this.#queue(before, dataset, models, score) };
    this.#kept.set(key, list);
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= MOST_KEPT) break;
      this.#kept.delete(oldest);
    }
    return list;
  }

  /** Each set of predictions once, however many runs evaluated it, in an order of their own. */
  #models(dataset: DatasetColumns, runIds: readonly number[]): PredictionSetColumns[] {
    const sets = runIds.map((runId) => {
      const { predictionSetId } = storedRun(this.#queries, runId);
      if (this.#queries.predictionSetState(predictionSetId)?.datasetId === dataset.id)
        return predictionSetId;
      throw new AppError(
        "run/other-dataset",
        `Run ${runId} is not of dataset ${dataset.id}. Choose a run of that dataset.`,
      );
    });
    const ordered = [...new Set(sets)].sort((a, b) => a - b);
    return ordered.map((setId) => this.#columns.predictions(setId).predictions);
  }

  #queue(
    before: SuspectList | undefined,
    dataset: DatasetColumns,
    models: readonly PredictionSetColumns[],
    score: number,
  ): readonly QueuedSuspect[] {
    const all = dataset.images.map((_, image) => image);
    const known = before && changedImages(this.#queries, dataset, before.dataset.revision);
    const changed = known ?? all;
    const isChanged = new Uint8Array(all.length);
    for (const image of changed) isChanged[image] = 1;
    const kept = known ? before!.queue.filter(({ image }) => isChanged[image] === 0) : [];
    const table: CategoryTable = {
      ids: dataset.categories.map(({ id }) => id),
      isObject: Uint8Array.from(dataset.categories, ({ role }) => Number(role === "object")),
    };
    const fresh: QueuedSuspect[] = [];
    for (const image of changed) {
      const evidence = evidenceOfImage(dataset, models, table, image, score);
      for (const found of findSuspects(evidence)) {
        fresh.push({ found, image, area: areaInQuestion(found, evidence) });
      }
    }
    return merged(kept, fresh.sort(byWeight));
  }
}

/** Two queues, each in order, as one. `some` is mostly few: their places are searched. */
function merged(
  many: readonly QueuedSuspect[],
  some: readonly QueuedSuspect[],
): readonly QueuedSuspect[] {
  if (many.length === 0 || some.length === 0) return some.length === 0 ? many : some;
  const parts: (readonly QueuedSuspect[])[] = [];
  let from = 0;
  for (const one of some) {
    const place = placeOf(many, one, from);
    parts.push(many.slice(from, place), [one]);
    from = place;
  }
  parts.push(many.slice(from));
  return parts.flat();
}

/** The first place from `from` on whose suspect comes after `one`. */
function placeOf(queue: readonly QueuedSuspect[], one: QueuedSuspect, from: number): number {
  let low = from;
  let high = queue.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (byWeight(queue[middle]!, one) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The surest first, the smallest objects first among equals; then by image and key, so that the order is one. */
function byWeight(a: QueuedSuspect, b: QueuedSuspect): number {
  return (
    b.found.weight - a.found.weight ||
    a.area - b.area ||
    a.image - b.image ||
    (a.found.key < b.found.key ? -1 : Number(a.found.key > b.found.key))
  );
}

function evidenceOfImage(
  dataset: DatasetColumns,
  models: readonly PredictionSetColumns[],
  categories: CategoryTable,
  image: number,
  score: number,
): ImageEvidence {
  const { width, height } = dataset.images[image]!;
  const rows = dataset.byImage.subarray(dataset.offsets[image], dataset.offsets[image + 1]);
  const boxes = new Float64Array(4 * rows.length);
  rows.forEach((row, n) => boxes.set(dataset.boxes.subarray(4 * row, 4 * row + 4), 4 * n));
  return {
    width,
    height,
    categories,
    score,
    labels: {
      annotationId: Float64Array.from(rows, (row) => dataset.annotationId[row]!),
      category: rows.map((row) => dataset.category[row]!),
      boxes,
      crowd: Uint8Array.from(rows, (row) => dataset.crowd[row]!),
      ignore: Uint8Array.from(rows, (row) => dataset.ignore[row]!),
    },
    models: models.map((model) => {
      const [from, end] = [model.offsets[image]!, model.offsets[image + 1]!];
      return {
        category: model.category.subarray(from, end),
        boxes: model.boxes.subarray(4 * from, 4 * end),
        score: model.score.subarray(from, end),
      };
    }),
  };
}

function areaInQuestion({ label, proposal }: FoundSuspect, { labels }: ImageEvidence): number {
  const [, , w, h] = label === null ? proposal!.box : boxOf(labels.boxes, label);
  return w * h;
}
