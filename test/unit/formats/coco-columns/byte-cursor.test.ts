import { describe, expect, test } from "vitest";
import { ByteCursor } from "../../../../main/formats/coco-columns/byte-cursor.ts";
import { seeded } from "../../evaluation/hostile-set.ts";

function cursorOver(text: string): ByteCursor {
  return new ByteCursor(Buffer.from(`${text}\0`));
}

/** The number at the start of `text`, and how much of it was taken. */
function read(text: string): [value: number, taken: number] {
  const cursor = cursorOver(text);
  const value = cursor.number();
  return [value, cursor.at];
}

describe("numbers", () => {
  test.each([
    ["0", 0],
    ["7", 7],
    ["-12", -12],
    ["12.5", 12.5],
    ["-0.0", -0],
    ["-0", 0], // a whole number has no negative zero
    ["0.1", 0.1],
    ["1e3", 1000],
    ["1.5E-3", 0.0015],
    ["2e+2", 200],
    ["0.30000000000000004", 0.30000000000000004],
    ["9007199254740993", 9007199254740992],
    ["123456789012345678901234567890", 1.2345678901234568e29],
    ["0.00000000000000000000001", 1e-23],
    ["5e-324", 5e-324],
    ["1e999", Infinity],
  ])("%s", (text, value) => {
    expect(read(text)).toEqual([value, text.length]);
  });

  test.each([
    "",
    "-",
    "+1",
    ".5",
    "01",
    "-01",
    "1.",
    "1.e3",
    "1e",
    "1e+",
    "x",
    "NaN",
    "Infinity",
    "-Infinity",
  ])("%s is none", (text) => {
    expect(read(text)[0]).toBeNaN();
  });

  test("end where something else begins", () => {
    expect(read("12,3")).toEqual([12, 2]);
    expect(read("1.25]")).toEqual([1.25, 4]);
    expect(read("3 ")).toEqual([3, 1]);
  });

  test("100,000 random ones of every shape are what Number gives, bit for bit", () => {
    const random = seeded(3);
    const digits = (count: number) =>
      Array.from({ length: count }, () => Math.floor(random() * 10)).join("");
    const whole = () => String(Number(digits(1 + Math.floor(random() * 15))));
    const shapes = [
      () => String(random()),
      () => String((random() - 0.5) * 10 ** Math.floor(random() * 40 - 20)),
      () => whole(),
      () => `${whole()}.${digits(1 + Math.floor(random() * 24))}`,
      () => `-0.${digits(1 + Math.floor(random() * 20))}`,
      () => (random() * 2000).toFixed(Math.floor(random() * 8)),
      () => String(Math.fround(random() * 1000)),
      () => `${1 + Math.floor(random() * 9)}${digits(16)}.${digits(3)}`,
      () => `${Math.floor(random() * 100)}.${digits(14 + Math.floor(random() * 8))}`,
      // Halfway between two doubles, and a hair beside it.
      () => `${2 ** 53 + 2 * Math.floor(random() * 2 ** 20)}`.replace(/.$/, "3"),
      () => `${BigInt(2 ** 54) + 2n * BigInt(Math.floor(random() * 2 ** 30))}`,
      () => `${2 ** 20 + Math.floor(random() * 2 ** 20)}.0000000001164153`,
    ];
    for (let i = 0; i < 100_000; i++) {
      const text = shapes[i % shapes.length]!();
      const [value, taken] = read(text);
      if (!Object.is(value, Number(text)) || taken !== text.length)
        expect.fail(`${text} was read as ${value}, ${taken} characters`);
    }
  });
});

describe("skipping values", () => {
  test.each([
    ['"a"', 3],
    ['"a\\"b"', 6],
    ['"\\\\"', 4],
    ["[]", 2],
    ['{"a":[1,{"b":"]}"}]}', 20],
    ["  [1]", 5],
    ["true", 4],
    ["-1.5e+3", 7],
  ])("%s", (text, end) => {
    const cursor = cursorOver(`${text},9`);
    expect(cursor.skipValue()).toBe(true);
    expect(cursor.at).toBe(end);
  });

  test.each(['"a', '"a\\', "[1", '{"a":"', "", ","])("%s has no end", (text) => {
    expect(cursorOver(text).skipValue()).toBe(false);
  });
});

test("white space is passed over, and only that", () => {
  const cursor = cursorOver(" \t\r\n:x");
  expect(cursor.take(0x3a)).toBe(true);
  expect(cursor.take(0x3a)).toBe(false);
  expect(cursor.takeBytes(Buffer.from("xy"))).toBe(false);
  expect(cursor.takeBytes(Buffer.from("x"))).toBe(true);
  expect(cursor.at).toBe(6);
});
