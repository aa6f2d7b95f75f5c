import type { TextKey } from "../text/t.ts";

/** A key binding as data: the sheet and Settings list these, pages bind handlers to their ids. */
export interface ShortcutEntry {
  readonly id: string;
  readonly group: TextKey;
  readonly title: TextKey;
  /** `mod` is Ctrl, or Command on a Mac; a second way after a blank: `arrowright j`. `g d` style chords are not used. */
  readonly keys: string;
}

const general = "shortcuts.general";
const image = "shortcuts.image";

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
  { id: "go-settings", group: general, title: "shortcuts.goSettings", keys: "mod+," },
  { id: "toggle-theme", group: general, title: "shortcuts.toggleTheme", keys: "mod+shift+l" },
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
