import { isUtf8 } from "node:buffer";
import { AppError } from "../../shared/domain/app-error.ts";
import { type ByteSource, json, JsonReader } from "./json-reader.ts";
import type { ProblemLog } from "./problem-log.ts";
import { reportNotUtf8 } from "./text.ts";

/** Elements are handed over in batches of about this many bytes of text. */
const BATCH_BYTES = 256 << 10;

export type OnBatch = (values: readonly unknown[], firstIndex: number, offset: number) => void;

/** An array of the document: `key` of the top-level object, or "" where the document itself is the array. */
export interface FoundArray {
  readonly key: string;
  /** Place of its `[` in the file. */
  readonly offset: number;
}

/** What a document has at its top. */
export interface JsonOutline {
  readonly arrays: readonly FoundArray[];
  /** Keys whose values are no arrays. */
  readonly otherKeys: readonly string[];
}

/**
 * Walks once over a JSON document that is an object of arrays, or one array. Arrays for which `reader` returns a
 * function are parsed in batches; everything else is passed over. The document is checked to its last byte.
 * Throws `file/truncated`, `file/not-json`, `file/empty`.
 */
export function readJsonDocument(
  source: ByteSource,
  problems: ProblemLog,
  reader: (key: string) => OnBatch | null,
): JsonOutline {
  const cursor = new JsonReader(source);
  const found: Found = { arrays: [], otherKeys: [] };
  const first = cursor.peek();
  if (first === null) throw emptyFile(source);
  if (first === json.openBracket) {
    found.arrays.push({ key: "", offset: cursor.offset });
    readOrSkip(cursor, source, problems, "", reader(""));
  } else if (first === json.openBrace) {
    readObject(cursor, source, problems, reader, found);
  } else {
    cursor.unexpected(first, '"{" or "["');
  }
  const rest = cursor.peek();
  if (rest !== null) cursor.unexpected(rest, "the end of the file");
  return found;
}

interface Found {
  readonly arrays: FoundArray[];
  readonly otherKeys: string[];
}

/** Parses the array whose `[` stands at `array.offset`. */
export function readJsonArray(
  source: ByteSource,
  problems: ProblemLog,
  array: FoundArray,
  onBatch: OnBatch,
): void {
  readElements(new JsonReader(source, array.offset), source, problems, array.key, onBatch);
}

function readObject(
  cursor: JsonReader,
  source: ByteSource,
  problems: ProblemLog,
  reader: (key: string) => OnBatch | null,
  found: Found,
): void {
  cursor.expect(json.openBrace);
  if (cursor.accept(json.closeBrace)) return;
  do {
    cursor.where = "";
    const key = cursor.key();
    cursor.expect(json.colon);
    cursor.where = key;
    if (cursor.peekOrStop() === json.openBracket) {
      found.arrays.push({ key, offset: cursor.offset });
      readOrSkip(cursor, source, problems, key, reader(key));
    } else {
      found.otherKeys.push(key);
      cursor.skipValue();
    }
    cursor.where = "";
  } while (cursor.accept(json.comma));
  cursor.expect(json.closeBrace);
}

function readOrSkip(
  cursor: JsonReader,
  source: ByteSource,
  problems: ProblemLog,
  key: string,
  onBatch: OnBatch | null,
): void {
  cursor.where = key;
  if (onBatch === null) cursor.skipValue();
  else readElements(cursor, source, problems, key, onBatch);
}

function readElements(
  cursor: JsonReader,
  source: ByteSource,
  problems: ProblemLog,
  key: string,
  onBatch: OnBatch,
): void {
  cursor.expect(json.openBracket);
  if (cursor.accept(json.closeBracket)) return;
  let index = 0;
  let ended = false;
  while (!ended) {
    const from = cursor.keep();
    const bounds: number[] = [];
    do {
      cursor.where = `${key}[${index + bounds.length / 2}]`;
      cursor.peekOrStop();
      bounds.push(cursor.offset);
      cursor.skipValue();
      bounds.push(cursor.offset);
      ended = !cursor.accept(json.comma);
    } while (!ended && cursor.offset - from < BATCH_BYTES);
    const batch = { cursor, file: source.name, problems, key, index, bounds };
    onBatch(parseBatch(batch), index, cursor.offset);
    index += bounds.length / 2;
    cursor.release();
  }
  cursor.expect(json.closeBracket);
}

interface Batch {
  readonly cursor: JsonReader;
  readonly file: string;
  readonly problems: ProblemLog;
  readonly key: string;
  /** Of the first element. */
  readonly index: number;
  /** Start and end of each element in the file. */
  readonly bounds: readonly number[];
}

function parseBatch(batch: Batch): readonly unknown[] {
  const { bounds } = batch;
  const text = elementText(batch, bounds[0]!, bounds.at(-1)!, 0);
  try {
    return JSON.parse(`[${text}]`) as unknown[];
  } catch {
    // One of them is not JSON: take them one by one to tell which.
    return Array.from({ length: bounds.length / 2 }, (_, at) => parseElement(batch, at));
  }
}

function parseElement(batch: Batch, at: number): unknown {
  const start = batch.bounds[2 * at]!;
  const text = elementText(batch, start, batch.bounds[2 * at + 1]!, at);
  try {
    return JSON.parse(text);
  } catch (error) {
    const repaired = quoteNonNumbers(text);
    try {
      return JSON.parse(repaired);
    } catch {
      const reason = error instanceof Error ? error.message : String(error);
      throw new AppError(
        "file/not-json",
        `${batch.file}: ${batch.key}[${batch.index + at}] at byte ${start} is not valid JSON (${reason}). Nothing was imported; repair the file and try again.`,
      );
    }
  }
}

function elementText(batch: Batch, from: number, to: number, at: number): string {
  const bytes = batch.cursor.kept(from, to);
  if (isUtf8(bytes)) return bytes.toString("utf8");
  reportNotUtf8(batch.file, `${batch.key}[${batch.index + at}]`, batch.problems);
  return new TextDecoder("windows-1252").decode(bytes);
}

/** Turns the NaN and Infinity that some writers leave into strings, so that the field is refused and not the file. */
export function quoteNonNumbers(text: string): string {
  return text.replace(/"(?:[^"\\]|\\.)*"|[-+]?\b(?:NaN|nan|Infinity|inf|Inf)\b/g, (token) =>
    token.startsWith('"') ? token : `"${token}"`,
  );
}

function emptyFile(source: ByteSource): AppError {
  return new AppError(
    "file/empty",
    `${source.name} is empty (${source.size} bytes). Choose another file or write it again.`,
  );
}
