import { AppError } from "../../../shared/domain/app-error.ts";

/** Who to name in a message: the file, and the array's name ("" for a file that is one array). */
export interface RecordSource {
  readonly file: string;
  readonly array: string;
}

/** Throws `record/missing-field` for the first of `fields` that the record did not give. */
export function refuseMissing(
  { file, array }: RecordSource,
  index: number,
  present: number,
  fields: readonly { readonly key: string; readonly slot: number }[],
): never {
  const missing = fields.find(({ slot }) => (present & (1 << slot)) === 0);
  throw new AppError(
    "record/missing-field",
    `${file}: ${array}[${index}] has no "${missing?.key ?? "field"}". Add it and try again.`,
  );
}

/** Throws unless `id` is a whole number. */
export function checkId(from: RecordSource, index: number, key: string, id: number): void {
  if (Number.isSafeInteger(id)) return;
  throw new AppError(
    "record/wrong-type",
    `${from.file}: ${from.array}[${index}].${key} is ${id}; expected a whole number. Correct the record and try again.`,
  );
}

/**
 * Throws unless values[at..at+3] is a box whose sizes are 0 or more. Sizes so small or large that the area leaves the
 * range of doubles have no IoU, so they are refused too.
 */
export function checkBox(
  from: RecordSource,
  index: number,
  values: Float64Array,
  at: number,
): void {
  const width = values[at + 2]!;
  const height = values[at + 3]!;
  const area = width * height;
  const isSound =
    width >= 0 &&
    height >= 0 &&
    (area > 0 || width === 0 || height === 0) &&
    area < Infinity &&
    values[at]! + width < Infinity &&
    values[at + 1]! + height < Infinity;
  if (isSound) return;
  const isNegative = width < 0 || height < 0;
  throw new AppError(
    isNegative ? "box/negative-size" : "box/size-out-of-range",
    `${from.file}: ${from.array}[${index}].bbox is [${values.subarray(at, at + 4).join(", ")}]; ` +
      `expected [x, y, width, height] with ${isNegative ? "sizes of 0 or more" : "sizes that a picture can have"}. ` +
      "Correct the record and try again.",
  );
}
