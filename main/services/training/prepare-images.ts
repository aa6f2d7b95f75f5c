/** Reads what a training is to learn from out of the project: pictures with boxes, tiles, and what is held out. */
import { setImmediate as turn } from "node:timers/promises";
import type { ValidationSource } from "../../../shared/api/training.ts";
import type { DatasetSummary } from "../../../shared/api/datasets.ts";
import type { TrainingPicture } from "../../../shared/compute/messages.ts";
import { AppError } from "../../../shared/domain/app-error.ts";
import type { TrainingSettings } from "../../../shared/domain/training.ts";
import type { Db } from "../../db/open.ts";
import { datasetQueries } from "../../db/queries/datasets.ts";
import { learningQueries, type ImageToLearn } from "../../db/queries/training-images.ts";
import { resolveInside } from "../../files/inside-root.ts";
import { cutTiles } from "./cut-tiles.ts";
import { learningPicture, type LearningRole, type LeftOut } from "./learning-picture.ts";

export interface ImagesWanted {
  readonly datasetId: number;
  readonly validation: ValidationSource;
  readonly settings: Pick<TrainingSettings, "tile" | "seed">;
}

export interface PreparedImages {
  /** Class names by index: the dataset's object categories in their order. */
  readonly labels: readonly string[];
  /** Pictures or tiles. */
  readonly train: readonly TrainingPicture[];
  /** Whole pictures. */
  readonly validation: readonly TrainingPicture[];
  readonly trainObjects: number;
  /** Sentences for the user: what was left out and why. */
  readonly notes: readonly string[];
}

/** Throws `training/dataset`, `training/validation`, `training/no-images`, `training/no-objects`, naming the field. */
export async function prepareImages(
  db: Db,
  { datasetId, validation, settings }: ImagesWanted,
  signal: AbortSignal,
): Promise<PreparedImages> {
  const dataset = datasetFor(db, datasetId, "datasetId");
  const labels = objectNames(dataset);
  if (labels.length === 0)
    throw new AppError(
      "training/dataset",
      `datasetId: ${dataset.name} has no class of objects to learn. Choose a dataset with labels.`,
    );
  const notes: string[] = [];
  const all = await readPictures(db, dataset, labels, notes, signal);
  const { train: whole, validation: held } = await split(db, all, validation, settings.seed, {
    labels,
    notes,
    signal,
  });
  const train = settings.tile ? tiled(whole, settings.tile, held.length, notes) : whole;
  const trainObjects = train.reduce((sum, { classes }) => sum + classes.length, 0);
  if (whole.length === 0)
    throw new AppError(
      "training/no-images",
      `datasetId: ${dataset.name} has no image that can be read. ${notes[0] ?? "Import images with it."}`,
    );
  if (trainObjects === 0)
    throw new AppError(
      "training/no-objects",
      `datasetId: the ${whole.length} training images of ${dataset.name} show no object of its classes. Label some first.`,
    );
  return {
    labels,
    train: settings.tile ? train : train.map(withoutPaint),
    validation: held.map(withoutPaint),
    trainObjects,
    notes: [...notes, ...classesWithout(train, labels)],
  };
}

function datasetFor(db: Db, id: number, field: string): DatasetSummary {
  const found = datasetQueries(db).byId(id);
  if (found) return found;
  throw new AppError(
    "training/dataset",
    `${field}: there is no dataset ${id} in this project; it may have been removed. Choose another.`,
  );
}

function objectNames({ categories }: DatasetSummary): string[] {
  return categories.filter(({ role }) => role === "object").map(({ name }) => name);
}

const SLICE_MS = 20;

async function readPictures(
  db: Db,
  dataset: DatasetSummary,
  labels: readonly string[],
  notes: string[],
  signal: AbortSignal,
): Promise<TrainingPicture[]> {
  const queries = learningQueries(db);
  const roles = rolesOf(dataset, labels);
  const left: LeftOut = { empty: 0, unknown: 0, regions: 0 };
  const unread: string[] = [];
  const pictures: TrainingPicture[] = [];
  let since = performance.now();
  for (const image of queries.images(dataset.id)) {
    if (performance.now() - since > SLICE_MS) {
      await turn();
      signal.throwIfAborted();
      since = performance.now();
    }
    const path = placeOf(dataset.root, image);
    if (path === null) {
      unread.push(image.path);
      continue;
    }
    const { width, height } = image;
    pictures.push(learningPicture({ path, width, height }, queries.labels(image.id), roles, left));
  }
  notes.push(...notesOf(dataset, left, unread));
  return pictures;
}

/** By name, letters' case and surrounding blanks aside. */
function rolesOf(
  { categories }: DatasetSummary,
  labels: readonly string[],
): Map<number, LearningRole> {
  const plain = (name: string) => name.trim().toLowerCase();
  const known = new Map(labels.map((name, label) => [plain(name), label]));
  const own = categories.filter(({ role }) => role === "object").map(({ name }) => name);
  // Classes of the same name stay apart in the dataset that the classes are from.
  const isOwn = own.length === labels.length && own.every((name, k) => name === labels[k]);
  let next = 0;
  return new Map(
    categories.map(({ id, role, name }) => {
      const label = role !== "object" ? null : isOwn ? next++ : (known.get(plain(name)) ?? null);
      return [id, { role, label }];
    }),
  );
}

/** null where the picture is missing or was unreadable when it was imported. */
function placeOf(root: string, { path, state, width, height }: ImageToLearn): string | null {
  if (state !== "ok" || width < 1 || height < 1) return null;
  try {
    return resolveInside(root, path);
  } catch (error) {
    if (error instanceof AppError) return null;
    throw error;
  }
}

function notesOf({ name }: DatasetSummary, left: LeftOut, unread: readonly string[]): string[] {
  const notes: string[] = [];
  if (unread.length > 0)
    notes.push(
      `${name}: ${unread.length} ${unread.length === 1 ? "image is" : "images are"} missing or unreadable and left out, ${unread[0]} being one.`,
    );
  if (left.empty > 0)
    notes.push(`${name}: ${left.empty} boxes without width or height are left out.`);
  if (left.regions > 0)
    notes.push(
      `${name}: ${left.regions} ignored boxes, crowds and regions are areas where nothing counts as a mistake.`,
    );
  if (left.unknown > 0)
    notes.push(`${name}: ${left.unknown} boxes of classes that are not trained are left out.`);
  return notes;
}

interface SplitPorts {
  readonly labels: readonly string[];
  readonly notes: string[];
  readonly signal: AbortSignal;
}

/** Whole images go to one side, so that no tile of a held-out image is trained on. */
async function split(
  db: Db,
  all: readonly TrainingPicture[],
  source: ValidationSource,
  seed: number,
  { labels, notes, signal }: SplitPorts,
): Promise<{ train: readonly TrainingPicture[]; validation: readonly TrainingPicture[] }> {
  if (source.kind === "none") {
    notes.push(
      "Nothing is held out: no AP is measured, and the last checkpoint is the one to keep.",
    );
    return { train: all, validation: [] };
  }
  if (source.kind === "dataset") {
    const dataset = datasetFor(db, source.datasetId, "validation.datasetId");
    const validation = await readPictures(db, dataset, labels, notes, signal);
    if (!validation.some(({ classes }) => classes.length > 0))
      throw new AppError(
        "training/validation",
        `validation.datasetId: ${dataset.name} shows no object of the trained classes (${labels.join(", ")}). Choose another dataset, or hold out a share of the images.`,
      );
    return { train: all, validation };
  }
  if (all.length < 2)
    throw new AppError(
      "training/validation",
      `validation.share: ${all.length} image cannot be shared out. Choose another dataset to validate on, or none.`,
    );
  const count = Math.min(all.length - 1, Math.max(1, Math.round(source.share * all.length)));
  const held = drawn(all.length, count, source.seed ?? seed);
  return {
    train: all.filter((_, k) => !held.has(k)),
    validation: all.filter((_, k) => held.has(k)),
  };
}

/** `count` of the places 0..length-1: those with the smallest numbers made from seed and place. */
export function drawn(length: number, count: number, seed: number): ReadonlySet<number> {
  const mixed = (place: number) => {
    let x = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(place + 1, 0xc2b2ae35);
    x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
    x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
    return (x ^ (x >>> 16)) >>> 0;
  };
  const places = Array.from({ length }, (_, place) => ({ place, number: mixed(place) }));
  places.sort((a, b) => a.number - b.number || a.place - b.place);
  return new Set(places.slice(0, count).map(({ place }) => place));
}

function tiled(
  pictures: readonly TrainingPicture[],
  tile: NonNullable<TrainingSettings["tile"]>,
  heldOut: number,
  notes: string[],
): readonly TrainingPicture[] {
  const { tiles, empty, cut } = cutTiles(pictures, tile);
  notes.push(
    `${pictures.length} images are cut into ${tiles.length} tiles of ${tile.size} px sharing ${tile.overlap} px; ${empty} tiles without an object are left out.`,
  );
  if (cut > 0)
    notes.push(
      `${cut} boxes of which 40 % or less lies in a tile are areas there where nothing counts as a mistake.`,
    );
  if (pictures.some(({ painted }) => painted && painted.length > 0))
    notes.push("Ignored regions are painted black in the tiles, but for the objects in them.");
  if (heldOut > 0)
    notes.push(
      "Validation cuts its images into the same tiles and joins the detections as prediction does; ignored regions are not painted there, what is found in them does not count.",
    );
  return tiles;
}

function withoutPaint({ painted: _painted, ...picture }: TrainingPicture): TrainingPicture {
  return picture;
}

function classesWithout(train: readonly TrainingPicture[], labels: readonly string[]): string[] {
  const seen = new Set(train.flatMap(({ classes }) => [...classes]));
  const without = labels.filter((_, label) => !seen.has(label));
  if (without.length === 0) return [];
  return [`No training image shows ${without.join(", ")}: nothing is learnt of it.`];
}
