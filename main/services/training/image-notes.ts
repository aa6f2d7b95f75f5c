/** Sentences about what a training learns from and is measured on: what is left out, what is missing. */
import type { DatasetSummary } from "../../../shared/api/datasets.ts";
import type { TrainingPicture } from "../../../shared/compute/messages.ts";
import { fewNames } from "../../../shared/domain/few-names.ts";
import type { TrainingSettings } from "../../../shared/domain/training.ts";
import type { LeftOut } from "./learning-picture.ts";

/** Of pictures that were read. `unknown`: names of classes that are not trained. */
export function readingNotes(
  { name }: DatasetSummary,
  left: LeftOut,
  unread: readonly string[],
  unknown: readonly string[],
): string[] {
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
    notes.push(
      `${name}: ${left.unknown} boxes of classes that are not trained (${fewNames(unknown)}) are left out.`,
    );
  return notes;
}

export function tileNotes(
  pictures: readonly TrainingPicture[],
  { size, overlap }: NonNullable<TrainingSettings["tile"]>,
  counts: { readonly tiles: number; readonly empty: number; readonly cut: number },
  isValidated: boolean,
): string[] {
  const notes = [
    `${pictures.length} images are cut into ${counts.tiles} tiles of ${size} px sharing ${overlap} px; ${counts.empty} tiles without an object are left out.`,
  ];
  if (counts.cut > 0)
    notes.push(
      `${counts.cut} boxes of which 40 % or less lies in a tile are areas there where nothing counts as a mistake.`,
    );
  if (pictures.some(({ painted }) => painted && painted.length > 0))
    notes.push("Ignored regions are painted black in the tiles, but for the objects in them.");
  if (isValidated)
    notes.push(
      "Validation cuts its images into the same tiles and joins the detections as prediction does; ignored regions are not painted there, what is found in them does not count.",
    );
  return notes;
}

export function untrainedNotes(
  train: readonly TrainingPicture[],
  labels: readonly string[],
): string[] {
  const missing = classesWithout(train, labels);
  if (missing.length === 0) return [];
  return [`No training image shows ${fewNames(missing)}: nothing is learnt of it.`];
}

/** What is measured on images that are learnt from, and what is not measured at all. */
export function validationNotes(
  train: readonly TrainingPicture[],
  held: readonly TrainingPicture[],
  labels: readonly string[],
): string[] {
  if (held.length === 0)
    return ["Nothing is held out: no AP is measured, and the last checkpoint is the one to keep."];
  const notes: string[] = [];
  const learnt = new Set(train.map(({ path }) => path));
  const both = held.filter(({ path }) => learnt.has(path)).length;
  if (both > 0)
    notes.push(
      `${both} of the ${held.length} validation images are learnt from, too: there AP says how well they are remembered, not how well other images will do.`,
    );
  const missing = classesWithout(held, labels);
  if (missing.length === labels.length)
    notes.push(
      `The ${held.length} validation images show no object: no AP can be measured, and the last checkpoint is the one to keep. Hold out a larger share, or choose another dataset to validate on.`,
    );
  else if (missing.length > 0)
    notes.push(`No validation image shows ${fewNames(missing)}: AP is that of the other classes.`);
  return notes;
}

function classesWithout(pictures: readonly TrainingPicture[], labels: readonly string[]): string[] {
  const seen = new Uint8Array(labels.length);
  for (const { classes } of pictures) for (const label of classes) seen[label] = 1;
  return labels.filter((_, label) => seen[label] === 0);
}
