import { describe, expect, test } from "vitest";
import type { XywhPixels } from "../../../../shared/domain/records.ts";
import { dropInRegions } from "../../../../shared/evaluation/visdrone/regions.ts";
import { smallSet } from "../failures/small-set.ts";

/** The mask and the integral image as the toolkit makes them, on a small picture. */
function dropsByMask(
  regions: readonly XywhPixels[],
  box: XywhPixels,
  [width, height]: readonly [number, number],
): boolean {
  const mask = new Set<string>();
  for (const region of regions) {
    const [x, y, w, h] = region.map((value) => Math.max(1, value)) as [
      number,
      number,
      number,
      number,
    ];
    for (let row = y; row <= Math.min(height, y + h); row++)
      for (let column = x; column <= Math.min(width, x + w); column++) mask.add(`${column} ${row}`);
  }
  const [left, top, w, h] = box.map((value) => Math.max(1, Math.round(value))) as [
    number,
    number,
    number,
    number,
  ];
  const x = Math.min(width, left);
  const y = Math.min(height, top);
  let covered = 0;
  for (let row = y + 1; row <= Math.min(height, y + h); row++)
    for (let column = x + 1; column <= Math.min(width, x + w); column++)
      if (mask.has(`${column} ${row}`)) covered++;
  return covered / (w * h) >= 0.5;
}

const drops = (regions: readonly XywhPixels[], box: XywhPixels, size?: readonly [number, number]) =>
  dropInRegions(
    smallSet({
      truth: [{ box }],
      predictions: [{ box, score: 0.4 }],
      regions: regions.map((region) => ({ box: region })),
      ...(size === undefined ? {} : { sizes: [size] }),
    }),
  );

describe("objects in ignored regions", () => {
  test("a share of one half is dropped, of ground truth and predictions alike", () => {
    // The box covers pixels 11..20; the region covers 16..40: 5 columns of 10.
    const { truth, predictions } = drops([[16, 1, 24, 60]], [10, 10, 10, 8]);
    expect([...truth, ...predictions]).toEqual([1, 1]);
  });

  test("less than half is kept", () => {
    const { truth, predictions } = drops([[17, 1, 24, 60]], [10, 10, 10, 8]);
    expect([...truth, ...predictions]).toEqual([0, 0]);
  });

  test("a region holds the pixels of both its ends", () => {
    // Columns 5..15 are ignored; the box covers 11..20, of which 11..15.
    expect(drops([[5, 1, 10, 60]], [10, 10, 10, 8]).truth[0]).toBe(1);
    // One column less: 11..14.
    expect(drops([[5, 1, 9, 60]], [10, 10, 10, 8]).truth[0]).toBe(0);
  });

  test("boxes are rounded half away from zero before they are counted", () => {
    // 9.5 becomes 10, so the box covers 11..20 and not 10..19.
    expect(drops([[5, 1, 9, 60]], [9.5, 10, 10, 8]).truth[0]).toBe(0);
    expect(drops([[5, 1, 9, 60]], [9.49, 10, 10, 8]).truth[0]).toBe(1);
  });

  test("numbers below 1 are raised to 1", () => {
    // The box 0,0 3.4 x 0 becomes 1,1 3 x 1: pixels 2..4 of row 2. The region -5,-5 8 x 6 covers 1..9, 1..7.
    expect(drops([[-5, -5, 8, 6]], [0, 0, 3.4, 0]).truth[0]).toBe(1);
  });

  test("overlapping regions count a pixel once", () => {
    // Columns 11..14 of 10 are covered, twice.
    const regions: XywhPixels[] = [
      [11, 1, 3, 60],
      [11, 1, 3, 60],
    ];
    expect(drops(regions, [10, 10, 10, 8]).truth[0]).toBe(0);
  });

  test("the share is of the unclipped box, and pixels outside the picture are never covered", () => {
    // The picture is 16 wide: of columns 11..22 only 11..16 are inside, 6 of 12.
    expect(drops([[1, 1, 99, 99]], [10, 10, 12, 8], [16, 50]).truth[0]).toBe(1);
    expect(drops([[1, 1, 99, 99]], [10, 10, 13, 8], [16, 50]).truth[0]).toBe(0);
    // Without a size nothing is clipped.
    expect(drops([[1, 1, 99, 99]], [10, 10, 13, 8]).truth[0]).toBe(1);
    expect(drops([[1, 1, 99, 99]], [10, 10, 13, 8], [0, 0]).truth[0]).toBe(1);
  });

  test("regions act in their own image only", () => {
    const set = smallSet({
      images: 2,
      truth: [{ box: [10, 10, 10, 8] }, { image: 1, box: [10, 10, 10, 8] }],
      regions: [{ image: 1, box: [1, 1, 70, 70] }],
    });
    expect([...dropInRegions(set).truth]).toEqual([0, 1]);
  });

  test("agrees with a mask of the picture on many boxes", () => {
    const regions: XywhPixels[] = [
      [3, 4, 9, 5],
      [8, 2, 6, 12],
      [20, 9, 0, 7],
      [22, 15, 30, 2],
      [-3, 17, 9, 40],
    ];
    const size = [27, 21] as const;
    let dropped = 0;
    for (let i = 0; i < 600; i++) {
      const box: XywhPixels = [
        ((i * 37) % 310) / 10 - 2,
        ((i * 53) % 250) / 10 - 2,
        ((i * 29) % 97) / 10,
        ((i * 31) % 83) / 10,
      ];
      const expected = dropsByMask(regions, box, size);
      expect(drops(regions, box, size).predictions[0], `${box}`).toBe(Number(expected));
      dropped += Number(expected);
    }
    expect(dropped).toBeGreaterThan(100);
    expect(dropped).toBeLessThan(500);
  });

  test("a set without regions drops nothing", () => {
    const set = smallSet({ truth: [{ box: [1, 2, 3, 4] }] });
    const { regions: _, ...without } = set;
    expect([...dropInRegions(without).truth]).toEqual([0]);
    expect(dropInRegions(smallSet({})).predictions).toHaveLength(0);
  });
});
