import { statSync } from "node:fs";
import type { PredictionFormat } from "../../../shared/api/imports.ts";
import { AppError } from "../../../shared/domain/app-error.ts";
import { extensionOf, stemOf } from "../../files/scan-folder.ts";
import { ProblemLog } from "../../formats/problem-log.ts";
import { guessTextFormat, type TextSample } from "../../formats/text-guess.ts";
import { type LabelFile, listLabelFiles, readLabelText } from "./label-files.ts";
import { spread } from "./place-images.ts";
import type { KnownDataset } from "./prediction-source.ts";

const FILES_LOOKED_INTO = 60;
const LINES_LOOKED_INTO = 50;

/** The format of a file or folder of predictions for a dataset. Throws `predictions/unknown-format`. */
export function detectPredictionFormat(path: string, known: KnownDataset): PredictionFormat {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) {
    throw new AppError("file/missing", `${path} is not there. Choose a file or folder.`);
  }
  if (stat.isFile() && extensionOf(path) === "json") return "coco-results";
  const problems = new ProblemLog();
  const files = stat.isFile()
    ? [{ path, name: path, stem: stemOf(path) }]
    : listLabelFiles(path, path, "txt", problems);
  const guess = guessTextFormat(
    sampleText(files, (file) => {
      const image = known.imageNamed(file.stem);
      return image === undefined ? null : known.images[image]!;
    }),
  );
  if (guess?.role === "predictions") return guess.format;
  throw new AppError(
    "predictions/unknown-format",
    guess === null
      ? `${path} holds no predictions that Fovea can read: a COCO results JSON, or one txt file an image. Choose another.`
      : `The rows in ${path} have no score, so they are labels. Choose the detector's output.`,
  );
}

/** Some lines of some of the files, spread evenly, with the size of each one's picture. */
export function sampleText(
  files: readonly LabelFile[],
  sizeOf: (file: LabelFile) => { readonly width: number; readonly height: number } | null,
): TextSample[] {
  const problems = new ProblemLog();
  return spread(files, FILES_LOOKED_INTO).flatMap((file) => {
    const text = readLabelText(file, problems);
    if (text === null || text.trim() === "") return [];
    const size = sizeOf(file);
    return [
      {
        lines: text.split("\n", LINES_LOOKED_INTO),
        size: size !== null && size.width > 0 ? size : null,
      },
    ];
  });
}
