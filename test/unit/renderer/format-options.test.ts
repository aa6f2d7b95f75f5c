import { expect, test } from "vitest";
import { formatOptions } from "../../../renderer/components/imports/format-options.ts";
import { labelFormats, predictionFormats } from "../../../shared/domain/file-formats.ts";

const shape = (options: ReturnType<typeof formatOptions>) =>
  options.map((option) =>
    "children" in option
      ? [option.label, (option.children as { value: string }[]).map(({ value }) => value)]
      : option["value"],
  );

test("the format found comes first, then those the rows could be in, then the others", () => {
  const source = { format: "text-xywh", alternatives: ["text-relative-cxcywh", "yolo"] } as const;
  expect(shape(formatOptions(source, predictionFormats))).toEqual([
    ["Fits these files", ["text-xywh", "text-relative-cxcywh", "yolo"]],
    ["Other formats", ["coco-results", "visdrone", "text-xyxy"]],
  ]);
});

test("without a source the formats stand in their own order", () => {
  expect(shape(formatOptions(undefined, labelFormats))).toEqual([...labelFormats]);
});
