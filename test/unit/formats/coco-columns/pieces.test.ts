import { describe, expect, test } from "vitest";
import { memorySource } from "../../../../main/files/byte-source.ts";
import {
  cutIntoPieces,
  joinBack,
  readFromBack,
  readFromFront,
  type Pieces,
} from "../../../../main/formats/coco-columns/pieces.ts";
import { predictionTable } from "../../../../main/formats/coco-columns/read-predictions.ts";
import type { ByteSource } from "../../../../main/formats/json-reader.ts";

function recordsOf(count: number, extra = ""): string {
  const records = Array.from(
    { length: count },
    (_, i) => `{"image_id":1,"category_id":2,${extra}"bbox":[1,2,3,4],"score":${i}}`,
  );
  return `[${records.join(",")}]`;
}

const source = (text: string): ByteSource => memorySource(Buffer.from(text), "dt.json");

/** As if the other thread had taken `count` pieces before. */
function taken({ starts }: Pieces, count: number): Pieces {
  return { starts, taken: Int32Array.of(count) };
}

describe("a file read from both ends", () => {
  const count = 120_000; // about 7 MB
  const file = source(recordsOf(count));
  const pieces = cutIntoPieces(file, 1);

  test("is cut into pieces of about 2 MB, each at the start of a record", () => {
    expect(pieces.starts.length).toBe(4);
    const text = recordsOf(count);
    for (const start of pieces.starts) expect(text.slice(start, start + 11)).toBe('{"image_id"');
  });

  test.each([0, 1, 2, 3, 4])("with %d pieces read from the back", (atBack) => {
    const n = pieces.starts.length;
    const back = readFromBack(file, taken(pieces, n - atBack));
    expect(back.counts.filter((rows) => rows >= 0)).toHaveLength(atBack);
    const table = predictionTable(file.size);
    const front = readFromFront(file, taken(pieces, atBack), table);
    expect(front.nextPiece).toBe(n - atBack);
    expect(front.ended).toBe(atBack === 0);
    const joined = joinBack(pieces, front, back, table)!;
    expect(joined).toEqual({ offset: file.size, count });
    for (let row = 0; row < count; row++)
      if (table.score[row] !== row || table.boxes[4 * row + 3] !== 4) expect.fail(`row ${row}`);
  });

  test("a cut inside a string is noticed: nothing read behind it is used", () => {
    const text = recordsOf(2, '"note":"},{ this is no record },{",');
    const bogus = text.indexOf("},{ this") + 2;
    const cut: Pieces = { starts: Float64Array.of(1, bogus), taken: Int32Array.of(1) };
    const table = predictionTable(text.length);
    const front = readFromFront(source(text), cut, table);
    const back = { table, counts: Int32Array.of(-1, 1), ends: Float64Array.of(0, text.length) };
    // The front went on to the end of the record that the cut fell into.
    expect(front).toMatchObject({ nextIndex: 1, nextPiece: 1, ended: false });
    expect(front.offset).toBeGreaterThan(bogus);
    expect(joinBack(cut, front, back, table)).toBeNull();
  });

  test("a piece that the back did not finish is not used", () => {
    const table = predictionTable(file.size);
    const front = readFromFront(file, taken(pieces, 2), table);
    const back = readFromBack(file, taken(pieces, 3));
    expect(front.nextPiece).toBe(2);
    expect(joinBack(pieces, front, back, table)).toBeNull();
  });

  test("small files are one piece", () => {
    expect([...cutIntoPieces(source(recordsOf(3)), 1).starts]).toEqual([1]);
  });
});
