import type { LabelFormat, PredictionFormat } from "../../shared/api/imports.ts";
import type { Size } from "./label-records.ts";
import { splitFields } from "./visdrone.ts";

/** Some lines of one txt file and the size of its picture, if known. */
export interface TextSample {
  readonly lines: readonly string[];
  readonly size: Size | null;
}

export type TextGuess = {
  /** Why, where the rows could mean something else; null where there is no doubt. */
  readonly guess: string | null;
} & (
  | {
      readonly role: "labels";
      readonly format: "yolo" | "visdrone";
      readonly alternatives: readonly LabelFormat[];
    }
  | {
      readonly role: "predictions";
      readonly format: PredictionFormat;
      readonly alternatives: readonly PredictionFormat[];
    }
);

interface Row {
  readonly fields: readonly string[];
  readonly numbers: readonly number[];
  readonly size: Size | null;
}

/** What a folder of txt files holds, judged from samples; null where the rows are neither labels nor predictions. */
export function guessTextFormat(samples: readonly TextSample[]): TextGuess | null {
  const rows = samples.flatMap(({ lines, size }) =>
    lines
      .filter((line) => line.trim() !== "")
      .map((line): Row => {
        const fields = splitFields(line);
        return { fields, numbers: fields.map(Number), size };
      }),
  );
  if (rows.length === 0) return null;
  const most = (test: (row: Row) => boolean) => rows.filter(test).length >= rows.length * 0.8;
  const allNumbers = (row: Row) => row.numbers.every(Number.isFinite);
  if (most((row) => allNumbers(row) && isVisDrone(row.numbers))) return guessVisDrone(rows);
  if (most((row) => allNumbers(row) && isYoloLabel(row.numbers))) {
    return { role: "labels", format: "yolo", guess: null, alternatives: ["darknet"] };
  }
  if (most(isTextRow)) return guessLayout(rows.filter(isTextRow), most(allNumbers));
  return null;
}

function isVisDrone(numbers: readonly number[]): boolean {
  const category = numbers[5];
  return (
    numbers.length === 8 &&
    category !== undefined &&
    Number.isInteger(category) &&
    category >= 0 &&
    category <= 11
  );
}

function guessVisDrone(rows: readonly Row[]): TextGuess {
  const results = rows.filter(
    ({ numbers }) => numbers[6] === -1 || (numbers[4] !== 0 && numbers[4] !== 1),
  ).length;
  return results > rows.length / 2
    ? { role: "predictions", format: "visdrone", guess: null, alternatives: [] }
    : { role: "labels", format: "visdrone", guess: null, alternatives: [] };
}

function isYoloLabel(numbers: readonly number[]): boolean {
  const [category = NaN, ...values] = numbers;
  const isBox = values.length === 4;
  const isPolygon = values.length >= 6 && values.length % 2 === 0;
  return (
    (isBox || isPolygon) &&
    Number.isInteger(category) &&
    category >= 0 &&
    values.every((value) => value >= -0.1 && value <= 1.1)
  );
}

function isTextRow({ fields, numbers }: Row): boolean {
  return (
    fields.length >= 6 &&
    numbers.slice(-5).every(Number.isFinite) &&
    (fields.length === 6 || !Number.isFinite(numbers[0]))
  );
}

/** Rows `class score a b c d`, or YOLO's `class cx cy w h score` where all are numbers up to 1. */
function guessLayout(rows: readonly Row[], allNumbers: boolean): TextGuess {
  const last5 = rows.map(({ numbers, size }) => ({ values: numbers.slice(-5), size }));
  if (last5.every(({ values }) => values.every((value) => value >= -0.5 && value <= 1.5))) {
    return guessRelative(last5, allNumbers);
  }
  return guessAbsolute(last5);
}

type Five = readonly { readonly values: readonly number[]; readonly size: Size | null }[];

function guessRelative(rows: Five, allNumbers: boolean): TextGuess {
  const text = {
    role: "predictions",
    format: "text-relative-cxcywh",
    alternatives: ["yolo", "text-xyxy", "text-xywh"],
  } as const;
  if (!allNumbers) return { ...text, alternatives: [], guess: null };
  const fits = (from: number) =>
    rows.filter(({ values }) => {
      const [cx = 0, cy = 0, w = 0, h = 0] = values.slice(from);
      const inside = (centre: number, side: number) =>
        side > 0 && centre - side / 2 >= -0.01 && centre + side / 2 <= 1.01;
      return inside(cx, w) && inside(cy, h);
    }).length;
  const scoreFirst = fits(1);
  const scoreLast = fits(0);
  const share = `${Math.max(scoreFirst, scoreLast)} of ${rows.length} sampled boxes lie inside their picture this way, ${Math.min(scoreFirst, scoreLast)} the other way`;
  return scoreFirst > scoreLast
    ? { ...text, guess: `Score read as the second number: ${share}.` }
    : {
        role: "predictions",
        format: "yolo",
        alternatives: ["text-relative-cxcywh"],
        guess: `Score read as the last number: ${share}.`,
      };
}

function guessAbsolute(rows: Five): TextGuess {
  const asCorners = rows.filter(({ values }) => values[3]! > values[1]! && values[4]! > values[2]!);
  const xywh = {
    role: "predictions",
    format: "text-xywh",
    alternatives: ["text-xyxy"],
  } as const;
  const xyxy = {
    role: "predictions",
    format: "text-xyxy",
    alternatives: ["text-xywh"],
  } as const;
  const notCorners = rows.length - asCorners.length;
  if (notCorners > 0) {
    return {
      ...xywh,
      guess: `Read as x, y, width, height: as corners ${notCorners} of ${rows.length} sampled boxes would end before they begin.`,
    };
  }
  const sized = rows.filter(({ size }) => size !== null);
  const beyond = (test: (values: readonly number[], size: Size) => boolean) =>
    sized.filter(({ values, size }) => test(values, size!)).length;
  const asSizes = beyond(
    ([, x = 0, y = 0, w = 0, h = 0], { width, height }) => x + w > width + 1 || y + h > height + 1,
  );
  const asEnds = beyond(
    ([, , , right = 0, bottom = 0], { width, height }) => right > width + 1 || bottom > height + 1,
  );
  if (sized.length > 0 && asSizes <= asEnds) {
    return {
      ...xywh,
      guess: `Read as x, y, width, height: all ${sized.length} sampled boxes fit their pictures this way. As corners they would, too, so have a look.`,
    };
  }
  return {
    ...xyxy,
    guess:
      sized.length > 0
        ? `Read as corners x1, y1, x2, y2: as sizes ${asSizes} of ${sized.length} sampled boxes would reach out of their picture.`
        : `Read as corners x1, y1, x2, y2: every sampled box ends after it begins. Without the pictures this is not sure.`,
  };
}
