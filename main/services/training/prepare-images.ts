/** Reads what a training is to learn from out of the project: pictures with boxes, tiles, and what is held out. */
import type { DatasetSummary } from "../../../shared/api/datasets.ts";
import type { ValidationSource } from "../../../shared/api/training.ts";
import type { TrainingPicture } from "../../../shared/compute/messages.ts";
import { AppError } from "../../../shared/domain/app-error.ts";
import type { TrainingSettings } from "../../../shared/domain/training.ts";
import type { Db } from "../../db/open.ts";
import { datasetQueries } from "../../db/queries/datasets.ts";
import { inSlices } from "../slices.ts";
import { cutTiles } from "./cut-tiles.ts";
import { tileNotes, untrainedNotes, validationNotes } from "./image-notes.ts";
import { readPictures, type PicturesRead, type ReadingPorts } from "./read-pictures.ts";

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
  { datasetId, validation, settings: { tile, seed } }: ImagesWanted,
  signal: AbortSignal,
): Promise<PreparedImages> {
  const dataset = datasetFor(db, datasetId, "datasetId");
  const labels = objectNames(dataset);
  if (labels.length === 0)
    throw new AppError(
      "training/dataset",
      `datasetId: ${dataset.name} has no class of objects to learn. Choose a dataset with labels.`,
    );
  const ports = { db, labels, pause: inSlices(signal) };
  const all = await readPictures(dataset, "datasetId", ports);
  const { whole, held, notes } = await split(all, validation, seed, ports);
  const train = tile ? await tiled(whole, tile, held.length > 0, notes, ports.pause) : whole;
  await ports.pause();
  const trainObjects = train.reduce((sum, { classes }) => sum + classes.length, 0);
  if (trainObjects === 0)
    throw new AppError(
      "training/no-objects",
      `datasetId: the ${whole.length} training images of ${dataset.name} show no object of its classes. Label some first.`,
    );
  await ports.pause();
  notes.push(...validationNotes(whole, held, labels));
  await ports.pause();
  notes.push(...untrainedNotes(train, labels));
  return {
    labels,
    train: tile ? train : train.map(withoutPaint),
    validation: held.map(withoutPaint),
    trainObjects,
    notes,
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

interface Split {
  readonly whole: readonly TrainingPicture[];
  readonly held: readonly TrainingPicture[];
  readonly notes: string[];
}

/** Whole images go to one side, so that no tile of a held-out image is trained on. */
async function split(
  { pictures, notes: told }: PicturesRead,
  source: ValidationSource,
  seed: number,
  ports: ReadingPorts,
): Promise<Split> {
  const notes = [...told];
  if (source.kind === "none") return { whole: pictures, held: [], notes };
  if (source.kind === "dataset") {
    const dataset = datasetFor(ports.db, source.datasetId, "validation.datasetId");
    const read = await readPictures(dataset, "validation.datasetId", ports);
    if (!read.pictures.some(({ classes }) => classes.length > 0))
      throw new AppError(
        "training/validation",
        `validation.datasetId: ${dataset.name} shows no object of the trained classes (${ports.labels.join(", ")}). Choose another dataset, or hold out a share of the images.`,
      );
    // The same dataset has the same to tell.
    for (const note of read.notes) if (!notes.includes(note)) notes.push(note);
    return { whole: pictures, held: read.pictures, notes };
  }
  if (pictures.length < 2)
    throw new AppError(
      "training/validation",
      `validation.share: ${pictures.length} image cannot be shared out. Choose another dataset to validate on, or none.`,
    );
  const count = Math.round(source.share * pictures.length);
  const held = drawn(
    pictures.length,
    Math.min(pictures.length - 1, Math.max(1, count)),
    source.seed ?? seed,
  );
  return {
    whole: pictures.filter((_, k) => !held.has(k)),
    held: pictures.filter((_, k) => held.has(k)),
    notes,
  };
}

const PLACES = 2 ** 21;

/** `count` of the places 0..length-1: those with the smallest numbers made from seed and place. */
export function drawn(length: number, count: number, seed: number): ReadonlySet<number> {
  const mixed = (place: number) => {
    let x = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(place + 1, 0xc2b2ae35);
    x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
    x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
    return (x ^ (x >>> 16)) >>> 0;
  };
  // Number and place in one, exact below 2^21 places, so that sorting needs no comparisons of our own.
  const keys = Float64Array.from({ length }, (_, place) => mixed(place) * PLACES + place).sort();
  return new Set(Array.from(keys.subarray(0, count), (key) => key % PLACES));
}

async function tiled(
  pictures: readonly TrainingPicture[],
  tile: NonNullable<TrainingSettings["tile"]>,
  isValidated: boolean,
  notes: string[],
  pause: () => Promise<void>,
): Promise<readonly TrainingPicture[]> {
  const { tiles, empty, cut } = await cutTiles(pictures, tile, pause);
  notes.push(...tileNotes(pictures, tile, { tiles: tiles.length, empty, cut }, isValidated));
  return tiles;
}

function withoutPaint(picture: TrainingPicture): TrainingPicture {
  if (!picture.painted || picture.painted.length === 0) return picture;
  const { painted: _painted, ...rest } = picture;
  return rest;
}
