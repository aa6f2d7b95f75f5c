import { onScopeDispose } from "vue";
import { useAnnotateTools, type AnnotateTab } from "../stores/annotate-tools.ts";
import type { AnnotateEdits } from "./annotate-edits.ts";
import { shortcutCatalogue, type ShortcutId } from "./shortcut-catalogue.ts";
import { keysOf, keysOfEvent, PASS, useShortcuts } from "./shortcuts.ts";

export interface AnnotateActions {
  readonly step: (by: number) => void;
  readonly nextTodo: () => void;
  readonly review: (state: "todo" | "done" | "checked") => void;
  /** Returns false at the end of the list. */
  readonly stepLabel: (by: number) => boolean;
  /** Returns false where there was nothing to leave. */
  readonly escape: () => boolean;
  readonly undo: () => void;
  readonly redo: () => void;
  readonly chooseClass: () => void;
  readonly runModel: () => void;
  readonly showTab: (tab: AnnotateTab) => void;
  readonly loupe: (on: boolean) => void;
  readonly fit: () => void;
  readonly actualSize: () => void;
  readonly zoomBy: (factor: number) => void;
  readonly panBy: (right: number, down: number) => void;
}

const ZOOM = 1.5;
/** Part of the view by which a key moves it. */
const PAN = 0.25;

/** The keys of the editor. Returns the handler of those that count only while the picture has the focus. */
export function useAnnotateKeys(
  edits: AnnotateEdits,
  actions: AnnotateActions,
): (event: KeyboardEvent) => void {
  const tools = useAnnotateTools();
  const some = () => edits.selected.value.length > 0;
  /** Only where labels are selected; elsewhere the key is for something else. */
  const onSelected = (work: (event: KeyboardEvent) => void) => (event: KeyboardEvent) =>
    some() ? work(event) : PASS;
  /** Buttons and links have Enter for themselves. */
  const offButtons = (work: () => void) => (event: KeyboardEvent) =>
    event.target instanceof Element && event.target.closest("button, a, [role=button]")
      ? PASS
      : work();
  const nudge = (x: number, y: number) =>
    onSelected((event) => edits.nudge(x * stepOf(event), y * stepOf(event)));
  const grow = (w: number, h: number) =>
    onSelected((event) => edits.grow(w * stepOf(event), h * stepOf(event)));
  const classKeys = Object.fromEntries(
    [1, 2, 3, 4, 5, 6, 7, 8, 9].map((key) => [`class-${key}`, () => chooseByKey(key)]),
  );

  function chooseByKey(key: number): typeof PASS | undefined {
    const category = tools.categoryOfKey(key);
    if (!category) return PASS;
    edits.setClass(category);
    return undefined;
  }

  useShortcuts({
    ...classKeys,
    "tool-select": () => (tools.tool = "select"),
    "tool-draw": () => (tools.tool = "draw"),
    "tool-stamp": () => (tools.tool = "stamp"),
    "stamp-size": onSelected(edits.stampOfBox),
    "tool-region": () => (tools.tool = "region"),
    "place-box": edits.place,
    "choose-class": actions.chooseClass,
    "label-ignore": onSelected(() => edits.flip("ignore")),
    "label-crowd": onSelected(() => edits.flip("crowd")),
    "label-delete": onSelected(edits.remove),
    "label-duplicate": edits.duplicate,
    "label-copy": onSelected(edits.copy),
    "label-paste": () => void edits.paste(false),
    "label-paste-here": () => void edits.paste(true),
    "select-all": edits.selectAll,
    "select-class": edits.selectClass,
    "nudge-left": nudge(-1, 0),
    "nudge-right": nudge(1, 0),
    "nudge-up": nudge(0, -1),
    "nudge-down": nudge(0, 1),
    narrower: grow(-1, 0),
    wider: grow(1, 0),
    lower: grow(0, -1),
    taller: grow(0, 1),
    "edit-undo": actions.undo,
    "edit-redo": actions.redo,
    "next-todo": actions.nextTodo,
    "mark-done": offButtons(() => actions.review("done")),
    "mark-checked": offButtons(() => actions.review("checked")),
    "mark-todo": () => actions.review("todo"),
    "toggle-snap": () => (tools.snap = !tools.snap),
    "toggle-cross-hair": () => (tools.crossHair = !tools.crossHair),
    "toggle-colours": () => (tools.colourByClass = !tools.colourByClass),
    "toggle-predictions": () => (tools.showGhosts = !tools.showGhosts),
    "run-model": actions.runModel,
    "tab-labels": () => actions.showTab("labels"),
    "tab-suspects": () => actions.showTab("suspects"),
    "tab-assist": () => actions.showTab("assist"),
    "image-next": () => actions.step(1),
    "image-previous": () => actions.step(-1),
    deselect: () => (actions.escape() ? undefined : PASS),
    "zoom-fit": actions.fit,
    "zoom-actual": actions.actualSize,
    "zoom-in": () => actions.zoomBy(ZOOM),
    "zoom-out": () => actions.zoomBy(1 / ZOOM),
    "pan-left": () => actions.panBy(-PAN, 0),
    "pan-right": () => actions.panBy(PAN, 0),
    "pan-up": () => actions.panBy(0, -PAN),
    "pan-down": () => actions.panBy(0, PAN),
  });

  return useCanvasKeys(actions);
}

/** Tab and the held loupe key: elsewhere on the page these keys belong to the page. */
function useCanvasKeys(actions: AnnotateActions): (event: KeyboardEvent) => void {
  let loupeKey: string | null = null;
  const letGo = (event: KeyboardEvent | FocusEvent) => {
    if (loupeKey === null || (event instanceof KeyboardEvent && event.code !== loupeKey)) return;
    loupeKey = null;
    actions.loupe(false);
  };
  window.addEventListener("keyup", letGo);
  window.addEventListener("blur", letGo);
  onScopeDispose(() => {
    window.removeEventListener("keyup", letGo);
    window.removeEventListener("blur", letGo);
  });

  // After Escape one Tab leaves the picture: the keyboard must never be caught in it.
  let leaving = false;
  return (event) => {
    if (isKeyOf("next-object", event)) {
      if (!leaving && actions.stepLabel(1)) event.preventDefault();
    } else if (isKeyOf("previous-object", event)) {
      if (!leaving && actions.stepLabel(-1)) event.preventDefault();
    } else if (isKeyOf("loupe", event)) {
      event.preventDefault();
      loupeKey = event.code;
      if (!event.repeat) actions.loupe(true);
    }
    leaving = isKeyOf("deselect", event);
  };
}

/** Pixels that one press moves: 1, with Shift 10, with Alt a quarter. */
function stepOf(event: KeyboardEvent): number {
  if (event.altKey) return 0.25;
  return event.shiftKey ? 10 : 1;
}

function isKeyOf(id: ShortcutId, event: KeyboardEvent): boolean {
  const entry = shortcutCatalogue.find((each) => each.id === id)!;
  return keysOf(entry).split(" ").includes(keysOfEvent(event));
}
