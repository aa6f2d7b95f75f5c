import type { PredictionExportFormat } from "../../shared/domain/file-formats.ts";
import type { ExportImage, TextFile } from "./export-records.ts";
import { fileStems } from "./file-stems.ts";
import type { CategoryEntry } from "./label-records.ts";
import { counted } from "./loss-words.ts";
import { visDroneIds } from "./write-visdrone.ts";

export interface WrittenPrediction {
  /** null: of a class that was removed. */
  readonly categorySourceId: number | null;
  /** xywh pixels. */
  readonly box: readonly [x: number, y: number, w: number, h: number];
  readonly score: number;
}

/** Predictions to be written; asked for image by image. */
export interface PredictionsToWrite {
  readonly categories: readonly CategoryEntry[];
  /** In file order. */
  readonly images: readonly ExportImage[];
  /** Of the image at this index: by descending score, equal ones in file order. */
  predictionsOf(index: number): readonly WrittenPrediction[];
}

/** How predictions are written in one format. */
export interface PredictionWriter {
  /** The one file, where the format has one. */
  readonly single: string | null;
  /** Whether the format has a number for the class. */
  holds(set: PredictionsToWrite): (prediction: WrittenPrediction) => boolean;
  /** `leftOut`: predictions whose class has no number; `empty`: images without any. */
  losses(set: PredictionsToWrite, counts: PredictionCounts): readonly string[];
  files(set: PredictionsToWrite): Iterable<TextFile>;
}

export interface PredictionCounts {
  readonly leftOut: number;
  readonly empty: number;
}

/** COCO results: a bare list. */
const coco: PredictionWriter = {
  single: "predictions.json",
  holds: () => isKnown,
  losses: (_set, { leftOut }) => leftOutLoss(leftOut, "their class was removed"),
  files: (set) => [{ path: "predictions.json", chunks: () => cocoChunks(set) }],
};

function isKnown({ categorySourceId }: WrittenPrediction): boolean {
  return categorySourceId !== null;
}

function* cocoChunks(set: PredictionsToWrite): Generator<string> {
  let before = "[\n";
  for (const [index, { sourceId }] of set.images.entries()) {
    let text = "";
    for (const prediction of set.predictionsOf(index)) {
      if (!isKnown(prediction)) continue;
      const { categorySourceId, box, score } = prediction;
      text += `${before}{"image_id":${sourceId},"category_id":${categorySourceId},"bbox":[${box.join(",")}],"score":${score}}`;
      before = ",\n";
    }
    yield text;
  }
  yield before === "[\n" ? "[]\n" : "\n]\n";
}

/** VisDrone results: a txt an image. Its toolkit takes the first rows of a file, so their order counts. */
const visDrone: PredictionWriter = {
  single: null,
  holds: ({ categories }) => {
    const { ids } = visDroneIds(categories);
    return ({ categorySourceId }) => categorySourceId !== null && ids.has(categorySourceId);
  },
  losses({ categories }, { leftOut, empty }) {
    const { renamed } = visDroneIds(categories);
    return [
      ...leftOutLoss(leftOut, "VisDrone has no such class"),
      ...renamed.map(({ name, id }) => `Class "${name}" is written as ${id}.`),
      ...(empty > 0
        ? [
            `${counted(empty, "image has", "images have")} no predictions and an empty file, at which VisDrone's own toolkit stops.`,
          ]
        : []),
    ];
  },
  *files(set) {
    const { ids } = visDroneIds(set.categories);
    const stems = fileStems(set.images, "VisDrone", false);
    const rows = (index: number) =>
      set.predictionsOf(index).flatMap(({ categorySourceId, box, score }) => {
        const id = categorySourceId === null ? undefined : ids.get(categorySourceId);
        return id === undefined ? [] : [`${box.join(",")},${score},${id},-1,-1\n`];
      });
    for (const [index, stem] of stems.entries()) {
      yield { path: `${stem}.txt`, chunks: () => rows(index) };
    }
  },
};

function leftOutLoss(count: number, why: string): string[] {
  return count === 0
    ? []
    : [`${counted(count, "prediction is", "predictions are")} left out: ${why}.`];
}

export const predictionWriters: Readonly<Record<PredictionExportFormat, PredictionWriter>> = {
  coco,
  visdrone: visDrone,
};
