import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { memorySource } from "../../../../main/files/byte-source.ts";
import { readPredictionsFile } from "../../../../main/formats/coco-columns/read-files.ts";
import { readTruthFile } from "../../../../main/formats/coco-columns/read-truth.ts";

interface Row {
  readonly image: number;
  readonly category: number;
  readonly box: readonly number[];
  readonly score: number;
}

function predictionsOf(text: string): Row[] {
  const { table, count } = readPredictionsFile(memorySource(Buffer.from(text), "a.json"));
  return Array.from({ length: count }, (_, p) => ({
    image: table.imageId[p]!,
    category: table.categoryId[p]!,
    box: Array.from(table.boxes.subarray(4 * p, 4 * p + 4), (side) => side + 0),
    score: table.score[p]! + 0,
  }));
}

/** As JSON.parse reads it, without the sign of zeros, which means nothing here. */
function expectedOf(text: string): Row[] {
  const records = JSON.parse(text) as {
    image_id: number;
    category_id: number;
    bbox: number[];
    score: number;
  }[];
  return records.map(({ image_id, category_id, bbox, score }) => ({
    image: image_id,
    category: category_id,
    box: bbox.map((side) => side + 0),
    score: score + 0,
  }));
}

const digits = (most: number) =>
  fc.stringMatching(new RegExp(`^[0-9]{1,${most}}$`), { maxLength: most });
/** Of every form that JSON knows, short and long. */
const size = fc
  .tuple(
    fc.oneof(fc.constant("0"), fc.stringMatching(/^[1-9][0-9]{0,12}$/, { maxLength: 13 })),
    fc.option(digits(20), { nil: null }),
    fc.option(fc.constantFrom("e0", "E1", "e-2", "e+2"), { nil: null, freq: 8 }),
  )
  .map(
    ([whole, decimals, exponent]) => whole + (decimals ? `.${decimals}` : "") + (exponent ?? ""),
  );
const coordinate = fc.tuple(fc.constantFrom("", "", "-"), size).map(([sign, text]) => sign + text);
const id = fc.integer({ min: 0, max: 3e9 }).map(String);
/** Records of one shape follow each other, then comes another shape. */
const shapes = [
  (i: string, k: string, b: string, s: string) =>
    `{"image_id":${i},"category_id":${k},"bbox":[${b}],"score":${s}}`,
  (i: string, k: string, b: string, s: string) =>
    `{"id": ${k}, "image_id": ${i}, "category_id": ${k}, "bbox": [${b}], "score": ${s}, "of": "}, {" }`,
  (i: string, k: string, b: string, s: string) =>
    `{"score":${s},"area":${s},"segmentation":[],"bbox":[${b}],"category_id":${k},"image_id":${i}}`,
  (i: string, k: string, b: string, s: string) =>
    `{"image_id":${i},"category_id":${k},"bbox":[${b}],"score":9,"score":${s},"t\\u0061g":[${s},{}]}`,
] as const;
const runs = fc.array(
  fc.record({
    shape: fc.constantFrom(...shapes),
    gap: fc.constantFrom(",", ", ", " ,\n  "),
    records: fc.array(fc.tuple(id, id, fc.tuple(coordinate, coordinate, size, size), coordinate), {
      minLength: 1,
      maxLength: 12,
    }),
  }),
  { minLength: 1, maxLength: 5 },
);

describe("records that are alike but for their numbers", () => {
  test("are read as JSON.parse reads them, whatever follows what", () => {
    fc.assert(
      fc.property(runs, (all) => {
        const text = all
          .map(({ shape, gap, records }) =>
            records.map(([i, k, box, s]) => shape(i, k, box.join(","), s)).join(gap),
          )
          .join(",");
        expect(predictionsOf(`[${text}]`)).toEqual(expectedOf(`[${text}]`));
      }),
      { numRuns: 200 },
    );
  });

  test("are read to the last of a file that is far longer than what is in memory at once", () => {
    // Each third run of 1,000 has a shape of its own.
    const text = Array.from({ length: 40_000 }, (_, n) => {
      const shape = shapes[Math.floor(n / 1000) % 3]!;
      return shape(String(n), String(n % 7), `${n / 8},-${n},${n % 100}.5,3`, String(n / 7));
    }).join(",");
    expect(text.length).toBeGreaterThan(3 << 20);
    expect(predictionsOf(`[${text}]`)).toEqual(expectedOf(`[${text}]`));
  });

  test("go on being read where every second one differs", () => {
    const text = Array.from({ length: 200 }, (_, n) =>
      shapes[n % 3]!(String(n), "5", "1,2,3,4", `0.${n + 1}`),
    ).join(",");
    expect(predictionsOf(`[${text}]`)).toEqual(expectedOf(`[${text}]`));
  });

  const alike = Array.from({ length: 40 }, (_, n) => shapes[0](String(n), "5", "1,2,3,4", "0.5"));
  test.each([
    ["0.2.5", "a.json: [33] at byte"],
    ["05", "a.json: [33] at byte"],
    ["5.", "a.json: [33] at byte"],
    ["1e", "a.json: [33] at byte"],
    ["-", "a.json: [33] at byte"],
    ["1e999", "a.json: [33].score is null; expected a finite number"],
    ["NaN", 'a.json: [33].score is "NaN"; expected a finite number'],
    ['"0.5"', 'a.json: [33].score is "0.5"; expected a finite number'],
  ])("one among them with the score %s is named", (score, message) => {
    const text = alike.with(33, shapes[0]("33", "5", "1,2,3,4", score)).join(",");
    expect(() => predictionsOf(`[${text}]`)).toThrow(message);
  });

  test("the first that cannot be evaluated is named, though one after it is not even JSON", () => {
    const bad = alike
      .with(35, shapes[0]("35", "5", "1,2,-3,4", "0.5"))
      .with(36, shapes[0]("36", "5", "1,2,3,4", "0.2.5"));
    expect(() => predictionsOf(`[${bad.join(",")}]`)).toThrow("a.json: [35].bbox is [1, 2, -3, 4]");
  });

  test("without a field they need are refused with the number of the first", () => {
    const lacking = alike.map((text, n) =>
      n < 20 ? text : text.replace('"score":0.5', '"s":0.5'),
    );
    expect(() => predictionsOf(`[${lacking.join(",")}]`)).toThrow('a.json: [20] has no "score"');
  });

  test("a comma that is missing between them is told", () => {
    const text = alike.slice(0, 12).join(",");
    expect(() => predictionsOf(`[${text} ${text}]`)).toThrow('([11]) has "{", expected "," or "]"');
  });

  test("a file cut anywhere among them is refused", () => {
    const text = `[${alike.slice(0, 5).join(",")}]`;
    for (let end = 1; end < text.length; end++)
      expect(() => predictionsOf(text.slice(0, end)), String(end)).toThrow("a.json ends in the");
  });
});

describe("annotations that are alike", () => {
  const annotation = (n: number, crowd: string, more = "") =>
    `{"id":${n},"image_id":1,"category_id":2,"bbox":[${n},2,3,4],"area":${n}.5,"iscrowd":${crowd}${more}}`;
  const fileOf = (annotations: readonly string[]) =>
    memorySource(
      Buffer.from(
        `{"images":[{"id":1,"width":10,"height":20}],"categories":[{"id":2,"name":"a"}],"annotations":[${annotations.join(",")}]}`,
      ),
      "gt.json",
    );

  test("have flags of every kind", () => {
    const flags = ["0", "1", "0", "0", "true", "false", "null", "1", "1.0", "0", "true", "0"];
    const file = readTruthFile(fileOf(flags.map((flag, n) => annotation(n, flag))));
    expect([...file.annotations.crowd.subarray(0, 12)]).toEqual([
      ...[0, 1, 0, 0, 1, 0, 0, 1, 1, 0, 1, 0],
    ]);
    expect([...file.annotations.area.subarray(0, 3)]).toEqual([0.5, 1.5, 2.5]);
    expect(file.withoutCrowd).toBe(1);
  });

  test("a flag of 2 among them is named", () => {
    const flags = Array.from({ length: 20 }, (_, n) => annotation(n, n === 17 ? "2" : "0"));
    expect(() => readTruthFile(fileOf(flags))).toThrow(
      "gt.json: annotations[17].iscrowd is 2; expected 0 or 1",
    );
  });

  test("masks are seen where only some have them", () => {
    const without = Array.from({ length: 9 }, (_, n) => annotation(n, "0", ',"segmentation":[]'));
    expect(readTruthFile(fileOf(without)).hasMasks).toBe(false);
    const withMask = [...without, annotation(9, "0", ',"segmentation":[[1,2,3]]'), ...without];
    expect(readTruthFile(fileOf(withMask)).hasMasks).toBe(true);
  });
});
