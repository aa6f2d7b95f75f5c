import type { PredictionFormat } from "../../../shared/api/imports.ts";
import type { KnownCategory, KnownImage } from "../../db/queries/imports.ts";
import { foldName } from "../../files/picture-index.ts";
import { stemOf } from "../../files/scan-folder.ts";
import type { ProblemLog } from "../../formats/problem-log.ts";
import type { Pace } from "./pace.ts";
import type { PredictionTable } from "./prediction-table.ts";

/** Predictions to read, their place checked. */
export interface PredictionSource {
  readonly format: PredictionFormat;
  /** Absolute file or folder, links resolved. */
  readonly path: string;
  /** As the user knows it. */
  readonly name: string;
}

export interface PredictionContext {
  readonly known: KnownDataset;
  /** Folder in which, and above the predictions, a list of class names is looked for; null for none. */
  readonly root: string | null;
  readonly problems: ProblemLog;
  readonly pace: Pace;
}

export type PredictionReader = (
  source: PredictionSource,
  context: PredictionContext,
  table: PredictionTable,
) => void;

/** The images and classes of the dataset that predictions are for, to be looked up by what files call them. */
export class KnownDataset {
  readonly images: readonly KnownImage[];
  readonly categories: readonly KnownCategory[];
  readonly #imageBySourceId = new Map<number, number>();
  readonly #imageByPath = new Map<string, number>();
  /** null where several images have the name. */
  readonly #imageByStem = new Map<string, number | null>();
  readonly #categoryBySourceId = new Map<number, KnownCategory>();
  readonly #categoryByName = new Map<string, KnownCategory>();

  constructor(images: readonly KnownImage[], categories: readonly KnownCategory[]) {
    this.images = images;
    this.categories = categories;
    for (const [index, { sourceId, path }] of images.entries()) {
      this.#imageBySourceId.set(sourceId, index);
      this.#imageByPath.set(withoutExtension(path), index);
      const stem = foldName(stemOf(path));
      this.#imageByStem.set(stem, this.#imageByStem.has(stem) ? null : index);
    }
    for (const category of categories) {
      this.#categoryBySourceId.set(category.sourceId, category);
      const name = normalName(category.name);
      if (!this.#categoryByName.has(name)) this.#categoryByName.set(name, category);
    }
  }

  /** Index into `images`. */
  imageWithId(sourceId: number): number | undefined {
    return this.#imageBySourceId.get(sourceId);
  }

  /** By path or, where only one image has it, by name; extensions do not matter. Index into `images`. */
  imageNamed(path: string): number | undefined {
    const slashed = path.replaceAll("\\", "/");
    return (
      this.#imageByPath.get(withoutExtension(slashed)) ??
      this.#imageByStem.get(foldName(stemOf(slashed))) ??
      undefined
    );
  }

  categoryWithId(sourceId: number): KnownCategory | undefined {
    return this.#categoryBySourceId.get(sourceId);
  }

  /** Case, blanks, dashes and underscores do not matter. */
  categoryNamed(name: string): KnownCategory | undefined {
    return this.#categoryByName.get(normalName(name));
  }
}

function withoutExtension(path: string): string {
  const dot = path.lastIndexOf(".");
  return dot > path.lastIndexOf("/") + 1 ? path.slice(0, dot) : path;
}

function normalName(name: string): string {
  return name
    .trim()
    .toLowerCase()
    .replaceAll(/[\s_-]+/g, " ");
}
