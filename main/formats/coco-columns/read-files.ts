import { AppError } from "../../../shared/domain/app-error.ts";
import { json, JsonReader, type ByteSource } from "../json-reader.ts";
import { predictionReader, predictionTable, type PredictionTable } from "./read-predictions.ts";
import { scanRecords } from "./scan-array.ts";

/** Reads a COCO results file: a list of `image_id`, `category_id`, `bbox`, `score`. */
export function readPredictionsFile(source: ByteSource): { table: PredictionTable; count: number } {
  const from = openPredictions(source);
  const table = predictionTable(source.size);
  const end = scanRecords(source, from, Infinity, predictionReader(table, source.name));
  closePredictions(source, end.offset);
  return { table, count: end.nextIndex };
}

/** Returns the place of the first record. Throws unless the file is a list. */
export function openPredictions(source: ByteSource): number {
  const reader = new JsonReader(source);
  const first = reader.peek();
  if (first === null)
    throw new AppError(
      "file/empty",
      `${source.name} is empty (${source.size} bytes). Choose another file or write it again.`,
    );
  if (first === json.openBrace)
    throw new AppError(
      "file/not-results",
      `${source.name} is an object, but predictions are a list of records with image_id, category_id, bbox and score. ` +
        "Is it the ground truth?",
    );
  reader.expect(json.openBracket);
  return reader.offset;
}

/** Throws unless nothing stands after the list, which ended at `offset`. */
export function closePredictions(source: ByteSource, offset: number): void {
  const reader = new JsonReader(source, offset);
  const rest = reader.peek();
  if (rest !== null) reader.unexpected(rest, "the end of the file");
}
