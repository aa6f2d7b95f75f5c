import type { TextKey } from "../text/t.ts";

/** A key binding as data: the sheet and Settings list these, pages bind handlers to their ids. */
export interface ShortcutEntry {
  readonly id: string;
  readonly group: TextKey;
  readonly title: TextKey;
  /** `mod` is Ctrl, or Command on a Mac; a second way after a blank: `arrowright j`. `g d` style chords are not used. */
  readonly keys: string;
  /** Text fields and dialogs keep these keys for themselves. */
  readonly onPage?: true;
}

const general = "shortcuts.general";
const image = "shortcuts.image";
const suspects = "shortcuts.suspects";
const proposals = "shortcuts.proposals";
const annotate = "shortcuts.annotate";
const onPage = true;

export const shortcutCatalogue = [
  { id: "palette", group: general, title: "shortcuts.palette", keys: "mod+k" },
  { id: "sheet", group: general, title: "shortcuts.sheet", keys: "?" },
  { id: "open-folder", group: general, title: "shortcuts.openFolder", keys: "mod+o" },
  { id: "go-data", group: general, title: "shortcuts.goData", keys: "alt+1" },
  { id: "go-runs", group: general, title: "shortcuts.goRuns", keys: "alt+2" },
  { id: "go-failures", group: general, title: "shortcuts.goFailures", keys: "alt+3" },
  { id: "go-compare", group: general, title: "shortcuts.goCompare", keys: "alt+4" },
  { id: "go-jobs", group: general, title: "shortcuts.goJobs", keys: "alt+5" },
  { id: "go-models", group: general, title: "shortcuts.goModels", keys: "alt+6" },
  { id: "go-train", group: general, title: "shortcuts.goTrain", keys: "alt+8" },
  { id: "go-settings", group: general, title: "shortcuts.goSettings", keys: "mod+," },
  { id: "go-annotate", group: general, title: "shortcuts.goAnnotate", keys: "alt+7" },
  { id: "toggle-theme", group: general, title: "shortcuts.toggleTheme", keys: "mod+shift+l" },
  { id: "suspect-accept", group: suspects, title: "suspects.accept", keys: "a", onPage },
  { id: "suspect-delete", group: suspects, title: "suspects.delete", keys: "d", onPage },
  { id: "suspect-ignore", group: suspects, title: "suspects.ignore", keys: "i", onPage },
  { id: "suspect-reject", group: suspects, title: "suspects.reject", keys: "x", onPage },
  { id: "suspect-skip", group: suspects, title: "suspects.skip", keys: "n arrowdown", onPage },
  {
    id: "suspect-previous",
    group: suspects,
    title: "suspects.previous",
    keys: "shift+n arrowup",
    onPage,
  },
  { id: "proposal-accept", group: proposals, title: "assist.accept", keys: "a enter", onPage },
  { id: "proposal-class", group: proposals, title: "assist.acceptClass", keys: "shift+a", onPage },
  { id: "proposal-all", group: proposals, title: "assist.acceptAll", keys: "mod+enter", onPage },
  { id: "proposal-dismiss", group: proposals, title: "assist.dismiss", keys: "x", onPage },
  { id: "proposal-next", group: proposals, title: "assist.next", keys: "n arrowdown", onPage },
  {
    id: "proposal-previous",
    group: proposals,
    title: "assist.previous",
    keys: "shift+n arrowup",
    onPage,
  },
  { id: "tool-select", group: annotate, title: "annotate.tool.select", keys: "v", onPage },
  { id: "tool-draw", group: annotate, title: "annotate.tool.draw", keys: "b", onPage },
  { id: "tool-stamp", group: annotate, title: "annotate.tool.stamp", keys: "s", onPage },
  { id: "tool-region", group: annotate, title: "annotate.tool.region", keys: "r", onPage },
  { id: "place-box", group: annotate, title: "annotate.place", keys: "a insert", onPage },
  { id: "choose-class", group: annotate, title: "annotate.chooseClass", keys: "c", onPage },
  { id: "class-1", group: annotate, title: "annotate.class1", keys: "1", onPage },
  { id: "class-2", group: annotate, title: "annotate.class2", keys: "2", onPage },
  { id: "class-3", group: annotate, title: "annotate.class3", keys: "3", onPage },
  { id: "class-4", group: annotate, title: "annotate.class4", keys: "4", onPage },
  { id: "class-5", group: annotate, title: "annotate.class5", keys: "5", onPage },
  { id: "class-6", group: annotate, title: "annotate.class6", keys: "6", onPage },
  { id: "class-7", group: annotate, title: "annotate.class7", keys: "7", onPage },
  { id: "class-8", group: annotate, title: "annotate.class8", keys: "8", onPage },
  { id: "class-9", group: annotate, title: "annotate.class9", keys: "9", onPage },
  { id: "label-ignore", group: annotate, title: "annotate.ignore", keys: "i", onPage },
  { id: "label-crowd", group: annotate, title: "annotate.crowd", keys: "shift+i", onPage },
  {
    id: "label-delete",
    group: annotate,
    title: "annotate.delete",
    keys: "delete backspace",
    onPage,
  },
  { id: "label-duplicate", group: annotate, title: "annotate.duplicate", keys: "mod+d", onPage },
  { id: "label-copy", group: annotate, title: "annotate.copy", keys: "mod+c", onPage },
  { id: "label-paste", group: annotate, title: "annotate.paste", keys: "mod+v", onPage },
  {
    id: "label-paste-here",
    group: annotate,
    title: "annotate.pasteHere",
    keys: "mod+shift+v",
    onPage,
  },
  { id: "select-all", group: annotate, title: "annotate.selectAll", keys: "mod+a", onPage },
  {
    id: "select-class",
    group: annotate,
    title: "annotate.selectClass",
    keys: "mod+shift+a",
    onPage,
  },
  {
    id: "nudge-left",
    group: annotate,
    title: "annotate.nudgeLeft",
    keys: "arrowleft shift+arrowleft alt+arrowleft",
    onPage,
  },
  {
    id: "nudge-right",
    group: annotate,
    title: "annotate.nudgeRight",
    keys: "arrowright shift+arrowright alt+arrowright",
    onPage,
  },
  {
    id: "nudge-up",
    group: annotate,
    title: "annotate.nudgeUp",
    keys: "arrowup shift+arrowup alt+arrowup",
    onPage,
  },
  {
    id: "nudge-down",
    group: annotate,
    title: "annotate.nudgeDown",
    keys: "arrowdown shift+arrowdown alt+arrowdown",
    onPage,
  },
  {
    id: "narrower",
    group: annotate,
    title: "annotate.narrower",
    keys: "mod+arrowleft mod+shift+arrowleft mod+alt+arrowleft",
    onPage,
  },
  {
    id: "wider",
    group: annotate,
    title: "annotate.wider",
    keys: "mod+arrowright mod+shift+arrowright mod+alt+arrowright",
    onPage,
  },
  {
    id: "lower",
    group: annotate,
    title: "annotate.shorter",
    keys: "mod+arrowup mod+shift+arrowup mod+alt+arrowup",
    onPage,
  },
  {
    id: "taller",
    group: annotate,
    title: "annotate.taller",
    keys: "mod+arrowdown mod+shift+arrowdown mod+alt+arrowdown",
    onPage,
  },
  { id: "edit-undo", group: annotate, title: "annotate.undo", keys: "mod+z", onPage },
  { id: "edit-redo", group: annotate, title: "annotate.redo", keys: "mod+shift+z mod+y", onPage },
  { id: "next-todo", group: annotate, title: "annotate.nextTodo", keys: "n", onPage },
  { id: "mark-done", group: annotate, title: "annotate.markDone", keys: "enter", onPage },
  {
    id: "mark-checked",
    group: annotate,
    title: "annotate.markChecked",
    keys: "shift+enter",
    onPage,
  },
  { id: "mark-todo", group: annotate, title: "annotate.markTodo", keys: "u", onPage },
  { id: "toggle-snap", group: annotate, title: "annotate.snap", keys: "q", onPage },
  { id: "toggle-cross-hair", group: annotate, title: "annotate.crossHair", keys: "x", onPage },
  { id: "toggle-colours", group: annotate, title: "annotate.colourBy", keys: "l", onPage },
  { id: "run-model", group: annotate, title: "assist.runImage", keys: "m", onPage },
  { id: "tab-labels", group: annotate, title: "annotate.tab.labels", keys: "alt+l", onPage },
  { id: "tab-suspects", group: annotate, title: "annotate.tab.suspects", keys: "alt+s", onPage },
  { id: "tab-assist", group: annotate, title: "annotate.tab.assist", keys: "alt+m", onPage },
  { id: "edit-labels", group: image, title: "annotate.editLabels", keys: "e", onPage },
  { id: "image-next", group: image, title: "image.next", keys: "arrowright j" },
  { id: "image-previous", group: image, title: "image.previous", keys: "arrowleft k" },
  { id: "next-failure", group: image, title: "image.nextFailure", keys: "n" },
  { id: "next-object", group: image, title: "image.nextObject", keys: "tab" },
  { id: "previous-object", group: image, title: "image.previousObject", keys: "shift+tab" },
  { id: "deselect", group: image, title: "image.deselect", keys: "escape" },
  { id: "toggle-truth", group: image, title: "image.truth", keys: "g" },
  { id: "toggle-predictions", group: image, title: "image.predictions", keys: "p" },
  { id: "loupe", group: image, title: "image.loupe", keys: "space" },
  { id: "zoom-fit", group: image, title: "image.fit", keys: "f" },
  { id: "zoom-actual", group: image, title: "image.actual", keys: "0" },
  { id: "zoom-in", group: image, title: "image.zoomIn", keys: "+ =" },
  { id: "zoom-out", group: image, title: "image.zoomOut", keys: "-" },
] as const satisfies readonly ShortcutEntry[];

export type ShortcutId = (typeof shortcutCatalogue)[number]["id"];
