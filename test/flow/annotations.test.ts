import { expect, test } from "vitest";
import type { PushEvent } from "../../shared/api/jobs.ts";
import type { AnnotationFields } from "../../shared/domain/editing.ts";
import { smallFolder } from "../fixtures/app/small-folder.ts";
import { startApp, type StartedApp } from "../fixtures/app/started-app.ts";

/** The small folder imported: image b.jpg with two cars, image "a 2.jpg" with a person. */
async function street(started: StartedApp = startApp()) {
  await started.call("projects/create", { name: "Street" });
  const { suggestion } = await started.call("imports/inspect", { path: await smallFolder() });
  const { jobId } = await started.call("imports/start", { ...suggestion!, predictions: [] });
  const { datasetId } = (await started.ended(jobId)).result as { datasetId: number };
  const { datasets } = await started.call("datasets/list", {});
  const [car, person] = datasets[0]!.categories.map(({ id }) => id);
  const { imageIds } = await started.call("images/sequence", { datasetId, filter: {} });
  return { ...started, datasetId, car: car!, person: person!, a: imageIds[0]!, b: imageIds[1]! };
}

const fields = (
  categoryId: number,
  box: AnnotationFields["box"],
  marks: Partial<AnnotationFields> = {},
): AnnotationFields => ({ categoryId, box, crowd: false, ignore: false, ...marks });

test("labels are edited, undone and redone; ids, order and areas are kept", async () => {
  const { call, refused, app, b, car, person, datasetId } = await street();
  const told: PushEvent[] = [];
  app.events.subscribe((event) => told.push(event));
  const before = await call("annotations/get", { imageId: b });
  expect(before).toMatchObject({ datasetId, revision: 1, review: "todo", undo: null, redo: null });
  expect(before.annotations.map(({ box, area }) => [...box, area])).toEqual([
    [5, 6, 10, 12, 120],
    [30, 10, 20, 15, 300],
  ]);
  const [first, second] = before.annotations;
  const edited = await call("annotations/edit", {
    imageId: b,
    action: "paste",
    origin: "window 1",
    changes: [
      { id: -5, before: null, after: fields(person, [1.25, 2.1, 3.3, 4.7]) },
      { id: first!.id, before: fields(car, [5, 6, 10, 12]), after: null },
      {
        id: second!.id,
        before: fields(car, [30, 10, 20, 15]),
        after: fields(car, [30.1, 10, 20, 15], { ignore: true }),
      },
      { id: -3, before: null, after: fields(car, [7, 8, 9, 11]) },
    ],
  });
  expect(edited.revision).toBe(2);
  expect(edited.added.map(({ sentAs }) => sentAs)).toEqual([-5, -3]);
  expect(edited.added[1]!.id).toBe(edited.added[0]!.id + 1);
  expect(edited.removed).toEqual([first!.id]);
  expect(edited.undo).toMatchObject({ action: "paste" });
  expect(told).toEqual([
    { type: "edited", imageId: b, datasetId, revision: 2, origin: "window 1" },
  ]);
  const after = await call("annotations/get", { imageId: b });
  expect(after.annotations.map(({ box, ignore }) => [...box, ignore])).toEqual([
    [30.1, 10, 20, 15, true],
    [1.25, 2.1, 3.3, 4.7, false],
    [7, 8, 9, 11, false],
  ]);

  const undone = await call("annotations/undo", { imageId: b });
  expect(undone).toMatchObject({ revision: 3, undo: null, redo: { action: "paste" } });
  expect((await call("annotations/get", { imageId: b })).annotations).toEqual(before.annotations);
  expect(await refused("annotations/undo", { imageId: b })).toMatchObject({
    code: "annotation/nothing-to-undo",
  });
  await call("annotations/redo", { imageId: b });
  expect((await call("annotations/get", { imageId: b })).annotations).toEqual(after.annotations);
  expect(await refused("annotations/redo", { imageId: b })).toMatchObject({
    code: "annotation/nothing-to-redo",
  });
});
