import { defineStore } from "pinia";
import { computed, ref, shallowRef, triggerRef, watch } from "vue";
import type { EditOutcome, EditedImage, UndoState } from "../../shared/api/annotations.ts";
import type { PushEvent } from "../../shared/api/jobs.ts";
import type {
  AnnotationChange,
  EditAction,
  EditableAnnotation,
  ReviewState,
} from "../../shared/domain/editing.ts";
import type { ImageRecord } from "../../shared/domain/records.ts";
import { ApiError, call } from "../api/client.ts";
import { createKeeper, type KeptEdits } from "./annotate-kept.ts";
import {
  asLabels,
  changesOnto,
  patchOf,
  sameFields,
  writable,
  type LabelPatch,
} from "./annotate-labels.ts";
import { createSaveQueue, type EditTask, type SaveState, type SaveTask } from "./annotate-queue.ts";
import { useProject } from "./project.ts";

/** The word by which this window knows its own edits when the event about them comes. */
const origin = `page-${crypto.randomUUID()}`;

/** Nudges that follow within this time are one edit, milliseconds. */
const SETTLE = 350;

/** Larger edits are kept for the next page only if they are not saved within this time, milliseconds. */
const KEEP_LARGE = 250;
/** Changes of labels from which on an edit is large. */
const LARGE = 500;

/** Edits that met labels which someone else had changed. */
export interface EditConflict {
  readonly imageId: number;
  readonly error: ApiError;
  readonly edits: readonly EditTask[];
  /** How many of the labels can still be edited as they were to be; null while that is found out. */
  readonly applicable: number | null;
}

/** What the canvas is told: all labels anew, a part of them, or ids that additions were given. */
export type LabelNews =
  | { readonly kind: "all" }
  | ({ readonly kind: "patch" } & LabelPatch)
  | { readonly kind: "renamed"; readonly ids: ReadonlyMap<number, number> };

/**
 * The labels of the image that is being edited, and the queue that saves them. It outlives the page, so that what
 * waits is saved wherever one goes.
 */
export const useAnnotate = defineStore("annotate", () => {
  const project = useProject();
  const image = shallowRef<ImageRecord | null>(null);
  const datasetId = ref<number | null>(null);
  const review = ref<ReviewState>("todo");
  const undoState = shallowRef<UndoState>({ undo: null, redo: null });
  /** Changed in place, and triggered: ten thousand labels are not copied for each edit. */
  const labels = shallowRef<Map<number, EditableAnnotation>>(new Map());
  const selection = shallowRef<ReadonlySet<number>>(new Set());
  const error = shallowRef<unknown>(null);
  const saveState = shallowRef<SaveState>({ kind: "saved" });
  const conflict = shallowRef<EditConflict | null>(null);
  /** Grows with every edit that was saved, here or elsewhere: scores and verdicts follow it. */
  const savedEdits = ref(0);
  const wanted = ref<number | null>(null);
  const listeners = new Set<(news: LabelNews) => void>();
  let nextNew = -1;
  /** Edits made here less those taken back: tells whether a decision was the last thing done. */
  let depth = 0;
  let stale = false;

  /** Of the edits that wait: in another project the same ids mean other images. */
  let projectPath: string | undefined;
  const keeper = createKeeper(origin);
  /** Edits of an earlier page that were found waiting. */
  const restored = ref(0);
  let keepTimer: ReturnType<typeof setTimeout> | undefined;

  function inProject<T>(work: () => Promise<T>): Promise<T> {
    if (project.info?.path === projectPath) return work();
    const message = `These edits belong to the project ${projectPath}. Open it again to save them.`;
    return Promise.reject(new ApiError("annotation/other-project", message, null, 0));
  }

  const queue = createSaveQueue(
    {
      edit: ({ imageId, action, changes }) =>
        inProject(() =>
          call("annotations/edit", { imageId, action, changes: changes.map(writable), origin }),
        ),
      step: ({ kind, imageId }) =>
        inProject(() => call(`annotations/${kind}`, { imageId, origin })),
      get: (imageId) => inProject(() => call("annotations/get", { imageId })),
    },
    {
      onState: (state) => {
        saveState.value = state;
        keepSoon();
        if (state.kind === "saved" && stale && wanted.value !== null) void read(wanted.value);
      },
      onSaved,
      onConflict: (imageId, thrown, edits) => void meetConflict(imageId, thrown, edits),
    },
  );

  function push(task: SaveTask, settle?: number): void {
    if (!queue.isPending()) projectPath = project.info?.path;
    queue.push(task, settle);
  }

  /** What waits outlives this page; a conflict that is not dealt with is met again by the next. */
  function keep(): boolean {
    clearTimeout(keepTimer);
    keepTimer = undefined;
    if (projectPath === undefined) return true;
    const { tasks, images } = queue.kept();
    const met = (conflict.value?.edits ?? []).map((task) => ({ task, target: null }));
    return keeper.write(projectPath, { tasks: [...met, ...tasks], images });
  }

  function keepSoon(): void {
    const { tasks } = queue.kept();
    const size = tasks.reduce((sum, { task }) => sum + sizeOf(task), 0);
    if (size <= LARGE) keep();
    else keepTimer ??= setTimeout(keep, KEEP_LARGE);
  }

  window.addEventListener("pagehide", () => keep());
  watch(conflict, () => keep());
  watch(
    () => project.info?.path,
    (now, before) => {
      if (before !== undefined && (queue.isPending() || conflict.value)) setAside(before);
      if (now !== undefined) void keeper.takeOver(now, (edits) => goOnWith(now, edits));
    },
    { immediate: true },
  );

  /** Edits of a project that is left wait for it to be opened again. */
  function setAside(path: string): void {
    if (!keep()) return;
    keeper.setAside();
    projectPath = undefined;
    conflict.value = null;
    const message = `The project ${path} was left before this was done.`;
    queue.clear(new ApiError("annotation/other-project", message, null, 0));
  }

  function goOnWith(path: string, edits: KeptEdits): void {
    if (!queue.isPending()) projectPath = path;
    queue.restore(edits, newId);
    keep();
    restored.value += edits.tasks.length;
    const shown = image.value?.id;
    if (shown === undefined) return;
    stale ||= queue.isPending(shown);
    for (const change of queue.pendingChanges(shown)) patch(patchOf(labels.value, [change]));
  }

  function newId(): number {
    return nextNew--;
  }

  function tell(news: LabelNews): void {
    for (const listener of listeners) listener(news);
  }

  /** Opens an image; the labels of the one before stay until the new ones have come. */
  async function open(imageId: number): Promise<void> {
    wanted.value = imageId;
    queue.flush();
    await queue.rest(imageId);
    if (wanted.value === imageId) await read(imageId);
  }

  async function read(imageId: number): Promise<void> {
    stale = false;
    try {
      const got = await call("annotations/get", { imageId });
      if (wanted.value !== imageId) return;
      // What was done meanwhile may be in it or not: it is read again when all is saved.
      if (image.value?.id === imageId && queue.isPending(imageId)) stale = true;
      else show(got);
      error.value = null;
    } catch (thrown) {
      if (wanted.value !== imageId) return;
      if (image.value?.id === imageId && queue.isPending(imageId)) stale = true;
      else {
        error.value = thrown;
        image.value = null;
      }
    }
  }

  function show(got: EditedImage): void {
    const other = image.value?.id !== got.image.id;
    image.value = got.image;
    datasetId.value = got.datasetId;
    review.value = got.review;
    undoState.value = { undo: got.undo, redo: got.redo };
    labels.value = new Map(got.annotations.map((label) => [label.id, label]));
    // Come back to with edits that wait: they are shown as if they were saved.
    if (!queue.isPending(got.image.id)) queue.know(got.image.id, got, labels.value.keys());
    for (const change of queue.pendingChanges(got.image.id)) {
      const { changed, removed } = patchOf(labels.value, [change]);
      for (const label of changed) labels.value.set(label.id, label);
      for (const id of removed) labels.value.delete(id);
    }
    select(other ? [] : [...selection.value].filter((id) => labels.value.has(id)));
    tell({ kind: "all" });
  }

  /** Applies an edit at once and hands it to the queue. */
  function edit(action: EditAction, changes: readonly AnnotationChange[]): void {
    const imageId = image.value?.id;
    if (imageId === undefined || changes.length === 0) return;
    depth += 1;
    patch(patchOf(labels.value, changes));
    push({ kind: "edit", imageId, action, changes }, action === "nudge" ? SETTLE : 0);
  }

  function patch({ changed, removed }: LabelPatch): void {
    for (const label of changed) labels.value.set(label.id, label);
    for (const id of removed) labels.value.delete(id);
    if (removed.some((id) => selection.value.has(id)))
      select([...selection.value].filter((id) => labels.value.has(id)));
    triggerRef(labels);
    tell({ kind: "patch", changed, removed });
  }

  function onSaved(
    task: SaveTask,
    outcome: EditOutcome,
    renamed: ReadonlyMap<number, number>,
    current: readonly EditableAnnotation[],
  ): void {
    savedEdits.value += 1;
    if (outcome.imageId !== image.value?.id) return;
    undoState.value = { undo: outcome.undo, redo: outcome.redo };
    if (task.kind === "edit" && renamed.size > 0) rename(renamed);
    // Mostly the labels are what is shown already: a drag that goes on is not disturbed then.
    const changed = current.filter((label) => !isShown(label));
    const removed = task.kind === "edit" ? [] : outcome.removed;
    if (changed.length + removed.length > 0) patch({ changed, removed });
    if ((task.kind === "undo" || task.kind === "redo") && current.length <= MOST_SHOWN)
      select(current.map(({ id }) => id));
  }

  function isShown(label: EditableAnnotation): boolean {
    const shown = labels.value.get(label.id);
    if (!shown || shown.masked !== label.masked || shown.area !== label.area) return false;
    return sameFields(shown, label);
  }

  function rename(ids: ReadonlyMap<number, number>): void {
    for (const [old, id] of ids) {
      const label = labels.value.get(old);
      labels.value.delete(old);
      if (label) labels.value.set(id, { ...label, id });
    }
    triggerRef(labels);
    tell({ kind: "renamed", ids });
    if ([...ids.keys()].some((id) => selection.value.has(id)))
      select([...selection.value].map((id) => ids.get(id) ?? id));
  }

  /** Undo and redo go through the queue, so that what they take back has been saved. */
  function step(kind: "undo" | "redo"): void {
    if (!image.value) return;
    depth += kind === "undo" ? -1 : 1;
    push({ kind, imageId: image.value.id });
  }

  /** Runs a call that edits the labels, after the edits that wait; null where it edited nothing. */
  function order<T extends { readonly edit: EditOutcome | null }>(
    imageId: number,
    work: (origin: string) => Promise<T>,
  ): Promise<T> {
    return new Promise((resolve, reject) => {
      push({
        kind: "order",
        imageId,
        run: async () => {
          const answer = await work(origin);
          resolve(answer);
          return answer.edit;
        },
        failed: reject,
      });
    });
  }

  async function setReview(state: ReviewState): Promise<void> {
    if (!image.value) return;
    const { id } = image.value;
    const before = review.value;
    review.value = state;
    try {
      await call("annotations/review", { imageIds: [id], state });
    } catch (thrown) {
      if (image.value?.id === id) review.value = before;
      throw thrown;
    }
  }

  function select(ids: Iterable<number>): void {
    selection.value = new Set(ids);
  }

  async function meetConflict(imageId: number, thrown: ApiError, edits: readonly EditTask[]) {
    // A second one before the first is dealt with is dealt with together.
    const earlier = conflict.value?.imageId === imageId ? conflict.value.edits : [];
    const all = [...earlier, ...edits];
    conflict.value = { imageId, error: thrown, edits: all, applicable: null };
    const now = await call("annotations/get", { imageId }).catch(() => null);
    if (!now) {
      stale = true;
      return;
    }
    if (wanted.value === imageId && !queue.isPending(imageId)) show(now);
    if (conflict.value?.edits !== all) return;
    const applicable = changesOnto(asLabels(now), changesOf(all)).length;
    conflict.value = { ...conflict.value, applicable };
  }

  /** Makes the edits again on the labels as they are now. */
  async function applyAgain(): Promise<void> {
    const met = conflict.value;
    if (!met) return;
    const now = await call("annotations/get", { imageId: met.imageId });
    const changes = changesOnto(asLabels(now), changesOf(met.edits));
    conflict.value = null;
    if (wanted.value === met.imageId) show(now);
    if (changes.length === 0) return;
    const { action } = met.edits[0]!;
    if (image.value?.id === met.imageId) edit(action, changes);
    else push({ kind: "edit", imageId: met.imageId, action, changes });
  }

  /** Gives up what cannot be saved; the image shows what is saved. */
  async function discard(): Promise<void> {
    const imageId = queue.discard();
    if (imageId !== null && imageId === wanted.value) await read(imageId);
  }

  /** Labels were edited somewhere. */
  function onEdited(event: Extract<PushEvent, { type: "edited" }>): void {
    if (event.origin === origin) return;
    savedEdits.value += 1;
    if (event.imageId !== wanted.value) return;
    if (queue.isPending(event.imageId)) stale = true;
    else void read(event.imageId);
  }

  return {
    image,
    datasetId,
    review,
    labels,
    selection,
    error,
    saveState,
    conflict,
    restored,
    savedEdits,
    undoState: computed(() => undoState.value),
    isUnsaved: () => queue.isPending(),
    depth: () => depth,
    /** An id for an addition. */
    newId,
    open,
    reload: () => (wanted.value === null ? undefined : read(wanted.value)),
    close: () => (wanted.value = null),
    edit,
    step,
    order,
    setReview,
    select,
    applyAgain,
    forgetConflict: () => (conflict.value = null),
    discard,
    flush: queue.flush,
    retry: queue.retry,
    rest: () => queue.rest(null),
    onEdited,
    onNews(listener: (news: LabelNews) => void) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
});

/** After an undo, what came back is selected; after one of more labels than this, what was selected stays so. */
const MOST_SHOWN = 200;

function sizeOf(task: SaveTask): number {
  return task.kind === "edit" ? task.changes.length : 1;
}

function changesOf(edits: readonly EditTask[]): readonly AnnotationChange[] {
  return edits.flatMap(({ changes }) => changes);
}
