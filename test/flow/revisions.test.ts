import { expect, test } from "vitest";
import { labelsAtRevision } from "../../main/services/revisions/labels-at-revision.ts";
import { writtenStreet } from "../fixtures/annotations/imported-street.ts";
import { fields } from "../fixtures/annotations/labelled-dataset.ts";

/** Revision 2 moves and relabels the first car, 3 removes the person, 4 adds a car and 5 takes that back. */
async function editedStreet() {
  const street = await writtenStreet();
  const { call, a, b, car, person } = street;
  const [first, second] = (await call("annotations/get", { imageId: b })).annotations;
  const [third] = (await call("annotations/get", { imageId: a })).annotations;
  await call("annotations/edit", {
    imageId: b,
    action: "move",
    changes: [
      { id: first!.id, before: fields(car, [5, 6, 10, 12]), after: fields(person, [6, 6, 10, 12]) },
    ],
  });
  await call("annotations/edit", {
    imageId: a,
    action: "delete",
    changes: [{ id: third!.id, before: fields(person, [10, 10, 40, 40]), after: null }],
  });
  await call("annotations/edit", {
    imageId: b,
    action: "draw",
    changes: [{ id: -1, before: null, after: fields(car, [1, 2, 3, 4]) }],
  });
  await call("annotations/undo", { imageId: b });
  return { ...street, first: first!.id, second: second!.id, third: third!.id };
}

test("a revision is named, found again and unnamed", async () => {
  const { call, refused, datasetId } = await editedStreet();
  await call("system/saveSettings", { author: "Grace" });
  const named = await call("revisions/name", { datasetId, name: "  before the big clean  " });
  expect(named).toMatchObject({ revision: 5, name: "before the big clean", author: "Grace" });
  expect(await refused("revisions/name", { datasetId, name: named.name })).toMatchObject({
    code: "revision/known-name",
    message: expect.stringContaining("Revision 5"),
  });
  expect(await call("revisions/list", { datasetId })).toEqual({
    current: 5,
    first: 1,
    named: [named],
  });
  await call("revisions/remove", { revisionId: named.id });
  expect((await call("revisions/list", { datasetId })).named).toEqual([]);
  expect(await refused("revisions/remove", { revisionId: named.id })).toMatchObject({
    status: 404,
    code: "revision/not-found",
  });
  expect(await refused("revisions/list", { datasetId: 99 })).toMatchObject({
    code: "dataset/not-found",
  });
});

test("two revisions are compared by what became of each annotation, in either direction", async () => {
  const { call, refused, datasetId, a, b, car, person, first, third } = await editedStreet();
  expect(await call("revisions/compare", { datasetId, from: 1, to: 5 })).toEqual({
    from: 1,
    to: 5,
    added: 0,
    removed: 1,
    moved: 1,
    relabelled: 1,
    images: [
      { imageId: b, path: "b.jpg", added: 0, removed: 0, moved: 1, relabelled: 1 },
      { imageId: a, path: "a 2.jpg", added: 0, removed: 1, moved: 0, relabelled: 0 },
    ],
  });
  const back = await call("revisions/compare", { datasetId, from: 5, to: 1 });
  expect(back).toMatchObject({ added: 1, removed: 0, moved: 1, relabelled: 1 });
  expect(await call("revisions/compare", { datasetId, from: 3, to: 5 })).toMatchObject({
    images: [],
  });
  expect(await call("revisions/compareImage", { imageId: b, from: 5, to: 1 })).toEqual({
    changes: [
      { id: first, before: fields(person, [6, 6, 10, 12]), after: fields(car, [5, 6, 10, 12]) },
    ],
  });
  expect(await call("revisions/compareImage", { imageId: a, from: 1, to: 3 })).toEqual({
    changes: [{ id: third, before: fields(person, [10, 10, 40, 40]), after: null }],
  });
  const beyond = await refused("revisions/compare", { datasetId, from: 1, to: 6 });
  expect(beyond).toMatchObject({ code: "revision/not-found" });
  expect(beyond.message).toContain("1 to 5");
});

test("a revision is restored as one undoable edit in each image that differs", async () => {
  const { call, app, datasetId, a, b } = await editedStreet();
  const { db } = app.workspace.project;
  const told: unknown[] = [];
  app.events.subscribe((event) => told.push(event));
  const then = [...labelsAtRevision(db, datasetId, 1)];
  expect(await call("revisions/restore", { datasetId, revision: 1 })).toEqual({
    revision: 6,
    images: 2,
  });
  expect([...labelsAtRevision(db, datasetId, 6)]).toEqual(then);
  expect(told).toEqual(
    [b, a].map((imageId) => ({ type: "edited", imageId, datasetId, revision: 6, origin: "" })),
  );
  const undone = await call("annotations/undo", { imageId: a });
  expect(undone).toMatchObject({
    revision: 7,
    undo: { action: "delete" },
    redo: { action: "restore" },
  });
  const after = await call("annotations/get", { imageId: a });
  expect(after.annotations).toEqual([]);
  // The other image is still as it was first.
  expect((await call("revisions/compare", { datasetId, from: 1, to: 7 })).images).toHaveLength(1);
  expect(await call("revisions/restore", { datasetId, revision: 7 })).toEqual({
    revision: 7,
    images: 0,
  });
});

test("labels of a revision are read whole while they are edited", async () => {
  const { call, app, datasetId, b: imageId, second, car } = await editedStreet();
  const { db } = app.workspace.project;
  const many = Array.from({ length: 4321 }, (_, n) => ({
    id: -1 - n,
    before: null,
    after: fields(car, [n, 2, 3, 4]),
  }));
  const { added } = await call("annotations/edit", { imageId, action: "paste", changes: many });
  const whole = [...labelsAtRevision(db, datasetId, 6)];
  expect(whole).toHaveLength(2 + many.length);
  const rows = labelsAtRevision(db, datasetId, 6);
  const read = [rows.next().value];
  // Removed before it was read, moved before it was read, added meanwhile, and removed after it was read.
  const last = many.length - 1;
  await call("annotations/edit", {
    imageId,
    action: "delete",
    changes: [
      { id: added[last]!.id, before: many[last]!.after, after: null },
      { id: added[3000]!.id, before: many[3000]!.after, after: fields(car, [0, 2, 3, 4]) },
      { id: -1, before: null, after: fields(car, [7, 7, 7, 7]) },
      { id: second, before: fields(car, [30, 10, 20, 15]), after: null },
    ],
  });
  read.push(...rows);
  expect(read).toEqual(whole);
});
