import { dirname, join, posix, relative, sep } from "node:path";
import { AppError } from "../../../shared/domain/app-error.ts";
import type { ImageEntry } from "../../formats/label-records.ts";
import { type LabelMeFile, parseLabelMe } from "../../formats/labelme.ts";
import { findClassNames } from "./class-names.ts";
import { imageEntry, type LabelFile, listLabelFiles, readLabelText } from "./label-files.ts";
import type { LabelReader, LabelSource, ReadContext } from "./label-source.ts";
import { placeImages } from "./place-images.ts";
import { announceNamedClasses, storeShape } from "./shape-labels.ts";

interface Labelled {
  readonly entry: ImageEntry;
  /** null where a picture has no file of labels. */
  readonly read: { readonly file: LabelFile; readonly labels: LabelMeFile } | null;
}

/** Entries of LabelMe's own lists of names that stand for no class. */
const noClasses = new Set(["__ignore__", "_background_"]);

/**
 * Reads a folder of LabelMe JSON. Images are numbered from 1 in order of their paths, pictures without a file included;
 * classes follow a list of names where there is one, else the alphabet.
 */
export const readLabelMeLabels: LabelReader = async (source, context, sink) => {
  const labelled = pairWithPictures(source, context);
  const images = await placeImages(
    labelled.map(({ entry }) => entry),
    source.name,
    () => null,
    context,
  );
  const used = new Set(
    labelled.flatMap(({ read }) => read?.labels.shapes.map(({ label }) => label) ?? []),
  );
  const listed = findClassNames(source.path, context.root, context.problems) ?? [];
  const classes = announceNamedClasses(
    listed.filter((name) => !noClasses.has(name)),
    used,
    sink,
  );
  const readOf = new Map(labelled.map(({ entry, read }) => [entry.sourceId, read]));
  for (const [done, image] of images.entries()) {
    context.pace.at("Storing labels", done, images.length, "images");
    sink.image(image);
    const read = readOf.get(image.sourceId) ?? null;
    for (const shape of read?.labels.shapes ?? []) {
      storeShape(shape, image, classes.get(shape.label)!, read!.file.name, context, sink);
    }
  }
};

function pairWithPictures(source: LabelSource, context: ReadContext): readonly Labelled[] {
  const { pictures, problems, pace } = context;
  const files = listLabelFiles(source.path, source.name, "json", problems);
  const found = new Map<string, NonNullable<Labelled["read"]>>();
  const orphans: { name: string; read: NonNullable<Labelled["read"]> }[] = [];
  for (const [done, file] of files.entries()) {
    pace.at("Reading labels", done, files.length, "files");
    const text = readLabelText(file, problems);
    const labels = text === null ? null : parseLabelMe(text, file.name, problems);
    if (labels === null) continue;
    const read = { file, labels };
    const path = picturePath(read, context);
    if (path === null)
      orphans.push({ name: lastPart(labels.imagePath) ?? `${file.stem}.jpg`, read });
    else if (!found.has(path)) found.set(path, read);
    else reportSecond(file, path, found.get(path)!.file, context);
  }
  if (found.size + orphans.length === 0) {
    throw new AppError(
      "labelme/no-files",
      `${source.name} holds no LabelMe JSON that can be read. Choose the folder with the JSON files.`,
    );
  }
  const entries: Labelled[] = pictures.paths.map((path, index) => {
    const read = found.get(path) ?? null;
    return { entry: entryOf(index + 1, path, read), read };
  });
  for (const { name, read } of orphans) {
    entries.push({ entry: entryOf(entries.length + 1, name, read), read });
  }
  reportUnlabelled(entries, source, context);
  return entries;
}

function entryOf(sourceId: number, path: string, read: Labelled["read"]): ImageEntry {
  if (read === null) return imageEntry(sourceId, path);
  const { width, height, attributes } = read.labels;
  return { sourceId, fileName: path, width, height, attributes };
}

/**
 * The picture a file speaks of: as it says, seen from its own place, else of the same path, else the only one of that
 * name. Null where none is there.
 */
function picturePath(
  { file, labels }: NonNullable<Labelled["read"]>,
  { imageRoot, pictures }: ReadContext,
): string | null {
  const stated = labels.imagePath?.replaceAll("\\", "/") ?? null;
  const inRoot = (path: string) => relative(imageRoot, path).split(sep).join("/");
  const folder = posix.dirname(file.stem);
  const name = lastPart(stated);
  const candidates = [
    ...(stated === null ? [] : [inRoot(join(dirname(file.path), stated))]),
    ...(name === null ? [] : [folder === "." ? name : `${folder}/${name}`, name]),
  ];
  for (const candidate of candidates) {
    const found = pictures.find(candidate);
    if (found.kind === "found") return found.path;
  }
  const fits = pictures.withStem(file.stem);
  if (fits.length === 1) return fits[0]!;
  const named = name === null ? null : pictures.find(name);
  return named?.kind === "renamed" ? named.path : null;
}

function lastPart(path: string | null): string | null {
  const last = path?.replaceAll("\\", "/").split("/").at(-1) ?? "";
  return last === "" ? null : last;
}

function reportSecond(
  file: LabelFile,
  picture: string,
  first: LabelFile,
  { problems }: ReadContext,
): void {
  problems.add({
    code: "labelme/same-picture",
    severity: "error",
    file: file.name,
    record: null,
    message: `The file speaks of ${picture}, as ${first.name} does; expected one file a picture. The first is kept.`,
    action: "skipped",
  });
}

function reportUnlabelled(
  entries: readonly Labelled[],
  { name }: LabelSource,
  { problems }: ReadContext,
): void {
  const bare = entries.filter(({ read }) => read === null);
  if (bare.length === 0) return;
  problems.addToFile(
    {
      code: "labels/missing-file",
      severity: "info",
      file: name,
      record: null,
      message: `Pictures without a label file, as ${bare[0]!.entry.fileName}. They count as pictures without objects.`,
      action: "kept",
    },
    bare.length,
  );
}
