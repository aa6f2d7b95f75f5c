import { checkBox, checkId, refuseMissing, type RecordSource } from "./check-record.ts";
import type { Field } from "./record-scanner.ts";
import type { RecordReader } from "./scan-array.ts";

/** Room for predictions as a file has them, in file order, their ids not yet looked up. Shared between threads. */
export interface PredictionTable {
  /** [capacity] ids as in the file. */
  readonly imageId: Float64Array;
  readonly categoryId: Float64Array;
  /** [capacity,4] xywh pixels. */
  readonly boxes: Float64Array;
  readonly score: Float64Array;
}

const IMAGE_ID = 0;
const CATEGORY_ID = 1;
const BOX = 2;
const SCORE = 6;
const SLOT_COUNT = 7;
/** Of a row: the slots and one place more. */
const WIDTH = SLOT_COUNT + 1;

const fields: readonly Field[] = [
  { key: "image_id", kind: "number", slot: IMAGE_ID },
  { key: "category_id", kind: "number", slot: CATEGORY_ID },
  { key: "bbox", kind: "box", slot: BOX },
  { key: "score", kind: "number", slot: SCORE },
];
const REQUIRED = (1 << IMAGE_ID) | (1 << CATEGORY_ID) | (1 << BOX) | (1 << SCORE);

const SHORTEST = '{"image_id":1,"category_id":1,"bbox":[1,1,1,1],"score":1},'.length;

/** A table that holds whatever `bytes` of JSON can hold. Memory that is not written to costs nothing. */
export function predictionTable(bytes: number): PredictionTable {
  const capacity = Math.floor(bytes / SHORTEST) + 2;
  return {
    imageId: sharedFloats(capacity),
    categoryId: sharedFloats(capacity),
    boxes: sharedFloats(4 * capacity),
    score: sharedFloats(capacity),
  };
}

/**
 * Reads COCO results records into the rows of `table` that have their numbers. Throws `record/...` or `box/...` for a
 * record that cannot be evaluated.
 */
export function predictionReader(table: PredictionTable, file: string): RecordReader {
  const from: RecordSource = { file, array: "" };
  const { imageId, categoryId, boxes, score } = table;
  return {
    name: from.array,
    fields,
    slotCount: SLOT_COUNT,
    store(rows, count, present, first) {
      if ((present & REQUIRED) !== REQUIRED) refuseMissing(from, first, present, fields);
      for (let i = 0, at = 0; i < count; i++, at += WIDTH) {
        const row = first + i;
        checkId(from, row, "image_id", rows[at + IMAGE_ID]!);
        checkId(from, row, "category_id", rows[at + CATEGORY_ID]!);
        checkBox(from, row, rows, at + BOX);
        imageId[row] = rows[at + IMAGE_ID]!;
        categoryId[row] = rows[at + CATEGORY_ID]!;
        score[row] = rows[at + SCORE]!;
        for (let side = 0; side < 4; side++) boxes[4 * row + side] = rows[at + BOX + side]!;
      }
    },
  };
}

/** Copies `count` rows of `from`, beginning at `firstRow`, to the rows of `to` from `at` on. */
export function copyPredictions(
  from: PredictionTable,
  firstRow: number,
  count: number,
  to: PredictionTable,
  at: number,
): void {
  const end = firstRow + count;
  to.imageId.set(from.imageId.subarray(firstRow, end), at);
  to.categoryId.set(from.categoryId.subarray(firstRow, end), at);
  to.boxes.set(from.boxes.subarray(4 * firstRow, 4 * end), 4 * at);
  to.score.set(from.score.subarray(firstRow, end), at);
}

/** Zeros that threads can share. */
export function sharedFloats(length: number): Float64Array {
  return new Float64Array(new SharedArrayBuffer(8 * length));
}
