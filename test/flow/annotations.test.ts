import { expect, test, vi } from "vitest";
import type { PushEvent } from "../../shared/api/jobs.ts";
import { importedStreet, writtenStreet } from "../fixtures/annotations/imported-street.ts";
import { fields } from "../fixtures/annotations/labelled-dataset.ts";
import { startApp, temporaryFolder } from "../fixtures/app/started-app.ts";

test("labels are edited, undone and redone; ids, order and areas are kept", async () => {
  const { call, refused, app, b, car, person, datasetId } = await importedStreet();
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

test("undo and redo go on after a restart", async () => {
  const data = temporaryFolder();
  const first = await writtenStreet(startApp(data));
  const { b: imageId, car } = first;
  const edit = (w: number) =>
    first.call("annotations/edit", {
      imageId,
      action: "draw",
      changes: [{ id: -1, before: null, after: fields(car, [1, 2, w, 4]) }],
    });
  await edit(3.5);
  await edit(5.25);
  await first.call("annotations/undo", { imageId });
  const { path } = await first.call("projects/current", {});
  await first.app.close();

  const second = startApp(data);
  await second.call("projects/open", { path });
  const widths = async () =>
    (await second.call("annotations/get", { imageId })).annotations.map(({ box }) => box[2]);
  expect(await widths()).toEqual([10, 20, 3.5]);
  await second.call("annotations/redo", { imageId });
  expect(await widths()).toEqual([10, 20, 3.5, 5.25]);
  await second.call("annotations/undo", { imageId });
  await second.call("annotations/undo", { imageId });
  expect(await widths()).toEqual([10, 20]);
  // The id of a removed last annotation is not given again.
  const { added } = await second.call("annotations/edit", {
    imageId,
    action: "draw",
    changes: [{ id: -1, before: null, after: fields(car, [9, 9, 9, 7]) }],
  });
  await second.call("annotations/undo", { imageId });
  const again = await second.call("annotations/edit", {
    imageId,
    action: "draw",
    changes: [{ id: -1, before: null, after: fields(car, [9, 9, 9, 7]) }],
  });
  expect(again.added[0]!.id).toBe(added[0]!.id + 1);
});

test("of two windows that edit the same label the second is refused and told why; other labels land", async () => {
  const { call, refused, b: imageId, car, person } = await writtenStreet();
  const shown = await call("annotations/get", { imageId });
  const [first, second] = shown.annotations;
  const move = (id: number, before: readonly [number, number, number, number], x: number) => ({
    id,
    before: fields(car, before),
    after: fields(car, [x, before[1], before[2], before[3]]),
  });
  await call("annotations/edit", {
    imageId,
    action: "move",
    origin: "left",
    changes: [move(first!.id, first!.box, 6.5)],
  });
  const late = {
    imageId,
    action: "move",
    origin: "right",
    changes: [move(second!.id, second!.box, 33), move(first!.id, first!.box, 8)],
  };
  const conflict = await refused("annotations/edit", late);
  expect(conflict).toMatchObject({ status: 400, code: "annotation/conflict" });
  expect(conflict.message).toContain(`Annotation ${first!.id} was changed in another window`);
  expect(conflict.message).toContain("car at 6.5, 6, 10 x 12 px");
  const boxes = async () =>
    (await call("annotations/get", { imageId })).annotations.map(({ box }) => box[0]);
  expect(await boxes()).toEqual([6.5, 30]);
  await call("annotations/edit", {
    imageId,
    action: "move",
    origin: "right",
    changes: [late.changes[0]!],
  });
  expect(await boxes()).toEqual([6.5, 33]);
  await call("annotations/edit", {
    imageId,
    action: "delete",
    changes: [{ id: second!.id, before: fields(car, [33, 10, 20, 15]), after: null }],
  });
  const gone = await refused("annotations/edit", {
    imageId,
    action: "class",
    changes: [
      {
        id: second!.id,
        before: fields(car, [33, 10, 20, 15]),
        after: fields(person, [33, 10, 20, 15]),
      },
    ],
  });
  expect(gone).toMatchObject({ code: "annotation/gone" });
  expect(gone.message).toContain(`Annotation ${second!.id}`);
});

test("an edit with one fault changes nothing and names the fault", async () => {
  const { call, refused, a, b: imageId, car } = await writtenStreet();
  const { annotations } = await call("annotations/get", { imageId });
  const before = fields(car, annotations[0]!.box);
  const good = { id: -1, before: null, after: fields(car, [1, 2, 3, 4]) };
  const faults: readonly (readonly [string, unknown])[] = [
    ["annotation/category", { id: -2, before: null, after: fields(99, [1, 2, 3, 4]) }],
    ["annotation/box", { id: -2, before: null, after: fields(car, [1, 2, 0, 4]) }],
    ["annotation/box", { id: -2, before: null, after: fields(car, [1, 2, 3, -4]) }],
    ["annotation/box", { id: -2, before: null, after: fields(car, [1e8, 2, 3, 4]) }],
    ["annotation/twice", { id: -1, before: null, after: fields(car, [5, 6, 7, 8]) }],
    ["annotation/empty-change", { id: -2, before: null, after: null }],
    ["annotation/empty-change", { id: 17, before: null, after: fields(car, [5, 6, 7, 8]) }],
    ["annotation/gone", { id: 99_999, before, after: null }],
    ["call/invalid-input", { id: -2, before: null, after: { ...before, box: [1, 2, null, 4] } }],
  ];
  for (const [code, fault] of faults) {
    const changes = [good, fault];
    const answer = await refused("annotations/edit", { imageId, action: "draw", changes });
    expect([answer.code, answer.status]).toEqual([code, 400]);
  }
  // Another image's annotation is none of this one's.
  const theirs = (await call("annotations/get", { imageId: a })).annotations[0]!;
  const { area: _area, masked: _masked, id, ...rest } = theirs;
  const changes = [good, { id, before: rest, after: null }];
  expect(await refused("annotations/edit", { imageId, action: "delete", changes })).toMatchObject({
    code: "annotation/gone",
  });
  expect(
    await refused("annotations/edit", { imageId: 777, action: "draw", changes: [good] }),
  ).toMatchObject({ status: 404, code: "image/not-found" });
  expect(await call("annotations/get", { imageId })).toMatchObject({ revision: 1, annotations });
});

test("the log says who did what and when, of the dataset or of one image", async () => {
  const { call, a, b, car, person, datasetId } = await writtenStreet();
  await call("system/saveSettings", { author: "  Grace " });
  const draw = (imageId: number, count: number) =>
    call("annotations/edit", {
      imageId,
      action: "stamp",
      changes: Array.from({ length: count }, (_, n) => ({
        id: -1 - n,
        before: null,
        after: fields(car, [n, 2, 3, 4]),
      })),
    });
  await draw(b, 3);
  await draw(a, 2);
  await call("annotations/undo", { imageId: b });
  await call("system/saveSettings", { author: null });
  await call("annotations/edit", {
    imageId: a,
    action: "class",
    changes: [
      {
        id: (await call("annotations/get", { imageId: a })).annotations[0]!.id,
        before: fields(person, [10, 10, 40, 40]),
        after: fields(car, [10, 10, 40, 40]),
      },
    ],
  });
  const { total, entries } = await call("annotations/log", { datasetId });
  expect(total).toBe(4);
  const counts = entries.map(({ kind, action, imageId, added, removed, changed, revision }) => [
    kind,
    action,
    imageId,
    [added, removed, changed],
    revision,
  ]);
  expect(counts).toEqual([
    ["edit", "class", a, [0, 0, 1], 5],
    ["undo", "stamp", b, [0, 3, 0], 4],
    ["edit", "stamp", a, [2, 0, 0], 3],
    ["edit", "stamp", b, [3, 0, 0], 2],
  ]);
  expect(entries[1]).toMatchObject({
    author: "Grace",
    imagePath: expect.stringContaining("b.jpg"),
  });
  expect(entries[0]!.author).not.toBe("Grace");
  expect(Math.abs(entries[0]!.at - Date.now())).toBeLessThan(600_000);
  const page = await call("annotations/log", { datasetId, imageId: b, offset: 1, limit: 1 });
  expect(page).toMatchObject({ total: 2, entries: [{ kind: "edit", imageId: b }] });
});

test("images are reviewed one by one, and progress follows edits and reviews", async () => {
  const { call, refused, a, b, car, person, datasetId } = await writtenStreet();
  const next = async (after: number | null, ...states: ("todo" | "done" | "checked")[]) =>
    (await call("annotations/next", { datasetId, after, states })).imageId;
  expect(await next(null, "todo")).toBe(a);
  expect(await next(a, "todo")).toBe(b);
  expect(await next(b, "todo", "checked")).toBe(a);
  expect(await next(b, "done")).toBeNull();
  await call("annotations/review", { imageIds: [b], state: "done" });
  expect(await next(a, "todo")).toBeNull();
  expect(await next(null, "done", "checked")).toBe(b);
  expect(await call("annotations/get", { imageId: b })).toMatchObject({ review: "done" });
  await call("annotations/edit", {
    imageId: b,
    action: "draw",
    changes: [{ id: -1, before: null, after: fields(person, [1, 2, 13, 12]) }],
  });
  const progress = await call("annotations/progress", { datasetId });
  expect(progress.images).toEqual({ todo: 1, done: 1, checked: 0 });
  expect(progress.classes).toEqual([
    { categoryId: car, objects: 2, reviewed: 2 },
    { categoryId: person, objects: 2, reviewed: 1 },
  ]);
  expect(
    progress.buckets.map(({ label, objects, reviewed }) => [label, objects, reviewed]),
  ).toEqual([
    ["eS", 1, 1],
    ["rS", 2, 2],
    ["gS", 0, 0],
    ["N", 1, 0],
    ["larger", 0, 0],
  ]);
  const missing = await refused("annotations/review", { imageIds: [a, 777], state: "checked" });
  expect(missing).toMatchObject({ status: 404, code: "image/not-found" });
  expect((await call("annotations/progress", { datasetId })).images).toMatchObject({ checked: 0 });
});

test("classes are added with the next id of the user's files, and renamed, but never to a name in use", async () => {
  const { call, refused, app, b, car, person, datasetId } = await writtenStreet();
  const told: PushEvent[] = [];
  app.events.subscribe((event) => told.push(event));
  const bike = await call("categories/add", { datasetId, name: "bike" });
  expect(bike).toMatchObject({ sourceId: 10, name: "bike", role: "object" });
  expect(await refused("categories/add", { datasetId, name: "car" })).toMatchObject({
    code: "category/known-name",
    message: expect.stringContaining('"car"'),
  });
  expect(await call("categories/add", { datasetId, name: "Car" })).toMatchObject({ sourceId: 11 });
  expect(await call("categories/rename", { categoryId: car, name: "van" })).toMatchObject({
    id: car,
    sourceId: 7,
    name: "van",
  });
  expect(await refused("categories/rename", { categoryId: person, name: "van" })).toMatchObject({
    code: "category/known-name",
  });
  expect(await refused("categories/rename", { categoryId: 99, name: "x" })).toMatchObject({
    status: 404,
    code: "category/not-found",
  });
  expect(told).toEqual(Array(3).fill({ type: "changed", noun: "datasets" }));
  await call("annotations/edit", {
    imageId: b,
    action: "draw",
    changes: [{ id: -1, before: null, after: fields(bike.id, [1, 2, 3, 4]) }],
  });
  const { datasets } = await call("datasets/list", {});
  expect(datasets[0]!.categories.map(({ name }) => name)).toEqual(["van", "person", "bike", "Car"]);
  // The worker's columns follow: the new class counts.
  const { classes } = await call("annotations/progress", { datasetId });
  expect(classes.map(({ objects }) => objects)).toEqual([2, 1, 1, 0]);
});

test("many edits are told one by one at once, and as changed labels once and afterwards", async () => {
  const { call, app, b: imageId, car } = await writtenStreet();
  const told: PushEvent[] = [];
  app.events.subscribe((event) => told.push(event));
  for (let n = 0; n < 5; n += 1) {
    await call("annotations/edit", {
      imageId,
      action: "draw",
      changes: [{ id: -1, before: null, after: fields(car, [n, 2, 3, 4]) }],
    });
  }
  expect(told.map(({ type }) => type)).toEqual(Array(5).fill("edited"));
  await vi.waitFor(() => expect(told.at(-1)).toEqual({ type: "changed", noun: "annotations" }), {
    timeout: 10_000,
  });
  expect(told).toHaveLength(6);
});

test("a dataset that was edited is removed with its log", async () => {
  const { call, refused, app, b: imageId, car, datasetId } = await writtenStreet();
  await call("annotations/edit", {
    imageId,
    action: "draw",
    changes: [{ id: -1, before: null, after: fields(car, [1, 2, 3, 4]) }],
  });
  await call("revisions/name", { datasetId, name: "First" });
  await call("datasets/remove", { datasetId });
  const { db } = app.workspace.project;
  for (const table of ["annotation", "edit", "named_revision", "image"])
    expect(db.prepare(`SELECT count(*) FROM ${table}`).pluck().get(), table).toBe(0);
  expect(await refused("annotations/get", { imageId })).toMatchObject({ code: "image/not-found" });
});
