import fc from "fast-check";
import { expect, test } from "vitest";
import { readJsonDocument } from "../../../main/formats/json-arrays.ts";
import { ProblemLog } from "../../../main/formats/problem-log.ts";

/** Hands out `step` bytes at a time. */
function inSteps(text: string, step: number) {
  const bytes = Buffer.from(text);
  return {
    name: "file.json",
    size: bytes.length,
    read(target: Uint8Array, offset: number, position: number) {
      const part = bytes.subarray(position, position + step);
      target.set(part, offset);
      return part.length;
    },
  };
}

test("whatever the values, the layout and the size of the reads, elements are those of JSON.parse", () => {
  fc.assert(
    fc.property(
      fc.array(fc.jsonValue({ maxDepth: 4 })),
      fc.jsonValue({ maxDepth: 3 }),
      fc.integer({ min: 1, max: 40 }),
      fc.constantFrom(0, 1, "\t"),
      (items, other, step, indent) => {
        const text = JSON.stringify({ other, items, "it\\ems": [1] }, null, indent);
        const values: unknown[] = [];
        readJsonDocument(inSteps(text, step), new ProblemLog(), (key) =>
          key === "items" ? (batch) => values.push(...batch) : null,
        );
        expect(values).toEqual((JSON.parse(text) as { items: unknown }).items);
      },
    ),
    { numRuns: 200 },
  );
});

test("a document cut off anywhere is refused, never read in part", () => {
  const whole = JSON.stringify({ info: { v: 1 }, items: [{ a: [1, 'x\\"y'] }, true, -1.5e3] });
  for (let length = 1; length < whole.length; length += 1) {
    const source = inSteps(whole.slice(0, length), 3);
    expect(() => readJsonDocument(source, new ProblemLog(), () => null)).toThrow(
      /ends in the middle/,
    );
  }
});
