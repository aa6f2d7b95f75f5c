import { expect, test } from "vitest";
import { memorySource } from "../../../main/files/byte-source.ts";
import { readJsonArray, readJsonDocument } from "../../../main/formats/json-arrays.ts";
import { ProblemLog } from "../../../main/formats/problem-log.ts";

const bytesOf = (text: string) => memorySource(Buffer.from(text), "file.json");

function readAll(text: string | Uint8Array, key = "items") {
  const source = typeof text === "string" ? bytesOf(text) : memorySource(text, "file.json");
  const problems = new ProblemLog();
  const values: unknown[] = [];
  const found = readJsonDocument(source, problems, (met) =>
    met === key ? (batch) => values.push(...batch) : null,
  );
  return { values, ...found, problems: problems.list() };
}

/** Hands out one byte at a time, so that every token straddles a read. */
function byteByByte(text: string) {
  const bytes = Buffer.from(text);
  return {
    name: "file.json",
    size: bytes.length,
    read(target: Uint8Array, offset: number, position: number) {
      if (position >= bytes.length) return 0;
      target[offset] = bytes[position]!;
      return 1;
    },
  };
}

test("elements of the asked-for array come in order, others are passed over", () => {
  const text =
    '{"info":{"a":[1,{"items":[9]}]},"items":[{"n":1},{"n":"]}"},3],"x":true,"more":[[]]}';
  const { values, arrays, otherKeys } = readAll(text);
  expect(values).toEqual([{ n: 1 }, { n: "]}" }, 3]);
  expect(arrays.map(({ key }) => key)).toEqual(["items", "more"]);
  expect(otherKeys).toEqual(["info", "x"]);
});

test("a bare list goes under the empty key", () => {
  expect(readAll('[1,"two",null]', "").values).toEqual([1, "two", null]);
});

test("escaped quotes and backslashes do not end a string, wherever the reads fall", () => {
  const strings = ['a"b', "c\\", '\\\\"', "é😀", "\n", "]"];
  const text = JSON.stringify({ items: strings, 'k\\"': [1] });
  const values: unknown[] = [];
  readJsonDocument(byteByByte(text), new ProblemLog(), (key) =>
    key === "items" ? (batch) => values.push(...batch) : null,
  );
  expect(values).toEqual(strings);
});

test("an array found in a first walk is read again from its place", () => {
  const source = bytesOf('{"items":[4,5,6],"last":[{"z":1}]}');
  const { arrays } = readJsonDocument(source, new ProblemLog(), () => null);
  const values: unknown[] = [];
  readJsonArray(source, new ProblemLog(), arrays[1]!, (batch, first) =>
    values.push([first, ...batch]),
  );
  expect(values).toEqual([[0, { z: 1 }]]);
});

test("many elements arrive in batches that count on", () => {
  const many = Array.from({ length: 60_000 }, (_, n) => ({ n, pad: "x".repeat(20) }));
  const firsts: number[] = [];
  let count = 0;
  readJsonDocument(
    bytesOf(JSON.stringify({ items: many })),
    new ProblemLog(),
    () => (batch, first) => {
      firsts.push(first);
      expect(batch[0]).toMatchObject({ n: first });
      count += batch.length;
    },
  );
  expect(count).toBe(60_000);
  expect(firsts.length).toBeGreaterThan(3);
});

test("an element larger than the window is read whole", () => {
  const long = "y".repeat(9 << 20);
  expect(readAll(JSON.stringify({ items: [1, long, 2] })).values).toEqual([1, long, 2]);
});

test.each([
  ['{"items":[{"n":1},{"n":2', /file\.json ends in the middle of items\[1\] at byte 24/],
  ['{"items":[1,2]', /ends in the middle/],
  ['{"items":[1,"abc', /items\[1\]/],
])("a file that is cut off is refused: %s", (text, message) => {
  expect(() => readAll(text)).toThrow(message);
});

test.each([
  ['{"items":[1,2]} x', /expected the end of the file/],
  ['{"items":[1,]}', /items\[1\].*expected a value/],
  ['{"items":[1 2]}', /expected "\]"|"2"/],
  ["<html>", /expected "\{" or "\["/],
  ['{"items":[{"a" 1}]}', /items\[0\] at byte 10 is not valid JSON/],
  ["", /is empty/],
  [`{"items":${"[".repeat(300)}`, /more than 200 levels/],
])("text that is not JSON is refused: %s", (text, message) => {
  expect(() => readAll(text)).toThrow(message);
});

test("NaN and Infinity become text, so that only their record is refused", () => {
  const { values } = readAll('{"items":[{"a":NaN,"b":"NaN or Infinity"},{"a":-Infinity},{"a":5}]}');
  expect(values).toEqual([{ a: "NaN", b: "NaN or Infinity" }, { a: "-Infinity" }, { a: 5 }]);
});

test("a byte order mark is passed over", () => {
  expect(readAll('\uFEFF{"items":[7]}').values).toEqual([7]);
});

test("letters that are not UTF-8 are read as Windows-1252 and reported", () => {
  const { values, problems } = readAll(Buffer.from('{"items":["caf\xe9.jpg"]}', "latin1"));
  expect(values).toEqual(["café.jpg"]);
  expect(problems).toMatchObject([
    { code: "file/not-utf-8", action: "repaired", record: "items[0]" },
  ]);
});

test("a prototype key is a key like any other", () => {
  const { values } = readAll('{"__proto__":[1],"items":[{"__proto__":{"bbox":[1,2,3,4]}}]}');
  expect((values[0] as { bbox?: unknown }).bbox).toBeUndefined();
  expect(({} as { bbox?: unknown }).bbox).toBeUndefined();
});
