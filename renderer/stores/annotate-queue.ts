import type { EditOutcome, EditedImage, UndoState } from "../../shared/api/annotations.ts";
import type { AnnotationChange, EditAction } from "../../shared/domain/editing.ts";
import { ApiError, toApiError } from "../api/client.ts";
import type { KeptEdits, KeptTask } from "./annotate-kept.ts";
import { appliedIn, mergedChanges, renameChanges } from "./annotate-labels.ts";

/** What is to be saved, in the order in which it was done. */
export type SaveTask = EditTask | StepTask | OrderTask;

export interface EditTask {
  readonly kind: "edit";
  readonly imageId: number;
  readonly action: EditAction;
  readonly changes: readonly AnnotationChange[];
}

export interface StepTask {
  readonly kind: "undo" | "redo";
  readonly imageId: number;
}

/** A call that must wait for the edits before it. Its failure is told to who ordered it, and holds nothing up. */
export interface OrderTask {
  readonly kind: "order";
  readonly imageId: number;
  readonly run: () => Promise<EditOutcome | null>;
  readonly failed: (error: ApiError) => void;
}

export interface SaveTransport {
  readonly edit: (task: EditTask) => Promise<EditOutcome>;
  readonly step: (task: StepTask) => Promise<EditOutcome>;
  readonly get: (imageId: number) => Promise<EditedImage>;
}

export type SaveState =
  | { readonly kind: "saved" }
  | { readonly kind: "saving"; readonly count: number }
  /** Nothing is lost: what waits is sent again, by itself where `retries` says so. */
  | {
      readonly kind: "failed";
      readonly count: number;
      readonly error: ApiError;
      readonly retries: boolean;
    };

export interface SaveEvents {
  readonly onState: (state: SaveState) => void;
  /** `current` are the changed labels that no waiting edit is about to change again. */
  readonly onSaved: (
    task: SaveTask,
    outcome: EditOutcome,
    renamed: ReadonlyMap<number, number>,
    current: EditOutcome["changed"],
  ) => void;
  /** Labels are no longer what an edit says: it and the edits after it in the image are handed back. */
  readonly onConflict: (imageId: number, error: ApiError, edits: readonly EditTask[]) => void;
}

export interface SaveQueue {
  /** `settle`: milliseconds in which an edit of the same kind and the same labels may still join this one. */
  readonly push: (task: SaveTask, settle?: number) => void;
  readonly flush: () => void;
  readonly retry: () => void;
  /** Gives up what could not be saved, and all that follows it in its image. Returns the image. */
  readonly discard: () => number | null;
  readonly isPending: (imageId?: number) => boolean;
  /** What the edits of an image that wait are to change, in their order. */
  readonly pendingChanges: (imageId: number) => readonly AnnotationChange[];
  /** Resolves when nothing of the image (null: of any) waits, or when saving has failed. */
  readonly rest: (imageId: number | null) => Promise<void>;
  /** What Undo would take back, as the image came with it. */
  readonly know: (imageId: number, undo: UndoState, ids: Iterable<number>) => void;
  /** What waits, for the next page; orders end with this one. */
  readonly kept: () => KeptEdits;
  /** Queues what an earlier page has kept. `newId` gives ids to its additions. */
  readonly restore: (edits: KeptEdits, newId: () => number) => void;
  /** Forgets what waits; orders are told that they failed. */
  readonly clear: (error: ApiError) => void;
}

interface Waiting {
  task: SaveTask;
  /** It may have been saved although no answer came. */
  uncertain: boolean;
  settling: ReturnType<typeof setTimeout> | null;
  /** Of an undo or a redo: the edit it was sent for. */
  target: number | null;
  /** It comes from an earlier page: how its image stood then. */
  earlier: { readonly newest: number } | null;
}

const FIRST_RETRY = 1000;
const LONGEST_RETRY = 15_000;

/** Sends one thing after the other. Nothing leaves the queue before it is saved, given up, or handed back. */
export function createSaveQueue(transport: SaveTransport, events: SaveEvents): SaveQueue {
  const waiting: Waiting[] = [];
  const resting = new Set<{ imageId: number | null; resolve: () => void }>();
  /** By image: what its undo stands at, and the labels it is known to have. */
  const known = new Map<number, { undo: UndoState; ids: Set<number> }>();
  let busy = false;
  let failure: { error: ApiError; retries: boolean } | null = null;
  let retryTimer: ReturnType<typeof setTimeout> | null = null;
  let delay = FIRST_RETRY;

  function tell(): void {
    const count = waiting.length;
    if (count === 0) events.onState({ kind: "saved" });
    else if (failure) events.onState({ kind: "failed", count, ...failure });
    else events.onState({ kind: "saving", count });
    for (const one of resting) {
      if (failure === null && isPending(one.imageId ?? undefined)) continue;
      resting.delete(one);
      one.resolve();
    }
  }

  function isPending(imageId?: number): boolean {
    return waiting.some(({ task }) => imageId === undefined || task.imageId === imageId);
  }

  function unsettle(entry: Waiting): void {
    if (entry.settling) clearTimeout(entry.settling);
    entry.settling = null;
  }

  function push(task: SaveTask, settle = 0): void {
    const last = waiting.at(-1);
    if (last?.settling) {
      const joined = joinedTask(last.task, task);
      if (joined && settle > 0) {
        last.task = joined;
        unsettle(last);
        last.settling = setTimeout(() => settled(last), settle);
        tell();
        return;
      }
      unsettle(last);
    }
    const entry: Waiting = { task, ...fresh };
    if (settle > 0) entry.settling = setTimeout(() => settled(entry), settle);
    waiting.push(entry);
    tell();
    if (!failure) void pump();
  }

  function settled(entry: Waiting): void {
    entry.settling = null;
    if (!failure) void pump();
  }

  async function pump(): Promise<void> {
    if (busy) return;
    busy = true;
    for (let head = waiting[0]; head && !head.settling; head = waiting[0]) {
      try {
        const outcome = await send(head);
        if (!drop(head)) continue;
        delay = FIRST_RETRY;
        if (outcome) accept(head.task, outcome);
      } catch (thrown) {
        if (waiting.includes(head) && !refused(head, toApiError(thrown))) break;
      }
      tell();
    }
    busy = false;
    tell();
  }

  /** Returns whether it was still there. */
  function drop(entry: Waiting): boolean {
    const at = waiting.indexOf(entry);
    if (at >= 0) waiting.splice(at, 1);
    return at >= 0;
  }

  async function send(head: Waiting): Promise<EditOutcome | null> {
    if (head.task.kind === "order") return head.task.run();
    if (head.uncertain) {
      const found = await lookFor(head, head.task);
      if (found) return found;
      head.uncertain = false;
    }
    if (head.task.kind === "edit") return transport.edit(head.task);
    const state = known.get(head.task.imageId)?.undo;
    head.target = state?.[head.task.kind]?.editId ?? null;
    return transport.step(head.task);
  }

  /** Whether what was sent before is there already; null where it is not. */
  async function lookFor(head: Waiting, task: EditTask | StepTask): Promise<EditOutcome | null> {
    const now = await transport.get(task.imageId);
    const { imageId } = task;
    if (head.earlier && !known.has(imageId)) {
      const { newest } = head.earlier;
      const ids = now.annotations.flatMap(({ id }) => (id <= newest ? [id] : []));
      known.set(imageId, { undo: { undo: now.undo, redo: now.redo }, ids: new Set(ids) });
    }
    const rest = { imageId, datasetId: now.datasetId, revision: now.revision };
    const undo = { undo: now.undo, redo: now.redo };
    if (task.kind === "edit") {
      const ids = known.get(imageId)?.ids ?? new Set<number>();
      const applied = appliedIn(now.annotations, task.changes, ids);
      return applied && { ...rest, ...undo, ...applied };
    }
    const other = task.kind === "undo" ? now.redo : now.undo;
    const isDone = head.target !== null && other?.editId === head.target;
    // What was to be taken back is not the last edit any more: something else would be.
    if (!isDone && head.earlier && now[task.kind]?.editId !== head.target)
      throw new ApiError("annotation/nothing-to-undo", "Others have edited since.", null, 409);
    if (!isDone) return null;
    const before = known.get(imageId)?.ids ?? new Set<number>();
    const left = new Set(now.annotations.map(({ id }) => id));
    const removed = [...before].filter((id) => !left.has(id));
    return { ...rest, ...undo, changed: now.annotations, removed, added: [] };
  }

  function accept(task: SaveTask, outcome: EditOutcome): void {
    const renamed = new Map(outcome.added.map(({ sentAs, id }) => [sentAs, id]));
    for (const entry of waiting) {
      if (entry.task.kind !== "edit" || entry.task.imageId !== task.imageId) continue;
      entry.task = { ...entry.task, changes: renameChanges(entry.task.changes, renamed) };
    }
    const ids = known.get(outcome.imageId)?.ids ?? new Set<number>();
    for (const { id } of outcome.changed) ids.add(id);
    for (const { id } of outcome.added) ids.add(id);
    for (const id of outcome.removed) ids.delete(id);
    known.set(outcome.imageId, { undo: { undo: outcome.undo, redo: outcome.redo }, ids });
    const touched = new Set(
      waiting.flatMap((entry) =>
        entry.task.kind === "edit" ? entry.task.changes.map(({ id }) => id) : [],
      ),
    );
    const current = outcome.changed.filter(({ id }) => !touched.has(id));
    events.onSaved(task, outcome, renamed, current);
  }

  /** Returns whether the queue goes on. */
  function refused(head: Waiting, error: ApiError): boolean {
    const { task } = head;
    if (task.kind === "order") {
      drop(head);
      task.failed(error);
      return true;
    }
    if (
      error.code === "annotation/nothing-to-undo" ||
      error.code === "annotation/nothing-to-redo"
    ) {
      drop(head);
      return true;
    }
    if (error.code === "annotation/conflict" || error.code === "annotation/gone") {
      const edits = takeOut(task.imageId).filter((one) => one.kind === "edit");
      events.onConflict(task.imageId, error, edits);
      return true;
    }
    // No answer, or one that says nothing about the edit: it may be saved, and it may be tried again.
    // 401: the host was started anew; it lets this page in again once its new address is opened.
    const retries = error.status === 0 || error.status === 401 || error.status >= 500;
    head.uncertain ||= retries;
    failure = { error, retries };
    if (retries) {
      retryTimer = setTimeout(retry, delay);
      delay = Math.min(delay * 2, LONGEST_RETRY);
    }
    return false;
  }

  function takeOut(imageId: number): readonly SaveTask[] {
    const taken = waiting.filter(({ task }) => task.imageId === imageId);
    for (const entry of taken) {
      unsettle(entry);
      waiting.splice(waiting.indexOf(entry), 1);
    }
    return taken.map(({ task }) => task);
  }

  function retry(): void {
    if (retryTimer) clearTimeout(retryTimer);
    retryTimer = null;
    if (!failure) return;
    failure = null;
    tell();
    void pump();
  }

  return {
    push,
    retry,
    isPending,
    pendingChanges: (imageId) =>
      waiting.flatMap(({ task }) =>
        task.kind === "edit" && task.imageId === imageId ? task.changes : [],
      ),
    flush() {
      for (const entry of waiting) unsettle(entry);
      if (!failure) void pump();
    },
    discard() {
      const imageId = failure ? (waiting[0]?.task.imageId ?? null) : null;
      if (imageId === null) return null;
      for (const task of takeOut(imageId)) {
        if (task.kind === "order") task.failed(failure!.error);
      }
      retry();
      return imageId;
    },
    rest(imageId) {
      return new Promise((resolve) => {
        resting.add({ imageId, resolve });
        tell();
      });
    },
    know(imageId, { undo, redo }, ids) {
      known.set(imageId, { undo: { undo, redo }, ids: new Set(ids) });
    },
    kept() {
      const seen = new Set<number>();
      const tasks = waiting.flatMap(({ task, target }): readonly KeptTask[] => {
        if (task.kind === "order") return [];
        const isFirst = !seen.has(task.imageId);
        seen.add(task.imageId);
        if (task.kind === "edit" || !isFirst) return [{ task, target: null }];
        const last = known.get(task.imageId)?.undo[task.kind]?.editId ?? null;
        return [{ task, target: target ?? last }];
      });
      const images = [...known].flatMap(([imageId, { undo, ids }]) =>
        seen.has(imageId) ? [{ imageId, undo, newest: highest(ids) }] : [],
      );
      return { tasks, images };
    },
    restore({ tasks, images }, newId) {
      const seen = new Set<number>();
      const ids = new Map<number, number>();
      for (const { task, target } of tasks) {
        const { imageId } = task;
        const newest = images.find((image) => image.imageId === imageId)?.newest ?? 0;
        const isFirst = !seen.has(imageId) && !isPending(imageId);
        seen.add(imageId);
        if (isFirst) known.delete(imageId);
        // Only the first can have been sent; asking about the first of each image tells how it stands.
        const entry = { ...fresh, uncertain: isFirst, target, earlier: { newest } };
        waiting.push({ ...entry, task: renumbered(task, ids, newId) });
      }
      tell();
      if (!failure) void pump();
    },
    clear(error) {
      for (const entry of waiting.splice(0)) {
        unsettle(entry);
        if (entry.task.kind === "order") entry.task.failed(error);
      }
      retry();
      tell();
    },
  };
}

const fresh = { uncertain: false, settling: null, target: null, earlier: null } as const;

function highest(ids: Iterable<number>): number {
  let most = 0;
  for (const id of ids) most = Math.max(most, id);
  return most;
}

/** The additions of another page have numbers that this one uses for its own. */
function renumbered<T extends EditTask | StepTask>(
  task: T,
  ids: Map<number, number>,
  newId: () => number,
): T {
  if (task.kind !== "edit") return task;
  for (const { id } of task.changes) if (id < 0 && !ids.has(id)) ids.set(id, newId());
  return { ...task, changes: renameChanges(task.changes, ids) };
}

function joinedTask(first: SaveTask, second: SaveTask): SaveTask | null {
  if (first.kind !== "edit" || second.kind !== "edit") return null;
  if (first.imageId !== second.imageId || first.action !== second.action) return null;
  const changes = mergedChanges(first.changes, second.changes);
  return changes && { ...first, changes };
}
