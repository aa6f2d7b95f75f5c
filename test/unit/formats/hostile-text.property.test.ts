import fc from "fast-check";
import { expect, test } from "vitest";
import { parseCvat } from "../../../main/formats/cvat.ts";
import { parseLabelMe } from "../../../main/formats/labelme.ts";
import { ProblemLog } from "../../../main/formats/problem-log.ts";
import { decodeText } from "../../../main/formats/text.ts";
import { parseTextRows } from "../../../main/formats/text-rows.ts";
import { guessTextFormat } from "../../../main/formats/text-guess.ts";
import { parseVisDrone } from "../../../main/formats/visdrone.ts";
import { parseVoc } from "../../../main/formats/voc.ts";
import {
  parseDarknetData,
  parseNames,
  parseYolo,
  parseYoloData,
} from "../../../main/formats/yolo.ts";

/** Lines that look like rows, with slips in them. */
const field = fc.oneof(
  fc.integer({ min: -5, max: 300 }).map(String),
  fc.double({ min: -2, max: 2, noNaN: true }).map(String),
  fc.constantFrom(
    "NaN",
    "Infinity",
    "-inf",
    "car",
    "traffic light",
    "0x10",
    "1e400",
    "",
    "__proto__",
    "٣",
  ),
);
const separator = fc.constantFrom(" ", ",", ", ", "\t", ",,");
const line = fc
  .tuple(fc.array(field, { maxLength: 11 }), separator)
  .map(([fields, by]) => fields.join(by));
const text = fc.array(line, { maxLength: 12 }).map((lines) => lines.join("\n"));

const filled = (of: string) => of.split("\n").filter((one) => one.trim() !== "").length;

test.each([
  ["VisDrone", parseVisDrone],
  ["YOLO", parseYolo],
  ["text", parseTextRows],
] as const)(
  "every filled line of a %s file is a row of finite numbers or a problem",
  (_, parse) => {
    fc.assert(
      fc.property(text, (content) => {
        const problems = new ProblemLog();
        const rows = parse(content, "a.txt", problems);
        expect(rows.length + problems.total).toBe(filled(content));
        const numbers = rows
          .flatMap((row) => Object.values(row).flat())
          .filter((value) => typeof value === "number");
        expect(numbers.every(Number.isFinite)).toBe(true);
      }),
      { numRuns: 300 },
    );
  },
);

test("no text makes the other readers fail", () => {
  fc.assert(
    fc.property(fc.oneof(text, fc.string({ unit: "binary" })), (content) => {
      const problems = new ProblemLog();
      parseVoc(content, "a.xml", problems);
      parseVoc(`<annotation>${content}</annotation>`, "a.xml", problems);
      parseYoloData(content, "a.yaml", problems);
      parseYoloData(`names: ${content}`, "a.yaml", problems);
      parseDarknetData(content);
      parseNames(content);
      guessTextFormat([{ lines: content.split("\n"), size: null }]);
    }),
    { numRuns: 100 },
  );
});

test("no bytes make decoding fail", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      expect(decodeText(bytes, "a.txt", new ProblemLog())).not.toContain("\r");
    }),
  );
});

test("XML that is nested without end, or names prototypes, is refused", () => {
  for (const inside of [
    "<a>".repeat(5000) + "</a>".repeat(5000),
    "<__proto__><x>1</x></__proto__>",
  ]) {
    const problems = new ProblemLog();
    const voc = parseVoc(`<annotation>${inside}</annotation>`, "a.xml", problems);
    expect(voc?.objects ?? []).toEqual([]);
    expect(({} as { x?: unknown }).x).toBeUndefined();
  }
});

test("YAML whose aliases grow without end is refused", () => {
  const bomb = ["a: &a [x, x, x, x]"]
    .concat(
      "bcdefgh"
        .split("")
        .map((key, at) => `${key}: &${key} [${Array(9).fill(`*${"abcdefgh"[at]}`).join(", ")}]`),
    )
    .concat("names: *h")
    .join("\n");
  const problems = new ProblemLog();
  expect(parseYoloData(bomb, "data.yaml", problems)).toBeNull();
  expect(problems.list()).toMatchObject([{ code: "yolo/bad-yaml", action: "refused" }]);
});

/** Shapes of LabelMe and CVAT with slips in them. */
const oddValue = fc.oneof(
  fc.constantFrom<unknown>(null, "", "cat", "__proto__", NaN, -1, [], {}, [[1, 2]], true, "1,2;3"),
  fc.double(),
  fc.array(fc.tuple(fc.double(), fc.double()), { maxLength: 4 }),
);

test("every shape of a LabelMe file is an object of finite numbers or a problem", () => {
  const oddShape = fc.oneof(
    oddValue,
    fc.record(
      {
        label: fc.oneof(fc.constant("cat"), oddValue),
        points: oddValue,
        shape_type: fc.constantFrom<unknown>("rectangle", "polygon", "circle", 7),
        flags: oddValue,
        attributes: oddValue,
      },
      { requiredKeys: [] },
    ),
  );
  fc.assert(
    fc.property(fc.array(oddShape, { maxLength: 6 }), (shapes) => {
      const problems = new ProblemLog();
      const read = parseLabelMe(JSON.stringify({ shapes }), "a.json", problems);
      expect(read!.shapes.length + problems.total).toBe(shapes.length);
      for (const { box, area } of read!.shapes)
        expect([...box, area].every(Number.isFinite)).toBe(true);
    }),
    { numRuns: 300 },
  );
});

test("every shape of a CVAT file is an object of finite numbers or a problem", () => {
  const word = fc.oneof(
    fc.constantFrom("", "1", "2.5", "1e400", "NaN", "cat", "&lt;", "1,2;3,4;5,6", "__proto__"),
    fc.integer().map(String),
  );
  const names = ["label", "xtl", "ytl", "xbr", "ybr", "points", "rotation", "group_id"];
  const tag = fc
    .tuple(fc.constantFrom("box", "polygon", "points", "tag"), fc.tuple(...names.map(() => word)))
    .map(([kind, values]) => {
      const attributes = names.map((name, at) => `${name}="${values[at]!}"`).join(" ");
      return `<${kind} ${attributes}/>`;
    });
  fc.assert(
    fc.property(fc.array(tag, { maxLength: 6 }), (tags) => {
      const problems = new ProblemLog();
      const text = `<annotations><image id="1" name="a.jpg">${tags.join("\n")}</image></annotations>`;
      const [image] = parseCvat(text, "a.xml", problems).images;
      const told = problems.list().filter(({ action }) => action === "skipped").length;
      // Polygons of one label and group are one object.
      expect(image!.shapes.length + told).toBeLessThanOrEqual(tags.length);
      expect(image!.shapes.length === 0 && told === 0).toBe(tags.length === 0);
      for (const { box, area } of image!.shapes)
        expect([...box, area].every(Number.isFinite)).toBe(true);
    }),
    { numRuns: 300 },
  );
});
