import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openDatabase } from "../../main/db/open.ts";
import { undoEdit } from "../../main/services/annotations/edit.ts";
import { editedImage } from "../../main/services/annotations/edited-image.ts";
import { labelsAtRevision } from "../../main/services/revisions/labels-at-revision.ts";
import { fields, fillDataset, portsOf } from "../fixtures/annotations/labelled-dataset.ts";
import { serveProject } from "../fixtures/app/served-project.ts";
import { temporaryFolder } from "../fixtures/app/started-app.ts";

const BOXES_AN_EDIT = 150;

function project() {
  const folder = join(temporaryFolder(), "street");
  mkdirSync(folder);
  const file = join(folder, "project.fovea");
  const db = openDatabase(file);
  const { datasetId, imageIds, categoryIds } = fillDataset(
    db,
    ["1.jpg", "2.jpg"],
    [{ image: 0, category: 0, x: 5, y: 6, w: 10, h: 12 }],
  );
  db.close();
  return { folder, file, datasetId, imageId: imageIds[0]!, car: categoryIds[0]! };
}

test("kill -9 in a burst of edits loses nothing that was acknowledged, and leaves no part of an edit", async () => {
  const { folder, file, datasetId, imageId, car } = project();
  const data = temporaryFolder();
  let acknowledged = 0;
  for (const [round, delay] of [1, 7, 16].entries()) {
    const served = await serveProject(folder, data);
    const target = 12 * (round + 1);
    let killed: Promise<void> | null = null;
    const changes = Array.from({ length: BOXES_AN_EDIT }, (_, n) => ({
      id: -1 - n,
      before: null,
      after: fields(car, [n + 0.1, round + 1, 3, 4]),
    }));
    for (;;) {
      try {
        await served.call("annotations/edit", { imageId, action: "stamp", changes });
        acknowledged += 1;
      } catch (error) {
        // Only the kill may end it: an answer that is an error is none of it.
        expect(killed, String(error)).not.toBeNull();
        break;
      }
      if (acknowledged >= target)
        killed ??= new Promise((resolve) => {
          setTimeout(() => void served.kill().then(resolve), delay);
        });
    }
    await killed;

    const db = openDatabase(file);
    expect(db.pragma("integrity_check", { simple: true })).toBe("ok");
    expect(db.pragma("foreign_key_check")).toEqual([]);
    const { annotations, revision, undo } = editedImage(db, imageId);
    // The edit under way may have been written before its answer was sent.
    expect([acknowledged, acknowledged + 1]).toContain(revision - 1);
    acknowledged = revision - 1;
    expect(annotations).toHaveLength(1 + acknowledged * BOXES_AN_EDIT);
    expect(undo).not.toBeNull();
    expect([...labelsAtRevision(db, datasetId, 2)]).toHaveLength(1 + BOXES_AN_EDIT);
    db.close();
  }
  const db = openDatabase(file);
  for (let n = 0; n < acknowledged; n += 1) undoEdit(portsOf(db), { imageId, origin: "" });
  expect(editedImage(db, imageId)).toMatchObject({
    undo: null,
    annotations: [{ box: [5, 6, 10, 12] }],
  });
  db.close();
});

test("two processes on one project: edits of different labels both land, of the same one the later is refused", async () => {
  const { folder, imageId, car } = project();
  const [left, right] = await Promise.all([
    serveProject(folder, temporaryFolder()),
    serveProject(folder, temporaryFolder()),
  ]);
  const draw = (x: number) => ({ id: -1, before: null, after: fields(car, [x, 2, 3, 4]) });
  const ids = await Promise.all(
    [left, right].map(async (window, at) => {
      const made: number[] = [];
      for (let n = 0; n < 20; n += 1) {
        const changes = [draw(100 * at + n)];
        const outcome = await window.call("annotations/edit", { imageId, action: "draw", changes });
        made.push(outcome.added[0]!.id);
      }
      return made;
    }),
  );
  expect(new Set(ids.flat()).size).toBe(40);
  const shown = await right.call("annotations/get", { imageId });
  expect(shown.revision).toBe(41);
  expect(shown.annotations).toHaveLength(41);

  const { id } = shown.annotations[0]!;
  const before = fields(car, [5, 6, 10, 12]);
  const move = (x: number) => ({
    imageId,
    action: "move" as const,
    changes: [{ id, before, after: fields(car, [x, 6, 10, 12]) }],
  });
  const outcomes = await Promise.allSettled([
    left.call("annotations/edit", move(6)),
    right.call("annotations/edit", move(7)),
  ]);
  const refused = outcomes.filter((outcome) => outcome.status === "rejected");
  expect(refused).toHaveLength(1);
  expect(String(refused[0]!.reason)).toContain("annotation/conflict");
  // Undo is the image's, not the window's.
  await left.call("annotations/undo", { imageId });
  const after = await right.call("annotations/get", { imageId });
  expect(after.annotations[0]).toMatchObject({ box: [5, 6, 10, 12] });
});
