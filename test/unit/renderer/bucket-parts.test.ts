import { expect, test } from "vitest";
import { partsOf } from "../../../renderer/theme/bucket-colour.ts";
import { cocoParams, sodaDParams } from "../../../shared/domain/protocols.ts";

test("SODA-D's Small stands for the three ranges in it; what is named twice is there once", () => {
  expect(partsOf(["Small"], sodaDParams.areaRanges)).toEqual(["eS", "rS", "gS"]);
  expect(partsOf(["rS", "Small", "N"], sodaDParams.areaRanges)).toEqual(["rS", "eS", "gS", "N"]);
});

test("COCO's all stands for every range, and its small for itself", () => {
  expect(partsOf(["all"], cocoParams.areaRanges)).toEqual(["small", "medium", "large"]);
  expect(partsOf(["small"], cocoParams.areaRanges)).toEqual(["small"]);
});

test("a label of no range stays, and no label means none", () => {
  expect(partsOf(["tiny"], sodaDParams.areaRanges)).toEqual(["tiny"]);
  expect(partsOf([], sodaDParams.areaRanges)).toEqual([]);
});
