import { join } from "node:path";
import { expect, test } from "vitest";
import { openDatabase } from "../../../../main/db/open.ts";
import { editAnnotations, undoEdit } from "../../../../main/services/annotations/edit.ts";
import { editedImage } from "../../../../main/services/annotations/edited-image.ts";
import { fields, fillDataset, portsOf } from "../../../fixtures/annotations/labelled-dataset.ts";
import { temporaryFolder } from "../../../fixtures/app/started-app.ts";

const car = { image: 0, category: 0, x: 5, y: 6, w: 10, h: 12 };

test("what was removed last comes back under its id, whatever was imported or drawn meanwhile", () => {
  const db = openDatabase(join(temporaryFolder(), "project.fovea"));
  const street = fillDataset(db, ["1.jpg"], [car, { ...car, x: 7 }]);
  const imageId = street.imageIds[0]!;
  const before = editedImage(db, imageId).annotations;
  const last = before[1]!;
  const remove = { id: last.id, before: fields(last.categoryId, last.box), after: null };
  editAnnotations(portsOf(db), { imageId, action: "delete", changes: [remove], origin: "" });

  const other = fillDataset(db, ["2.jpg", "3.jpg"], [car, { ...car, image: 1 }]);
  const draw = { id: -1, before: null, after: fields(other.categoryIds[1]!, [1, 2, 3, 4]) };
  const { added } = editAnnotations(portsOf(db), {
    imageId: other.imageIds[0]!,
    action: "draw",
    changes: [draw],
    origin: "",
  });
  undoEdit(portsOf(db), { imageId, origin: "" });
  expect(editedImage(db, imageId).annotations).toEqual(before);
  const ids = [imageId, ...other.imageIds].flatMap((id) =>
    editedImage(db, id).annotations.map((annotation) => annotation.id),
  );
  expect(new Set(ids).size).toBe(5);
  expect(ids).toContain(added[0]!.id);
});

test("a row that something other than an edit changed stops undo, and nothing is written", () => {
  const db = openDatabase(join(temporaryFolder(), "project.fovea"));
  const { imageIds, categoryIds } = fillDataset(db, ["1.jpg"], [car]);
  const imageId = imageIds[0]!;
  const draw = { id: -1, before: null, after: fields(categoryIds[0]!, [1, 2, 3, 4]) };
  editAnnotations(portsOf(db), { imageId, action: "draw", changes: [draw], origin: "" });
  db.exec("UPDATE annotation SET x = 1.5 WHERE x = 1");
  expect(() => undoEdit(portsOf(db), { imageId, origin: "" })).toThrow(
    "not what the edit log left",
  );
  expect(editedImage(db, imageId)).toMatchObject({ revision: 2, undo: { action: "draw" } });
});
