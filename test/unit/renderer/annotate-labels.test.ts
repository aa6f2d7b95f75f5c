import { describe, expect, test } from "vitest";
import type { AnnotationFields, EditableAnnotation } from "../../../shared/domain/editing.ts";
import { changesOnto, patchOf } from "../../../renderer/stores/annotate-labels.ts";

function fields(x: number, categoryId = 3): AnnotationFields {
  return { categoryId, box: [x, 23, 5, 7], crowd: false, ignore: false };
}

const label = (id: number, of: AnnotationFields, masked = false): EditableAnnotation => ({
  ...of,
  id,
  area: masked ? 19.5 : 35,
  masked,
});
const labels = (...list: EditableAnnotation[]) => new Map(list.map((one) => [one.id, one]));

describe("a change of labels", () => {
  test("a mask moves with its box and keeps its area", () => {
    const now = labels(label(4, fields(11), true));
    const { changed } = patchOf(now, [{ id: 4, before: fields(11), after: fields(13.25) }]);
    expect(changed).toEqual([{ ...label(4, fields(13.25), true) }]);
  });

  test("a resized box loses its mask, and its area is its own", () => {
    const now = labels(label(4, fields(11), true));
    const after = { ...fields(11), box: [11, 23, 6, 7] as const };
    const { changed } = patchOf(now, [{ id: 4, before: fields(11), after }]);
    expect(changed[0]).toMatchObject({ masked: false, area: 42 });
  });

  test("what is not there any more is not changed", () => {
    const patch = patchOf(labels(), [{ id: 4, before: fields(11), after: fields(12) }]);
    expect(patch).toEqual({ changed: [], removed: [] });
  });
});

describe("edits laid over labels that someone else has changed", () => {
  test("only what the edit was to change is changed", () => {
    const theirs = labels(label(4, fields(50, 3)));
    const mine = [{ id: 4, before: fields(11, 3), after: fields(11, 8) }];
    expect(changesOnto(theirs, mine)).toEqual([
      { id: 4, before: fields(50, 3), after: fields(50, 8) },
    ]);
  });

  test("what is gone stays gone, and what is new is added", () => {
    const mine = [
      { id: 4, before: fields(11), after: fields(12) },
      { id: -2, before: null, after: fields(30) },
    ];
    expect(changesOnto(labels(), mine)).toEqual([{ id: -2, before: null, after: fields(30) }]);
  });

  test("several edits of one label become one", () => {
    const theirs = labels(label(4, fields(50, 3)));
    const mine = [
      { id: 4, before: fields(11), after: fields(12) },
      { id: 4, before: fields(12), after: fields(12, 8) },
      { id: -2, before: null, after: fields(30) },
      { id: -2, before: fields(30), after: null },
    ];
    expect(changesOnto(theirs, mine)).toEqual([
      { id: 4, before: fields(50, 3), after: fields(12, 8) },
    ]);
  });

  test("what has come about already is left out", () => {
    const theirs = labels(label(4, fields(12)));
    expect(changesOnto(theirs, [{ id: 4, before: fields(11), after: fields(12) }])).toEqual([]);
  });
});
