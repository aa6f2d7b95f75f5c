import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { EditOutcome, EditedImage } from "../../../shared/api/annotations.ts";
import type {
  AnnotationChange,
  AnnotationFields,
  EditableAnnotation,
} from "../../../shared/domain/editing.ts";
import { ApiError } from "../../../renderer/api/client.ts";
import type { KeptEdits } from "../../../renderer/stores/annotate-kept.ts";
import {
  createSaveQueue,
  type EditTask,
  type SaveState,
  type StepTask,
} from "../../../renderer/stores/annotate-queue.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const away = () => new ApiError("network/unreachable", "Fovea does not answer.", null, 0);
const conflict = () => new ApiError("annotation/conflict", "Label 7 is another now.", null, 409);

function fields(x: number, categoryId = 3): AnnotationFields {
  return { categoryId, box: [x, 23, 5, 7], crowd: false, ignore: false };
}

const add = (id: number, x: number): AnnotationChange => ({
  id,
  before: null,
  after: fields(x),
});
const move = (id: number, from: number, to: number): AnnotationChange => ({
  id,
  before: fields(from),
  after: fields(to),
});
const edit = (changes: readonly AnnotationChange[], imageId = 1): EditTask => ({
  kind: "edit",
  imageId,
  action: "move",
  changes,
});

/** A wire to a main side with one image of two labels, 7 and 9; each request is answered when the test says so. */
function slowWire() {
  const labels = new Map<number, EditableAnnotation>(
    [7, 9].map((id) => [id, { ...fields(id * 11), id, area: 35, masked: false }]),
  );
  let nextId = 40;
  let editId = 100;
  const sent: {
    task: EditTask | StepTask;
    answer: () => Promise<void>;
    fail: (error: ApiError) => Promise<void>;
    loseAnswer: () => Promise<void>;
  }[] = [];
  const states: SaveState[] = [];
  const saved: { outcome: EditOutcome; renamed: [number, number][]; current: number[] }[] = [];
  const conflicts: (readonly EditTask[])[] = [];

  function apply(task: EditTask | StepTask): EditOutcome {
    const added: { sentAs: number; id: number }[] = [];
    const changed: EditableAnnotation[] = [];
    const removed: number[] = [];
    for (const { id, before, after } of task.kind === "edit" ? task.changes : []) {
      if (!after) {
        labels.delete(id);
        removed.push(id);
        continue;
      }
      const real = before ? id : (nextId += 1);
      if (!before) added.push({ sentAs: id, id: real });
      const label = { ...after, id: real, area: 35, masked: false };
      labels.set(real, label);
      changed.push(label);
    }
    editId += 1;
    const undo = { editId, action: "move" as const };
    return { imageId: 1, datasetId: 2, revision: 5, undo, redo: null, changed, removed, added };
  }

  function wire(task: EditTask | StepTask): Promise<EditOutcome> {
    return new Promise((resolve, reject) => {
      const settle = async (work: () => void) => {
        work();
        await vi.advanceTimersByTimeAsync(0);
      };
      sent.push({
        task,
        answer: () => settle(() => resolve(apply(task))),
        fail: (error) => settle(() => reject(error)),
        loseAnswer: () => settle(() => (apply(task), reject(away()))),
      });
    });
  }

  const wired = () =>
    createSaveQueue(
      {
        edit: wire,
        step: wire,
        get: () =>
          Promise.resolve({
            datasetId: 2,
            revision: 5,
            undo: { editId, action: "move" },
            redo: null,
            annotations: [...labels.values()],
          } as unknown as EditedImage),
      },
      {
        onState: (state) => states.push(state),
        onSaved: (_task, outcome, renamed, current) =>
          saved.push({ outcome, renamed: [...renamed], current: current.map(({ id }) => id) }),
        onConflict: (_imageId, _error, edits) => conflicts.push(edits),
      },
    );
  const queue = wired();
  queue.know(1, { undo: null, redo: null }, [7, 9]);
  const state = () => states.at(-1)!;
  return { queue, sent, saved, conflicts, labels, state, wired };
}

/** As it comes back from where a browser keeps it. */
const throughStorage = (kept: KeptEdits) => JSON.parse(JSON.stringify(kept)) as KeptEdits;

describe("the save queue", () => {
  test("one request goes after the other, in the order of the edits", async () => {
    const { queue, sent, state } = slowWire();
    queue.push(edit([move(7, 77, 78)]));
    queue.push(edit([move(9, 99, 90)]));
    expect(sent.length).toBe(1);
    expect(state()).toEqual({ kind: "saving", count: 2 });
    await sent[0]!.answer();
    expect(sent.length).toBe(2);
    await sent[1]!.answer();
    expect(state()).toEqual({ kind: "saved" });
  });

  test("an edit of an addition under way gets the id that the addition is given", async () => {
    const { queue, sent, saved } = slowWire();
    queue.push(edit([add(-1, 11)]));
    queue.push(edit([move(-1, 11, 13)]));
    await sent[0]!.answer();
    expect(saved[0]!.renamed).toEqual([[-1, 41]]);
    // What the answer says about it is older than the move that waits.
    expect(saved[0]!.current).toEqual([]);
    expect((sent[1]!.task as EditTask).changes).toEqual([move(41, 11, 13)]);
    await sent[1]!.answer();
    expect(saved[1]!.current).toEqual([41]);
  });

  test("edits wait while nobody answers, are sent again by themselves, and none is lost", async () => {
    const { queue, sent, labels, state } = slowWire();
    queue.push(edit([move(7, 77, 78)]));
    queue.push(edit([move(9, 99, 90)]));
    await sent[0]!.fail(away());
    expect(state()).toMatchObject({ kind: "failed", count: 2, retries: true });
    queue.push(edit([move(7, 78, 79)]));
    expect(state()).toMatchObject({ kind: "failed", count: 3 });
    await vi.advanceTimersByTimeAsync(1000);
    expect(state()).toEqual({ kind: "saving", count: 3 });
    await sent[1]!.fail(away());
    await vi.advanceTimersByTimeAsync(1000);
    expect(sent.length).toBe(2);
    await vi.advanceTimersByTimeAsync(1000);
    for (const at of [2, 3, 4]) await sent[at]!.answer();
    expect([labels.get(7)!.box[0], labels.get(9)!.box[0]]).toEqual([79, 90]);
    expect(state()).toEqual({ kind: "saved" });
  });

  test("an addition whose answer was lost is found again, not added twice", async () => {
    const { queue, sent, saved, labels } = slowWire();
    queue.push(edit([add(-1, 11)]));
    queue.push(edit([move(-1, 11, 13)]));
    await sent[0]!.loseAnswer();
    queue.retry();
    await vi.advanceTimersByTimeAsync(0);
    expect(saved[0]!.renamed).toEqual([[-1, 41]]);
    expect(sent.length).toBe(2);
    await sent[1]!.answer();
    expect(labels.size).toBe(3);
    expect(labels.get(41)!.box[0]).toBe(13);
  });

  test("a removal that never arrived is sent again", async () => {
    const { queue, sent, labels } = slowWire();
    queue.push(edit([{ id: 7, before: fields(77), after: null }]));
    await sent[0]!.fail(away());
    queue.retry();
    await vi.advanceTimersByTimeAsync(0);
    await sent[1]!.answer();
    expect([...labels.keys()]).toEqual([9]);
  });

  test("a conflict hands back the edit and those after it in its image; other images go on", async () => {
    const { queue, sent, conflicts, state } = slowWire();
    queue.push(edit([move(7, 77, 78)]));
    queue.push(edit([move(9, 99, 90)]));
    queue.push(edit([add(-4, 30)], 2));
    await sent[0]!.fail(conflict());
    expect(conflicts[0]!.map(({ changes }) => changes[0]!.id)).toEqual([7, 9]);
    expect((sent[1]!.task as EditTask).imageId).toBe(2);
    await sent[1]!.answer();
    expect(state()).toEqual({ kind: "saved" });
  });

  test("a refusal that will not change is kept until it is given up", async () => {
    const { queue, sent, state } = slowWire();
    queue.push(edit([move(7, 77, 78)]));
    await sent[0]!.fail(new ApiError("call/bad-input", "box is too large", null, 400));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(sent.length).toBe(1);
    expect(state()).toMatchObject({ kind: "failed", retries: false });
    expect(queue.discard()).toBe(1);
    expect(state()).toEqual({ kind: "saved" });
  });

  test("nudges that follow at once are one edit, from where the first began to where the last ended", async () => {
    const { queue, sent } = slowWire();
    for (const x of [77, 78, 79]) queue.push(edit([move(7, x, x + 1)]), 300);
    expect(sent.length).toBe(0);
    await vi.advanceTimersByTimeAsync(300);
    expect(sent.map(({ task }) => (task as EditTask).changes)).toEqual([[move(7, 77, 80)]]);
  });

  test("another edit does not wait for nudges to settle, and comes after them", async () => {
    const { queue, sent } = slowWire();
    queue.push(edit([move(7, 77, 78)]), 300);
    queue.push({ kind: "undo", imageId: 1 });
    expect(sent.length).toBe(1);
    await sent[0]!.answer();
    expect(sent[1]!.task.kind).toBe("undo");
  });

  test("whoever waits for an image is told when it is saved, and when it cannot be", async () => {
    const { queue, sent } = slowWire();
    const told: string[] = [];
    queue.push(edit([move(7, 77, 78)]));
    queue.push(edit([add(-4, 30)], 2));
    void queue.rest(1).then(() => told.push("one"));
    void queue.rest(null).then(() => told.push("all"));
    await sent[0]!.answer();
    expect(told).toEqual(["one"]);
    await sent[1]!.fail(away());
    expect(told).toEqual(["one", "all"]);
    expect(queue.isPending(2)).toBe(true);
  });

  test("what waits goes on in the next page, under numbers of its own", async () => {
    const gone = slowWire();
    gone.queue.push(edit([add(-1, 11), move(7, 77, 78)]));
    gone.queue.push(edit([move(-1, 11, 13)]));
    await gone.sent[0]!.fail(away());
    const kept = throughStorage(gone.queue.kept());
    const { queue, sent, labels, state } = slowWire();
    let next = -20;
    queue.restore(kept, () => next--);
    await vi.advanceTimersByTimeAsync(0);
    expect((sent[0]!.task as EditTask).changes.map(({ id }) => id)).toEqual([-20, 7]);
    await sent[0]!.answer();
    await sent[1]!.answer();
    expect([...labels].map(([id, { box }]) => [id, box[0]])).toEqual([
      [7, 78],
      [9, 99],
      [41, 13],
    ]);
    expect(state()).toEqual({ kind: "saved" });
  });

  test("the next page does not send again what was saved without an answer", async () => {
    const { queue, sent, labels, wired } = slowWire();
    queue.push(edit([add(-1, 11)]));
    queue.push(edit([move(-1, 11, 13)]));
    await sent[0]!.loseAnswer();
    const kept = throughStorage(queue.kept());
    const next = wired();
    next.restore(kept, () => -30);
    await vi.advanceTimersByTimeAsync(0);
    expect((sent[1]!.task as EditTask).changes).toEqual([move(41, 11, 13)]);
    await sent[1]!.answer();
    expect([labels.size, labels.get(41)!.box[0]]).toEqual([3, 13]);
  });

  test("the next page takes back no edit but the one that was meant", async () => {
    const { queue, sent, wired } = slowWire();
    queue.push(edit([move(7, 77, 78)]));
    await sent[0]!.answer();
    queue.push({ kind: "undo", imageId: 1 });
    await sent[1]!.fail(away());
    const kept = throughStorage(queue.kept());
    // Another window edits before the next page is opened.
    const other = wired();
    other.push(edit([move(9, 99, 90)]));
    await sent[2]!.answer();
    wired().restore(kept, () => -30);
    await vi.advanceTimersByTimeAsync(0);
    expect(sent.length).toBe(3);
  });

  test("what is set aside is not sent any more, whatever is answered", async () => {
    const { queue, sent, saved, state } = slowWire();
    queue.push(edit([move(7, 77, 78)]));
    queue.push(edit([move(9, 99, 90)]));
    queue.clear(away());
    queue.push(edit([move(9, 99, 91)]));
    await sent[0]!.answer();
    expect(saved).toEqual([]);
    expect((sent[1]!.task as EditTask).changes).toEqual([move(9, 99, 91)]);
    await sent[1]!.answer();
    expect(state()).toEqual({ kind: "saved" });
  });

  test("an order runs after the edits before it, and its failure holds nothing up", async () => {
    const { queue, sent } = slowWire();
    const failed: string[] = [];
    const order = () => Promise.reject(new ApiError("suspect/gone", "It is none", null, 409));
    queue.push(edit([move(7, 77, 78)]));
    queue.push({
      kind: "order",
      imageId: 1,
      run: order,
      failed: ({ code }) => failed.push(code),
    });
    queue.push(edit([move(9, 99, 90)]));
    expect(failed).toEqual([]);
    await sent[0]!.answer();
    expect(failed).toEqual(["suspect/gone"]);
    expect(sent.length).toBe(2);
  });
});
