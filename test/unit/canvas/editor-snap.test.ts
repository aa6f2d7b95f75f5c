import { describe, expect, test } from "vitest";
import { snapBox, type ReadGrey } from "../../../renderer/canvas/editor/snap-box.ts";
import {
  edgeProfile,
  nearestEdge,
  type GreyPatch,
} from "../../../renderer/canvas/editor/snap-edge.ts";

const patch = (rows: number[][]): GreyPatch => ({
  width: rows[0]!.length,
  height: rows.length,
  values: Float32Array.from(rows.flat()),
});

/** 40 x 30 pixels of grey 50 with a rectangle of grey 150; a pixel it covers in part is as bright as its share. */
function pictureWith([x, y, w, h]: readonly [number, number, number, number]): ReadGrey {
  const share = (at: number, from: number, length: number) =>
    Math.max(0, Math.min(at + 1, from + length) - Math.max(at, from));
  return (part) => ({
    width: part.w,
    height: part.h,
    values: Float32Array.from({ length: part.w * part.h }, (_, i) => {
      const column = part.x + (i % part.w);
      const row = part.y + Math.floor(i / part.w);
      return 50 + 100 * share(column, x, w) * share(row, y, h);
    }),
  });
}
const size = { width: 40, height: 30 };
const all = { left: true, top: true, right: true, bottom: true };
const none = { left: false, top: false, right: false, bottom: false };

describe("the profile of an edge", () => {
  test("is the mean step from column to column, signed", () => {
    const columns = patch([
      [10, 10, 70, 40],
      [20, 20, 60, 50],
    ]);
    expect([...edgeProfile(columns, "x")]).toEqual([0, 0, 50, -20, 0]);
    expect([...edgeProfile(columns, "y")]).toEqual([0, 5, 0]);
  });

  test("of a single pixel has no step", () => {
    expect([...edgeProfile(patch([[77]]), "x")]).toEqual([0, 0]);
  });
});

describe("the nearest edge", () => {
  test("lies between the pixels that share its step", () => {
    expect(nearestEdge(Float64Array.of(0, 0, 60, 20, 0, 0), 1.5, 3)).toBe(2.25);
  });

  test("a step the other way belongs to another edge", () => {
    expect(nearestEdge(Float64Array.of(0, -40, 60, 0, 0), 2, 1)).toBe(2);
  });

  test("noise is no edge", () => {
    expect(nearestEdge(Float64Array.of(0, 4, -8, 3, 0), 2, 3)).toBeNull();
  });

  test("what lies out of reach is not found", () => {
    const profile = Float64Array.of(0, 0, 0, 0, 0, 90, 0);
    expect(nearestEdge(profile, 2, 2.9)).toBeNull();
    expect(nearestEdge(profile, 2, 3.1)).toBe(5);
  });

  test("the stronger one wins, unless it is far away and hardly stronger", () => {
    const profile = (far: number) => Float64Array.of(0, 0, 40, 0, 0, 0, far, 0);
    expect(nearestEdge(profile(100), 2.5, 4)).toBe(6);
    expect(nearestEdge(profile(50), 2.5, 4)).toBe(2);
  });
});

describe("a snapped box", () => {
  const read = pictureWith([10.25, 8.5, 7.5, 9.25]);

  test("lies on the object to a part of a pixel", () => {
    const box = snapBox([9, 9.4, 8, 9.6], all, 2, size, read);
    for (const [i, value] of [10.25, 8.5, 7.5, 9.25].entries())
      expect(box[i]).toBeCloseTo(value, 5);
  });

  test("moves only the edges that are asked for", () => {
    const box = snapBox([9, 9.4, 8, 9.6], { ...none, right: true }, 2, size, read);
    expect(box[0]).toBe(9);
    expect(box[2]).toBeCloseTo(8.75, 5);
    expect([box[1], box[3]]).toEqual([9.4, 9.6]);
  });

  test("stays as it is on plain ground", () => {
    expect(snapBox([25, 20.5, 6, 5], all, 2, size, read)).toEqual([25, 20.5, 6, 5]);
  });

  test("at the border of the picture reads nothing outside of it", () => {
    const reads: unknown[] = [];
    const watched: ReadGrey = (part) => {
      reads.push(part);
      return read(part);
    };
    expect(snapBox([0, 0, 40, 30], all, 3, size, watched)).toEqual([0, 0, 40, 30]);
    expect(reads).toEqual([
      { x: 0, y: 6, w: 5, h: 18 },
      { x: 35, y: 6, w: 5, h: 18 },
      { x: 8, y: 0, w: 24, h: 5 },
      { x: 8, y: 25, w: 24, h: 5 },
    ]);
  });

  test("both ends do not go to the same edge", () => {
    const [x, , w] = snapBox([9.9, 10, 0.8, 6], all, 5, size, read);
    expect([x, w]).toEqual([9.9, 0.8]);
  });
});
