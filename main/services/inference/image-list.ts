import { join } from "node:path";
import { AppError } from "../../../shared/domain/app-error.ts";
import { openSource } from "../../files/byte-source.ts";
import { isImage, scanFolder } from "../../files/scan-folder.ts";
import { readJsonDocument } from "../../formats/json-arrays.ts";
import { ProblemLog } from "../../formats/problem-log.ts";

export interface ListedImage {
  readonly id: number;
  readonly path: string;
}

export interface ListedCategory {
  readonly id: number;
  readonly name: string;
}

export interface ImageList {
  readonly images: readonly ListedImage[];
  /** Of the ground truth; null without one. */
  readonly categories: readonly ListedCategory[] | null;
  /** Images of the ground truth that are not in the folder. */
  readonly missing: readonly string[];
}

/**
 * The images to run on. With a COCO-style ground truth its images in its order, found in `folder` by their path or,
 * where that is unambiguous, by their name; else every image of the folder in the order of names, ids from 1.
 */
export function listImages(folder: string, groundTruth: string | null): ImageList {
  const files = scanFolder(folder, new ProblemLog()).flatMap(({ path, files: names }) =>
    names.filter(isImage).map((name) => (path === "" ? name : `${path}/${name}`)),
  );
  if (groundTruth === null) {
    if (files.length === 0)
      throw new AppError(
        "predict/no-images",
        `${folder} holds no images. Choose a folder with pictures.`,
      );
    files.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
    const images = files.map((file, k) => ({ id: k + 1, path: join(folder, file) }));
    return { images, categories: null, missing: [] };
  }
  const truth = readTruthHeads(groundTruth);
  const known = new Set(files);
  const byName = uniqueNames(files);
  const images: ListedImage[] = [];
  const missing: string[] = [];
  for (const { id, file } of truth.images) {
    const slashed = file.replaceAll("\\", "/");
    const found = known.has(slashed)
      ? slashed
      : byName.get(slashed.slice(slashed.lastIndexOf("/") + 1));
    if (found === undefined) missing.push(file);
    else images.push({ id, path: join(folder, found) });
  }
  if (images.length === 0)
    throw new AppError(
      "predict/no-images",
      `None of the ${truth.images.length} images of ${groundTruth} is in ${folder} (the first is ${missing[0] ?? "-"}). Choose the folder they lie in.`,
    );
  return { images, categories: truth.categories, missing };
}

/** File by its name alone; names that occur twice are left out. */
function uniqueNames(files: readonly string[]): Map<string, string> {
  const names = new Map<string, string>();
  const twice = new Set<string>();
  for (const file of files) {
    const name = file.slice(file.lastIndexOf("/") + 1);
    if (names.has(name)) twice.add(name);
    names.set(name, file);
  }
  for (const name of twice) names.delete(name);
  return names;
}

function readTruthHeads(path: string) {
  const problems = new ProblemLog();
  const images: { id: number; file: string }[] = [];
  const categories: ListedCategory[] = [];
  const source = openSource(path, path, problems);
  try {
    readJsonDocument(source, problems, (key) => {
      if (key === "images")
        return (values) => {
          for (const value of values as { id?: unknown; file_name?: unknown }[]) {
            const { id, file_name: file } = value;
            if (typeof id === "number" && typeof file === "string") images.push({ id, file });
          }
        };
      if (key === "categories")
        return (values) => {
          for (const { id, name } of values as { id?: unknown; name?: unknown }[])
            if (typeof id === "number" && typeof name === "string") categories.push({ id, name });
        };
      return null;
    });
  } finally {
    source.close();
  }
  if (images.length === 0)
    throw new AppError(
      "predict/no-images",
      `${path} lists no images with "id" and "file_name". Choose a COCO ground truth.`,
    );
  return { images, categories };
}
