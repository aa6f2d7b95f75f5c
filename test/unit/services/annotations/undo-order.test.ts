import { join } from "node:path";
import { expect, test } from "vitest";
import { openDatabase } from "../../../../main/db/open.ts";
import { editAnnotations, redoEdit, undoEdit } from "../../../../main/services/annotations/edit.ts";
import { editedImage } from "../../../../main/services/annotations/edited-image.ts";
import { fields, fillDataset, portsOf } from "../../../fixtures/annotations/labelled-dataset.ts";
import { temporaryFolder } from "../../../fixtures/app/started-app.ts";

test("undo goes back from the last edit, redo on from the first undone, and a new edit ends redo; images apart", () => {
  const db = openDatabase(join(temporaryFolder(), "project.fovea"));
  const { imageIds, categoryIds } = fillDataset(db, ["1.jpg", "2.jpg"], []);
  const [one, two] = imageIds as [number, number];
  const ports = portsOf(db);
  const draw = (imageId: number, width: number) =>
    editAnnotations(ports, {
      imageId,
      action: "draw",
      changes: [{ id: -1, before: null, after: fields(categoryIds[0]!, [1, 2, width, 4]) }],
      origin: "",
    });
  const widths = (imageId: number) => editedImage(db, imageId).annotations.map(({ box }) => box[2]);
  for (const width of [3, 5, 8]) draw(one, width);
  draw(two, 13);
  for (const left of [[3, 5], [3], []]) {
    undoEdit(ports, { imageId: one, origin: "" });
    expect(widths(one)).toEqual(left);
  }
  for (const left of [[3], [3, 5]]) {
    redoEdit(ports, { imageId: one, origin: "" });
    expect(widths(one)).toEqual(left);
  }
  draw(one, 21);
  expect(() => redoEdit(ports, { imageId: one, origin: "" })).toThrow("left to do again");
  for (const left of [[3, 5], [3], []]) {
    undoEdit(ports, { imageId: one, origin: "" });
    expect(widths(one)).toEqual(left);
  }
  expect(() => undoEdit(ports, { imageId: one, origin: "" })).toThrow("left to undo");
  expect(widths(two)).toEqual([13]);
});
