import { describe, expect, test } from "vitest";
import { cocoParams } from "../../../../shared/domain/protocols.ts";
import type { Outcomes } from "../../../../shared/evaluation/confidence/outcomes.ts";
import { cellsOf } from "../../../../shared/evaluation/confidence/range-cells.ts";

const areaRanges = [
  { label: "all", low: 0, high: 1e10 },
  { label: "tiny", low: 0, high: 256 },
];

describe("one class in one area range", () => {
  test("matches and plain false positives are told apart, by hand", () => {
    const outcomes: Outcomes = {
      params: { ...cocoParams, areaRanges },
      classCount: 2,
      imageCount: 3,
      classStart: Int32Array.of(0, 4, 5),
      // A false positive; a hit, taken out of `tiny`; one that came too late; one outside `tiny`; a hit outside it.
      image: Int32Array.of(2, 0, 1, 2, 1),
      inRange: Uint16Array.of(0b11, 0b11, 0b11, 0b01, 0b01),
      hits: Uint16Array.of(0, 0, 5, 0, 0, 0, 0, 0, 0, 2),
      ignored: Uint16Array.of(0, 0, 0, 3, 0, 0, 0, 0, 0, 1021),
      truthImage: Int32Array.of(2, 0, 0, 1, 1),
      truthCategory: Int32Array.of(0, 0, 0, 1, -1),
      truthCounts: Uint16Array.of(0b11, 0b01, 0b11, 0b10, 0b11),
    };
    expect(cellsOf(outcomes)).toEqual([
      [
        {
          truthImages: Int32Array.of(2, 0, 0),
          holdingImages: Int32Array.of(2, 0),
          plainImages: Uint16Array.of(2, 1, 2),
          image: Int32Array.of(0),
          plainBefore: Int32Array.of(1),
          counts: Uint8Array.of(1),
          hits: Uint16Array.of(5),
          takenOut: Uint16Array.of(0),
        },
        {
          truthImages: Int32Array.of(2, 0),
          holdingImages: Int32Array.of(2, 0),
          plainImages: Uint16Array.of(2, 1),
          image: Int32Array.of(0),
          plainBefore: Int32Array.of(1),
          counts: Uint8Array.of(1),
          hits: Uint16Array.of(0),
          takenOut: Uint16Array.of(3),
        },
      ],
      [
        {
          truthImages: Int32Array.of(),
          holdingImages: Int32Array.of(),
          plainImages: Uint16Array.of(1),
          image: Int32Array.of(),
          plainBefore: Int32Array.of(),
          counts: Uint8Array.of(),
          hits: Uint16Array.of(),
          takenOut: Uint16Array.of(),
        },
        {
          truthImages: Int32Array.of(1),
          holdingImages: Int32Array.of(1),
          plainImages: Uint16Array.of(),
          image: Int32Array.of(1),
          plainBefore: Int32Array.of(0),
          counts: Uint8Array.of(0),
          hits: Uint16Array.of(2),
          takenOut: Uint16Array.of(0),
        },
      ],
    ]);
  });

  test("the images of false positives take two bytes each up to 65,536 images", () => {
    const plainOf = (imageCount: number) => {
      const [cells] = cellsOf({
        params: cocoParams,
        classCount: 1,
        imageCount,
        classStart: Int32Array.of(0, 1),
        image: Int32Array.of(imageCount - 1),
        inRange: Uint16Array.of(1),
        hits: new Uint16Array(4),
        ignored: new Uint16Array(4),
        truthImage: new Int32Array(0),
        truthCategory: new Int32Array(0),
        truthCounts: new Uint16Array(0),
      });
      return cells![0]!.plainImages;
    };
    expect(plainOf(65_536)).toEqual(Uint16Array.of(65_535));
    expect(plainOf(65_537)).toEqual(Int32Array.of(65_536));
  });
});
