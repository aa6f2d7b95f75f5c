import { AppError } from "../../shared/domain/app-error.ts";
import type { ExportImage } from "./export-records.ts";

/**
 * The path of each image's label file without its extension: that of the picture. Where two pictures differ in their
 * extension or in upper and lower case only, the second keeps its extension, if files of this format say which picture they
 * mean; else throws `export/same-name`.
 */
export function fileStems(
  images: readonly ExportImage[],
  format: string,
  filesNamePictures: boolean,
): readonly string[] {
  const taken = new Map<string, string>();
  const key = (stem: string) => stem.normalize("NFC").toLowerCase();
  return images.map(({ path }) => {
    const plain = withoutExtension(path);
    const before = taken.get(key(plain));
    if (before === undefined) {
      taken.set(key(plain), path);
      return plain;
    }
    if (!filesNamePictures) {
      throw new AppError(
        "export/same-name",
        `${before} and ${path} would have one and the same label file: ${format} names it after the picture, without the extension. Rename one of them, or choose COCO.`,
      );
    }
    let whole = path;
    for (let n = 2; taken.has(key(whole)); n += 1) whole = `${path} ${n}`;
    taken.set(key(whole), path);
    return whole;
  });
}

function withoutExtension(path: string): string {
  const dot = path.lastIndexOf(".");
  return dot > path.lastIndexOf("/") + 1 ? path.slice(0, dot) : path;
}
