import { describe, expect, test } from "vitest";
import { iouAfterShift, sizeAtInput } from "../../../renderer/components/annotate/box-facts.ts";
import { intersectionOverUnion } from "../../../shared/geometry/boxes.ts";

describe("what is said of a box", () => {
  test("a 5 x 3 box one pixel off keeps 12/18, 10/20 and 8/22 of its IoU", () => {
    const { x, y, diagonal } = iouAfterShift([70, 10, 5, 3]);
    expect(x).toBeCloseTo(12 / 18, 12);
    expect(y).toBeCloseTo(10 / 20, 12);
    expect(diagonal).toBeCloseTo(8 / 22, 12);
  });

  test("the shifted IoU is that of the boxes", () => {
    const shifted = iouAfterShift([2, 3, 7.25, 4.5]);
    expect(shifted.diagonal).toBeCloseTo(
      intersectionOverUnion([2, 3, 7.25, 4.5], [3, 4, 7.25, 4.5]),
      12,
    );
    expect(shifted.x).toBeCloseTo(intersectionOverUnion([2, 3, 7.25, 4.5], [3, 3, 7.25, 4.5]), 12);
  });

  test("a box of less than a pixel has nothing left", () => {
    expect(iouAfterShift([0, 0, 0.5, 3])).toEqual({ x: 0, y: 0.5, diagonal: 0 });
  });

  const image = { width: 1280, height: 960 };
  test("stretched to a square input each side has a scale of its own", () => {
    const input = { width: 640, height: 640, fit: "stretch", tile: null } as const;
    expect(sizeAtInput([0, 0, 10, 9], image, input)).toEqual([5, 6]);
  });

  test("fitted into the input both sides have the smaller scale", () => {
    const input = { width: 640, height: 640, fit: "letterbox", tile: null } as const;
    expect(sizeAtInput([0, 0, 10, 9], image, input)).toEqual([5, 4.5]);
  });

  test("of a tile the picture's size does not matter", () => {
    const input = { width: 640, height: 640, fit: "stretch", tile: 320 } as const;
    expect(sizeAtInput([0, 0, 10, 9], image, input)).toEqual([20, 18]);
  });
});
