import { join } from "node:path";
import { expect, test } from "vitest";
import { openDatabase } from "../../../../main/db/open.ts";
import { annotationQueries } from "../../../../main/db/queries/annotations.ts";
import { editAnnotations, undoEdit } from "../../../../main/services/annotations/edit.ts";
import type { AnnotationFields } from "../../../../shared/domain/editing.ts";
import { fields, fillDataset, portsOf } from "../../../fixtures/annotations/labelled-dataset.ts";
import { temporaryFolder } from "../../../fixtures/app/started-app.ts";

const polygons = "[[5,6,15,6,9.25,18],[1,2,3,4,5,6]]";
const runs = '{"counts":"abc","size":[480,640]}';

/** One car at 5, 6, 10 x 12 whose file says 71.5 square pixels; `edit` writes it anew and returns the row. */
function oneCar(segmentation: string | null) {
  const db = openDatabase(join(temporaryFolder(), "project.fovea"));
  const { imageIds, categoryIds } = fillDataset(
    db,
    ["1.jpg"],
    [
      {
        image: 0,
        category: 0,
        x: 5,
        y: 6,
        w: 10,
        h: 12,
        area: 71.5,
        segmentation,
        sourceId: 4711,
        attributes: '{"truncation":1}',
      },
    ],
  );
  const imageId = imageIds[0]!;
  const [car, person] = categoryIds;
  const row = () => annotationQueries(db).ofImage(imageId)[0]!;
  const before = fields(car!, [5, 6, 10, 12]);
  const edit = (after: AnnotationFields) => {
    const changes = [{ id: row().id, before, after }];
    editAnnotations(portsOf(db), { imageId, action: "move", changes, origin: "" });
    return row();
  };
  const undo = () => {
    undoEdit(portsOf(db), { imageId, origin: "" });
    return row();
  };
  return { car: car!, person: person!, row, edit, undo };
}

test("a moved box takes its polygons along and keeps the area", () => {
  const { car, edit } = oneCar(polygons);
  const row = edit(fields(car, [6.5, 3, 10, 12]));
  expect(row).toMatchObject({ x: 6.5, y: 3, w: 10, h: 12, area: 71.5, sourceId: 4711 });
  expect(row.segmentation).toBe("[[6.5,3,16.5,3,10.75,15],[2.5,-1,4.5,1,6.5,3]]");
  expect(row.attributes).toBe('{"truncation":1}');
});

test("a resized box drops its mask and has the area of the box; undo brings every column back", () => {
  const { car, row, edit, undo } = oneCar(polygons);
  const before = row();
  expect(edit(fields(car, [5, 6, 10.5, 12]))).toMatchObject({ segmentation: null, area: 126 });
  expect(undo()).toEqual(before);
});

test("a run-length mask cannot be moved: it goes; another class or mark leaves it", () => {
  const { car, person, edit, undo } = oneCar(runs);
  const marked = edit(fields(person, [5, 6, 10, 12], { crowd: true }));
  expect(marked).toMatchObject({ segmentation: runs, area: 71.5, crowd: true });
  expect(undo()).toMatchObject({ segmentation: runs, crowd: false });
  expect(edit(fields(car, [5, 7, 10, 12]))).toMatchObject({ segmentation: null, area: 120 });
  expect(undo()).toMatchObject({ segmentation: runs, area: 71.5 });
});

test("what looks like polygons but holds no numbers is no mask that can be moved", () => {
  const { car, edit } = oneCar("[[1,null,3,4,5,6]]");
  expect(edit(fields(car, [5, 7, 10, 12]))).toMatchObject({ segmentation: null, area: 120 });
});

test("without a mask the file's area stays when a box moves, and is the box's when it is resized", () => {
  const { car, edit, undo } = oneCar(null);
  expect(edit(fields(car, [4, 6, 10, 12])).area).toBe(71.5);
  undo();
  expect(edit(fields(car, [4, 6, 10, 12.5])).area).toBe(125);
});
