/** Reads a dataset's images with the labels to learn from them. */
import { existsSync } from "node:fs";
import type { DatasetSummary } from "../../../shared/api/datasets.ts";
import type { TrainingPicture } from "../../../shared/compute/messages.ts";
import { AppError } from "../../../shared/domain/app-error.ts";
import type { Db } from "../../db/open.ts";
import {
  learningQueries,
  type ImageToLearn,
  type LabelToLearn,
} from "../../db/queries/training-images.ts";
import { placesInside } from "../../files/inside-root.ts";
import { readingNotes } from "./image-notes.ts";
import { learningPicture, type LearningRole, type LeftOut } from "./learning-picture.ts";

export interface ReadingPorts {
  readonly db: Db;
  /** Class names by index. */
  readonly labels: readonly string[];
  /** Lets others at the event loop from time to time. */
  readonly pause: () => Promise<void>;
}

export interface PicturesRead {
  readonly pictures: readonly TrainingPicture[];
  /** Sentences for the user: what was left out and why. */
  readonly notes: readonly string[];
}

/** In the order of the ids in the user's files. Throws `training/no-images`, naming `field`, where none can be read. */
export async function readPictures(
  dataset: DatasetSummary,
  field: string,
  { db, labels, pause }: ReadingPorts,
): Promise<PicturesRead> {
  const roles = rolesOf(dataset, labels);
  const placeOf = placesInside(dataset.root);
  const left: LeftOut = { empty: 0, unknown: 0, regions: 0 };
  const unread: string[] = [];
  const pictures: TrainingPicture[] = [];
  for (const [image, rows] of eachImage(db, dataset.id)) {
    await pause();
    const { path, state, width, height } = image;
    const place = state === "ok" && width > 0 && height > 0 ? placeOf(path) : null;
    if (place === null) unread.push(path);
    else pictures.push(learningPicture({ path: place, width, height }, rows, roles, left));
  }
  if (pictures.length === 0) throw noImages(dataset, field, unread);
  const unknown = dataset.categories.filter(({ id }) => isUnknown(roles.get(id)!));
  return {
    pictures,
    notes: readingNotes(
      dataset,
      left,
      unread,
      unknown.map(({ name }) => name),
    ),
  };
}

/** What one query may take; few images have few labels, and some have ten thousand. */
const QUERY_MS = 10;
const MOST_IMAGES = 500;

/** Some images a query, and nothing held open in between. */
function* eachImage(
  db: Db,
  datasetId: number,
): Generator<readonly [ImageToLearn, readonly LabelToLearn[]]> {
  const queries = learningQueries(db);
  let after = Number.MIN_SAFE_INTEGER;
  let count = 20;
  for (;;) {
    const since = performance.now();
    const images = queries.images(datasetId, after, count);
    if (images.length === 0) return;
    const labels = queries.labels(images.map(({ id }) => id));
    const share = QUERY_MS / Math.max(0.1, performance.now() - since);
    for (const image of images) yield [image, labels.get(image.id) ?? []];
    after = images.at(-1)!.sourceId;
    count = Math.max(1, Math.min(MOST_IMAGES, Math.round(images.length * share)));
  }
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

function isUnknown({ role, label }: LearningRole): boolean {
  return role === "object" && label === null;
}

function noImages(
  { name, root }: DatasetSummary,
  field: string,
  unread: readonly string[],
): AppError {
  const tell = (text: string) => new AppError("training/no-images", `${field}: ${text}`);
  if (unread.length === 0)
    return tell(`${name} has no image. Choose another dataset, or import images.`);
  if (!existsSync(root))
    return tell(
      `the folder ${root} of ${name} is not there. Put it back, or choose where it is now with “Folder moved…” on the page Data.`,
    );
  return tell(
    `none of the ${unread.length} images of ${name} can be read, ${unread[0]} being one. Put them back into ${root}, or choose another dataset.`,
  );
}
