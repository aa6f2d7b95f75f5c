import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join, parse } from "node:path";
import { AppError } from "../../shared/domain/app-error.ts";
import type { EvaluationSet } from "../../shared/evaluation/types.ts";
import { probeHeader } from "../files/picture-header.ts";
import { ProblemLog } from "../formats/problem-log.ts";
import { decodeText } from "../formats/text.ts";
import { parseVisDrone, visDroneCategories, type VisDroneRow } from "../formats/visdrone.ts";

const classes = visDroneCategories.filter(({ role }) => role === "object");
const regionCategory = visDroneCategories.find(({ role }) => role === "ignored-region")!.id;
const pictureEndings = [".jpg", ".JPG", ".jpeg", ".png", ".PNG", ".bmp"];

/** Sets of VisDrone txt files: one file an image, in two folders, with the same names. */
export interface VisDroneFolders {
  readonly truth: string;
  readonly predictions: string;
  /** Pictures, for their sizes; null where there are none. */
  readonly images: string | null;
}

export interface VisDroneRead {
  readonly set: EvaluationSet;
  /** Prediction files that have no label file. */
  readonly unknownFiles: readonly string[];
  readonly imagesWithoutSize: number;
}

/** Reads the folders. Throws `file/...` or `visdrone/bad-row` naming the file and the line. */
export function readVisDroneFolders(folders: VisDroneFolders): VisDroneRead {
  const stems = textFiles(folders.truth);
  const known = new Set(stems);
  const unknownFiles = textFiles(folders.predictions).filter((stem) => !known.has(stem));
  const truth = new TruthRows();
  const predictions = new PredictionRows();
  const sizes = new Float64Array(2 * stems.length);
  let imagesWithoutSize = 0;
  for (const [image, stem] of stems.entries()) {
    for (const row of readRows(folders.truth, stem)) truth.add(image, row);
    if (existsSync(join(folders.predictions, `${stem}.txt`)))
      for (const row of readRows(folders.predictions, stem)) predictions.add(image, row);
    const size = folders.images === null ? null : pictureSize(folders.images, stem);
    if (size) sizes.set(size, 2 * image);
    else imagesWithoutSize++;
  }
  const set: EvaluationSet = {
    imageIds: stems.map((_, image) => image + 1),
    categoryIds: classes.map(({ id }) => id),
    categoryNames: classes.map(({ name }) => name),
    ...truth.columns(),
    predictions: predictions.columns(),
    imageSizes: sizes,
  };
  return { set, unknownFiles, imagesWithoutSize };
}

/** Names without ending of the txt files in a folder, in ascending order. */
function textFiles(folder: string): string[] {
  if (!existsSync(folder) || !statSync(folder).isDirectory())
    throw new AppError(
      "file/not-a-folder",
      `${folder} is not a folder. VisDrone keeps one txt file for each image: give the folder that holds them.`,
    );
  const names = readdirSync(folder).filter((name) => name.endsWith(".txt"));
  if (names.length === 0)
    throw new AppError(
      "file/no-labels",
      `${folder} holds no .txt files. Give the folder of txt files.`,
    );
  return names.map((name) => parse(name).name).sort();
}

function readRows(folder: string, stem: string): readonly VisDroneRow[] {
  const file = join(folder, `${stem}.txt`);
  const problems = new ProblemLog();
  const rows = parseVisDrone(decodeText(readFileSync(file), file, problems), file, problems);
  const error = problems.list().find(({ severity }) => severity === "error");
  if (error) throw new AppError(error.code, `${file}, ${error.record ?? "file"}: ${error.message}`);
  const negative = rows.find(({ w, h }) => w < 0 || h < 0);
  if (negative)
    throw new AppError(
      "box/negative-size",
      `${file}, line ${negative.line}: the box is ${negative.w} x ${negative.h}; expected sizes of 0 or more.`,
    );
  return rows;
}

function pictureSize(folder: string, stem: string): [width: number, height: number] | null {
  for (const ending of pictureEndings) {
    const header = probeHeader(join(folder, stem + ending));
    if (header?.ok) return [header.header.width, header.header.height];
  }
  return null;
}

/** Index of a scored category, or -1. */
function classOf(category: number): number {
  return classes.findIndex(({ id }) => id === category);
}

class TruthRows {
  readonly #image: number[] = [];
  readonly #category: number[] = [];
  readonly #boxes: number[] = [];
  readonly #ignore: number[] = [];
  readonly #regionImage: number[] = [];
  readonly #regionBoxes: number[] = [];

  add(image: number, { x, y, w, h, category, score }: VisDroneRow): void {
    if (category === regionCategory) {
      this.#regionImage.push(image);
      this.#regionBoxes.push(x, y, w, h);
      return;
    }
    this.#image.push(image);
    this.#category.push(classOf(category));
    this.#boxes.push(x, y, w, h);
    this.#ignore.push(score === 0 ? 1 : 0);
  }

  columns(): Required<Pick<EvaluationSet, "truth" | "regions">> {
    const boxes = Float64Array.from(this.#boxes);
    return {
      truth: {
        image: Int32Array.from(this.#image),
        category: Int32Array.from(this.#category),
        boxes,
        area: Float64Array.from(this.#image, (_, n) => boxes[4 * n + 2]! * boxes[4 * n + 3]!),
        crowd: new Uint8Array(this.#image.length),
        ignore: Uint8Array.from(this.#ignore),
      },
      regions: {
        image: Int32Array.from(this.#regionImage),
        boxes: Float64Array.from(this.#regionBoxes),
      },
    };
  }
}

class PredictionRows {
  readonly #image: number[] = [];
  readonly #category: number[] = [];
  readonly #boxes: number[] = [];
  readonly #score: number[] = [];

  /** Rows of other categories stay: they take places in the maxDets cut. */
  add(image: number, { x, y, w, h, category, score }: VisDroneRow): void {
    this.#image.push(image);
    this.#category.push(classOf(category));
    this.#boxes.push(x, y, w, h);
    this.#score.push(score);
  }

  columns(): EvaluationSet["predictions"] {
    return {
      image: Int32Array.from(this.#image),
      category: Int32Array.from(this.#category),
      boxes: Float64Array.from(this.#boxes),
      score: Float64Array.from(this.#score),
    };
  }
}
