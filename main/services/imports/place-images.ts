import { join } from "node:path";
import type { ImageEntry } from "../../formats/label-records.ts";
import type { NewProblem } from "../../formats/problem-log.ts";
import type { FoundPicture } from "../../files/picture-index.ts";
import { type HeaderRead, readPictureHeader } from "../../files/picture-header.ts";
import type { PlacedImage, ReadContext } from "./label-source.ts";

/** Up to this many pictures are all looked into; of more, a sample, and all when the sample shows something wrong. */
const ALL_UP_TO = 4000;
const SAMPLE = 1000;

interface Place {
  readonly entry: ImageEntry;
  readonly path: string;
  readonly there: boolean;
}

/**
 * Finds the picture of each image, takes its size where the labels state none, and reports what is missing,
 * unreadable or of another size. `where` names the record of the image at an index, for reports.
 */
export async function placeImages(
  entries: readonly ImageEntry[],
  file: string,
  where: (index: number) => string | null,
  context: ReadContext,
): Promise<readonly PlacedImage[]> {
  const places = findPictures(entries, file, where, context);
  const headers = await lookInto(places, context);
  return places.map((place, index) => {
    const { entry, path, there } = place;
    const read = headers.get(index);
    if (read !== undefined && there) reportPicture(entry, path, read, context);
    const header = read?.ok ? read.header : null;
    return {
      sourceId: entry.sourceId,
      path,
      width: entry.width ?? header?.width ?? 0,
      height: entry.height ?? header?.height ?? 0,
      state: !there ? "missing" : read === undefined || read.ok ? "ok" : "unreadable",
      attributes: entry.attributes,
    };
  });
}

function findPictures(
  entries: readonly ImageEntry[],
  file: string,
  where: (index: number) => string | null,
  context: ReadContext,
): Place[] {
  const places: Place[] = [];
  const missing: NewProblem[] = [];
  const taken = new Set<string>();
  for (const [index, entry] of entries.entries()) {
    const found = context.pictures.find(entry.fileName);
    const record = where(index);
    if (found.kind === "missing") missing.push(missingPicture(entry.fileName, record));
    else if (found.kind !== "found") reportName(entry.fileName, found, file, record, context);
    if (found.kind === "refused") continue;
    if (taken.has(found.path)) {
      context.problems.add({
        code: "image/same-picture",
        severity: "warning",
        file,
        record,
        message: `The picture ${found.path} came before under another id. Both images are kept.`,
        action: "kept",
      });
    }
    taken.add(found.path);
    places.push({ entry, path: found.path, there: found.kind !== "missing" });
  }
  reportMissing(missing, places.length, file, context);
  return places;
}

function missingPicture(fileName: string, record: string | null): NewProblem {
  return {
    code: "image/missing",
    severity: "warning",
    file: fileName,
    record,
    message: "The picture is not in the folder. Its labels are kept and scored.",
    action: "kept",
  };
}

function reportName(
  fileName: string,
  found: Extract<FoundPicture, { kind: "renamed" | "refused" }>,
  file: string,
  record: string | null,
  { problems }: ReadContext,
): void {
  if (found.kind === "refused") {
    problems.add({
      code: "image/refused-name",
      severity: "error",
      file,
      record,
      message: `The picture "${fileName}" is not taken: ${found.reason}. Its labels are left out.`,
      action: "refused",
    });
    return;
  }
  problems.addToFile({
    code: "image/found-elsewhere",
    severity: "info",
    file,
    record: null,
    message: `Pictures found under another path than stated, as "${fileName}" at ${found.path}.`,
    action: "repaired",
  });
}

function reportMissing(
  missing: readonly NewProblem[],
  count: number,
  file: string,
  { problems }: ReadContext,
): void {
  if (missing.length === count && count > 0) {
    problems.addToFile(
      {
        code: "image/none-found",
        severity: "warning",
        file,
        record: null,
        message: `None of the ${count} pictures is in the chosen folder of images. Labels are kept and scored; choose another folder to see the pictures.`,
        action: "kept",
      },
      count,
    );
    return;
  }
  for (const problem of missing) problems.add(problem);
}

/** Headers by index: of all pictures without a stated size, and of all others or a sample of them. */
async function lookInto(
  places: readonly Place[],
  context: ReadContext,
): Promise<ReadonlyMap<number, HeaderRead>> {
  const headers = new Map<number, HeaderRead>();
  const needed: number[] = [];
  const others: number[] = [];
  for (const [index, { entry, there }] of places.entries()) {
    if (there) (entry.width === null ? needed : others).push(index);
  }
  const sample = others.length <= ALL_UP_TO ? others : spread(others, SAMPLE);
  await readHeaders([...needed, ...sample], places, headers, context);
  const wrong = sample.some((index) => isWrong(places[index]!.entry, headers.get(index)!));
  if (wrong && sample.length < others.length) {
    const rest = others.filter((index) => !headers.has(index));
    await readHeaders(rest, places, headers, context);
  }
  return headers;
}

async function readHeaders(
  indexes: readonly number[],
  places: readonly Place[],
  into: Map<number, HeaderRead>,
  { imageRoot, pace }: ReadContext,
): Promise<void> {
  for (const [done, index] of indexes.entries()) {
    pace.at("Looking into pictures", done, indexes.length, "images");
    into.set(index, await readPictureHeader(join(imageRoot, places[index]!.path)));
  }
}

/** `count` of the items at even distances. */
export function spread<Item>(items: readonly Item[], count: number): Item[] {
  if (items.length <= count) return [...items];
  return Array.from({ length: count }, (_, at) => items[Math.floor((at * items.length) / count)]!);
}

function isWrong(entry: ImageEntry, read: HeaderRead): boolean {
  if (!read.ok) return true;
  return entry.width !== read.header.width || entry.height !== read.header.height;
}

function reportPicture(
  entry: ImageEntry,
  path: string,
  read: HeaderRead,
  { problems }: ReadContext,
): void {
  const report = (code: string, message: string, severity: "warning" | "info" = "warning") => {
    problems.add({ code, severity, file: path, record: null, message, action: "kept" });
  };
  if (!read.ok) {
    report(
      read.problem === "empty" ? "image/empty-file" : "image/unreadable",
      `The picture cannot be shown: ${read.reason}. Its labels are kept and scored.`,
    );
    return;
  }
  const { width, height, turned, bitsPerChannel, channels } = read.header;
  if (entry.width !== null && (entry.width !== width || entry.height !== height)) {
    if (turned && entry.width === height && entry.height === width) {
      report(
        "image/exif-turned",
        `The labels state ${entry.width} x ${entry.height}, the picture before its EXIF rotation; it is shown turned, ${width} x ${height}, so boxes may not lie on their objects.`,
      );
    } else {
      report(
        "image/other-size",
        `The labels state ${entry.width} x ${entry.height} but the picture has ${width} x ${height}. Boxes may not lie on their objects.`,
      );
    }
  } else if (turned) {
    report("image/turned", "The picture is shown turned, as its EXIF flag says.", "info");
  }
  if (bitsPerChannel > 8) {
    report(
      "image/16-bit",
      `The picture has ${bitsPerChannel} bits a channel; it is shown with 8.`,
      "info",
    );
  }
  if (channels === 4 && isJpeg(path)) {
    report("image/cmyk", "The picture is CMYK; it is shown converted to RGB.", "info");
  }
}

function isJpeg(path: string): boolean {
  return /\.jpe?g$/i.test(path);
}
