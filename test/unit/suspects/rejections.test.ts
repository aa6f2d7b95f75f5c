import { expect, test } from "vitest";
import { isRejected, rejectionOf } from "../../../shared/suspects/rejections.ts";

const label = { annotationId: 7, categoryId: 31, box: [10, 20, 10, 10] } as const;
const proposal = { categoryId: 17, box: [12, 20, 10, 10] } as const;
const loose = rejectionOf({ kind: "loose-box", label, proposal });
const missing = rejectionOf({ kind: "missing-label", label: null, proposal });

test("a label stays rejected whatever models now propose for it", () => {
  const other = { categoryId: 17, box: [9, 18, 14, 14] } as const;
  expect(isRejected(rejectionOf({ kind: "loose-box", label, proposal: other }), [loose])).toBe(
    true,
  );
});

test("another kind of suspicion, another label or another class is another matter", () => {
  expect(isRejected({ ...loose, kind: "wrong-class" }, [loose])).toBe(false);
  expect(isRejected({ ...loose, annotationId: 8 }, [loose])).toBe(false);
  expect(isRejected({ ...loose, categoryId: 17 }, [loose])).toBe(false);
});

test("it comes back once the label was really moved, not for a nudge", () => {
  expect(isRejected({ ...loose, box: [10.25, 20, 10, 10] }, [loose])).toBe(true);
  expect(isRejected({ ...loose, box: [11, 20, 10, 10] }, [loose])).toBe(false); // IoU 9/11
});

test("a missing label is known by its class and place, so that a retrained model does not bring it back", () => {
  expect(isRejected({ ...missing, box: [15, 20, 10, 10] }, [missing])).toBe(true); // IoU 7/13
  expect(isRejected({ ...missing, box: [16, 20, 10, 10] }, [missing])).toBe(false); // IoU 6/14
  expect(isRejected({ ...missing, categoryId: 31 }, [missing])).toBe(false);
});

test("a box without an area is known by its numbers", () => {
  const flat = { kind: "degenerate-box", annotationId: 7, categoryId: 31, box: [10, 20, 0, 5] } as const; // prettier-ignore
  expect(isRejected(flat, [flat])).toBe(true);
  expect(isRejected({ ...flat, box: [10, 20, 0, 6] }, [flat])).toBe(false);
});
