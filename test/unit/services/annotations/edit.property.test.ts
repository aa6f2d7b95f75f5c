import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { expect, test } from "vitest";
import { openDatabase, type Db } from "../../../../main/db/open.ts";
import { annotationQueries, type LabelRow } from "../../../../main/db/queries/annotations.ts";
import { addCategory } from "../../../../main/services/annotations/categories.ts";
import { editAnnotations, redoEdit, undoEdit } from "../../../../main/services/annotations/edit.ts";
import { editedImage } from "../../../../main/services/annotations/edited-image.ts";
import { compareImage, compareRevisions } from "../../../../main/services/revisions/compare.ts";
import { labelsAtRevision } from "../../../../main/services/revisions/labels-at-revision.ts";
import { restoreRevision } from "../../../../main/services/revisions/restore.ts";
import type { AnnotationChange } from "../../../../shared/domain/editing.ts";
import { fillDataset, portsOf, reopened } from "../../../fixtures/annotations/labelled-dataset.ts";
import { temporaryFolder } from "../../../fixtures/app/started-app.ts";

/** One label of the model: what there is to see of it. */
interface Label {
  readonly id: number;
  readonly categoryId: number;
  readonly box: readonly [number, number, number, number];
  readonly ignore: boolean;
  readonly area: number;
  /** Corners of the mask, moved along by the model; null without one. */
  readonly mask: readonly number[] | null;
}

/** An image of the model: all its states so far, and which of them it is in. */
interface Image {
  states: Label[][];
  at: number;
}

/** SQLite knows no negative zero. */
const value = fc.double({ min: -50, max: 700, noNaN: true }).map((number) => number + 0);
const side = fc.double({ min: 0.01, max: 90, noNaN: true });
const change = fc.oneof(
  fc.record({ kind: fc.constant("add" as const), box: fc.tuple(value, value, side, side) }),
  fc.record({ kind: fc.constant("remove" as const), which: fc.nat(9) }),
  fc.record({ kind: fc.constant("move" as const), which: fc.nat(9), x: value, y: value }),
  fc.record({ kind: fc.constant("resize" as const), which: fc.nat(9), w: side }),
  fc.record({ kind: fc.constant("class" as const), which: fc.nat(9) }),
  fc.record({ kind: fc.constant("ignore" as const), which: fc.nat(9) }),
);
type Change = typeof change extends fc.Arbitrary<infer T> ? T : never;
const image = fc.nat(1);
const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant("edit" as const),
      image,
      changes: fc.array(change, { minLength: 1, maxLength: 4 }),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("undo" as const), image }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("redo" as const), image }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("restart" as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("add class" as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("restore" as const), back: fc.nat(6) }) },
);

/** What the edit is to make of the labels, by rules written a second time; ids of additions are still to come. */
function planned(labels: readonly Label[], changes: readonly Change[], classes: readonly number[]) {
  const next = new Map(labels.map((label) => [label.id, label]));
  let newId = -1;
  for (const one of changes) {
    if (one.kind === "add") {
      const [, , w, h] = one.box;
      const rest = { categoryId: classes[0]!, ignore: false, area: w * h, mask: null };
      next.set(newId, { id: newId, box: one.box, ...rest });
      newId -= 1;
      continue;
    }
    const label = labels[one.which % Math.max(labels.length, 1)];
    const old = label && next.get(label.id);
    if (!old) continue;
    const [x, y, w, h] = old.box;
    if (one.kind === "remove") next.delete(old.id);
    else if (one.kind === "ignore") next.set(old.id, { ...old, ignore: !old.ignore });
    else if (one.kind === "class") {
      next.set(old.id, { ...old, categoryId: classes.find((id) => id !== old.categoryId)! });
    } else if (one.kind === "resize") {
      next.set(old.id, { ...old, box: [x, y, one.w, h] });
    } else next.set(old.id, { ...old, box: [one.x, one.y, w, h] });
  }
  return [...next.values()].map((label): Label => {
    const old = labels.find(({ id }) => id === label.id);
    if (!old || label.box.every((number, at) => number === old.box[at])) return label;
    const [x, y, w, h] = label.box;
    if (w !== old.box[2] || h !== old.box[3]) return { ...label, area: w * h, mask: null };
    const by = [x - old.box[0], y - old.box[1]];
    return { ...label, mask: old.mask?.map((corner, at) => corner + by[at % 2]!) ?? null };
  });
}

function changesBetween(before: readonly Label[], after: readonly Label[]): AnnotationChange[] {
  const fieldsOf = ({ categoryId, box, ignore }: Label) => ({
    categoryId,
    box,
    ignore,
    crowd: false,
  });
  const kept = before.map((label): AnnotationChange => {
    const now = after.find(({ id }) => id === label.id);
    return { id: label.id, before: fieldsOf(label), after: now ? fieldsOf(now) : null };
  });
  const added = after
    .filter(({ id }) => id < 0)
    .map((label): AnnotationChange => ({ id: label.id, before: null, after: fieldsOf(label) }));
  return [...kept, ...added];
}

const shown = (labels: readonly Label[]) =>
  labels.map(({ mask, ...label }) => ({ ...label, crowd: false, masked: mask !== null }));

test("after any edits, undos, redos, restores and restarts the labels are the model's, and every revision comes back", async () => {
  const folder = temporaryFolder();
  let run = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 20, size: "max" }), async (steps) => {
      run += 1;
      let db: Db = openDatabase(join(folder, `${run}.fovea`));
      const { datasetId, imageIds, categoryIds } = fillDataset(
        db,
        ["1.jpg", "2.jpg"],
        [
          {
            image: 0,
            category: 0,
            x: 5.5,
            y: 6,
            w: 10,
            h: 12,
            segmentation: "[[5.5,6,15.5,6,9,18]]",
          },
          { image: 1, category: 1, x: 30, y: 10, w: 20, h: 15, area: 211.5 },
          { image: 0, category: 1, x: 1 / 3, y: 2, w: 7, h: 9 },
        ],
      );
      const stored = (id: number) =>
        annotationQueries(db)
          .ofImage(id)
          .map(({ id, categoryId, x, y, w, h, ignore, area, segmentation }): Label => {
            const mask =
              segmentation === null ? null : (JSON.parse(segmentation) as number[][])[0]!;
            return { id, categoryId, box: [x, y, w, h], ignore, area, mask };
          });
      const model = imageIds.map((id): Image => ({ states: [stored(id)], at: 0 }));
      const all = (): LabelRow[] =>
        imageIds.flatMap((id) => annotationQueries(db).ofImage(id)).sort((a, b) => a.id - b.id);
      const revisions = [all()];
      for (const one of steps) {
        if (one.kind === "restart") {
          db = reopened(db);
        } else if (one.kind === "add class") {
          // A revision with the same labels.
          addCategory(portsOf(db), datasetId, `class ${revisions.length}`);
          revisions.push(all());
        } else if (one.kind === "restore") {
          const revision = Math.max(1, revisions.length - one.back);
          const outcome = await restoreRevision(portsOf(db), datasetId, revision);
          expect(all()).toEqual(revisions[revision - 1]);
          if (outcome.images > 0) revisions.push(all());
          expect(outcome.revision).toBe(revisions.length);
          for (const [i, entry] of model.entries()) {
            const now = stored(imageIds[i]!);
            if (isDeepStrictEqual(now, entry.states[entry.at])) continue;
            entry.states = [...entry.states.slice(0, entry.at + 1), now];
            entry.at += 1;
          }
        } else {
          const imageId = imageIds[one.image]!;
          const entry = model[one.image]!;
          const ports = portsOf(db);
          if (one.kind === "undo" && entry.at > 0) {
            undoEdit(ports, { imageId, origin: "" });
            entry.at -= 1;
          } else if (one.kind === "redo" && entry.at + 1 < entry.states.length) {
            redoEdit(ports, { imageId, origin: "" });
            entry.at += 1;
          } else if (one.kind === "edit") {
            const labels = entry.states[entry.at]!;
            const next = planned(labels, one.changes, categoryIds);
            const changes = changesBetween(labels, next);
            const isSame = isDeepStrictEqual(next, labels);
            const outcome = editAnnotations(ports, {
              imageId,
              action: "paste",
              changes,
              origin: "",
            });
            expect(outcome.revision).toBe(revisions.length + (isSame ? 0 : 1));
            if (isSame) continue;
            const ids = new Map(outcome.added.map(({ sentAs, id }) => [sentAs, id]));
            const state = next.map((label) => ({ ...label, id: ids.get(label.id) ?? label.id }));
            entry.states = [...entry.states.slice(0, entry.at + 1), state];
            entry.at += 1;
          } else {
            const refused = one.kind === "undo" ? undoEdit : redoEdit;
            expect(() => refused(ports, { imageId, origin: "" })).toThrow("left");
            continue;
          }
          revisions.push(all());
        }
        for (const [i, entry] of model.entries()) {
          const { annotations, revision, undo, redo } = editedImage(db, imageIds[i]!);
          expect(annotations).toEqual(shown(entry.states[entry.at]!));
          expect(stored(imageIds[i]!)).toEqual(entry.states[entry.at]);
          expect(revision).toBe(revisions.length);
          expect([undo !== null, redo !== null]).toEqual([
            entry.at > 0,
            entry.at + 1 < entry.states.length,
          ]);
        }
      }
      for (const [i, rows] of revisions.entries())
        expect([...labelsAtRevision(db, datasetId, i + 1)]).toEqual(rows);
      await expectCompared(db, datasetId, imageIds, revisions);
      db.close();
    }),
    { numRuns: 25 },
  );
}, 180_000);

/** Compares some pairs of revisions with what a comparison of their rows, one by one, finds. */
async function expectCompared(
  db: Db,
  datasetId: number,
  imageIds: readonly number[],
  revisions: readonly LabelRow[][],
): Promise<void> {
  const last = revisions.length;
  for (const [from, to] of [
    [1, last],
    [last, 1],
    [Math.ceil(last / 2), last],
  ] as const) {
    const before = new Map(revisions[from - 1]!.map((row) => [row.id, row]));
    const after = new Map(revisions[to - 1]!.map((row) => [row.id, row]));
    const place = ({ x, y, w, h }: LabelRow) => JSON.stringify([x, y, w, h]);
    const marks = ({ categoryId, ignore }: LabelRow) => JSON.stringify([categoryId, ignore]);
    const both = [...before.values()].filter(({ id }) => after.has(id));
    const expected = {
      added: [...after.keys()].filter((id) => !before.has(id)).length,
      removed: [...before.keys()].filter((id) => !after.has(id)).length,
      moved: both.filter((row) => place(row) !== place(after.get(row.id)!)).length,
      relabelled: both.filter((row) => marks(row) !== marks(after.get(row.id)!)).length,
    };
    const compared = await compareRevisions(db, datasetId, from, to);
    expect(compared).toMatchObject({ from, to, ...expected });
    const single = imageIds.flatMap((id) => compareImage(db, id, from, to));
    expect(single.filter(({ before }) => before === null)).toHaveLength(expected.added);
    expect(single.filter(({ after }) => after === null)).toHaveLength(expected.removed);
  }
}
