import { describe, expect, test } from "vitest";
import {
  centredAt,
  changesOf,
  nudged,
  resized,
  stampedAt,
} from "../../../renderer/composables/label-changes.ts";
import {
  copiedText,
  parseCopied,
  pastedFields,
} from "../../../renderer/composables/label-clipboard.ts";

const size = { width: 100, height: 80 };
const fields = (x: number, y: number, w: number, h: number) =>
  ({ categoryId: 3, box: [x, y, w, h], crowd: false, ignore: false }) as const;

describe("changes by keys", () => {
  test("a nudge is exact, and stops at the border", () => {
    expect(nudged([10.125, 20, 5, 7], 0.25, -1, size)).toEqual([10.375, 19, 5, 7]);
    expect(nudged([92, 2, 5, 7], 10, -10, size)).toEqual([95, 0, 5, 7]);
  });

  test("a box that reaches over the border is not pulled in, and goes no further out", () => {
    expect(nudged([98, -3, 5, 7], 1, -1, size)).toEqual([98, -3, 5, 7]);
    expect(nudged([98, -3, 5, 7], -1, 1, size)).toEqual([97, -2, 5, 7]);
  });

  test("a side keeps a quarter of a pixel, and the other side its value", () => {
    expect(resized([10, 20, 0.6, 7.125], -1, 0, size)).toEqual([10, 20, 0.25, 7.125]);
    expect(resized([90, 20, 4, 7], 10, 1, size)).toEqual([90, 20, 10, 8]);
  });

  test("a stamp at the corner lies inside", () => {
    expect(stampedAt({ x: 1, y: 79 }, [12, 6], size)).toEqual([0, 74, 12, 6]);
    expect(stampedAt({ x: 50, y: 40 }, [12, 6], size)).toEqual([44, 37, 12, 6]);
  });

  test("pasted boxes keep their places to each other", () => {
    const [a, b] = centredAt([fields(0, 0, 10, 10), fields(30, 10, 10, 20)], { x: 50, y: 40 });
    expect(a!.box).toEqual([30, 25, 10, 10]);
    expect(b!.box).toEqual([60, 35, 10, 20]);
  });

  test("labels that stay as they are are not changed", () => {
    const labels = [3, 4].map((categoryId, at) => ({
      ...fields(1, 2, 5, 7),
      categoryId,
      id: at + 1,
      area: 35,
      masked: false,
    }));
    const changes = changesOf(labels, () => ({ categoryId: 4 }));
    expect(changes.map(({ id }) => id)).toEqual([1]);
  });
});

describe("copied labels", () => {
  test("find their classes by name in another dataset, and name those it does not have", () => {
    const names = new Map([
      [3, "car"],
      [9, "tram"],
    ]);
    const labels = [fields(1.5, 2, 5, 7), { ...fields(3, 4, 6, 8), categoryId: 9, ignore: true }];
    const copied = parseCopied(copiedText(17, labels, (id) => names.get(id)!))!;
    expect(copied.imageId).toBe(17);
    const other = [{ id: 21, sourceId: 1, name: "tram", role: "object" as const }];
    expect(pastedFields(copied, other)).toEqual({
      fields: [{ categoryId: 21, box: [3, 4, 6, 8], crowd: false, ignore: true }],
      unknown: ["car"],
    });
  });

  test("text from elsewhere is nothing", () => {
    expect(["", "hello", '{"labels":[]}', "[1]"].map(parseCopied)).toEqual([
      null,
      null,
      null,
      null,
    ]);
  });
});
