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

export const shortcutCatalogue = [
  { id: "palette", group: general, title: "shortcuts.palette", keys: "mod+k" },
  { id: "sheet", group: general, title: "shortcuts.sheet", keys: "?" },
  { id: "open-folder", group: general, title: "shortcuts.openFolder", keys: "mod+o" },
  { id: "go-data", group: general, title: "shortcuts.goData", keys: "alt+1" },
  { id: "go-runs", group: general, title: "shortcuts.goRuns", keys: "alt+2" },
  { id: "go-failures", group: general, title: "shortcuts.goFailures", keys: "alt+3" },
  { id: "go-compare", group: general, title: "shortcuts.goCompare", keys: "alt+4" },
  { id: "go-jobs", group: general, title: "shortcuts.goJobs", keys: "alt+5" },
  { id: "go-settings", group: general, title: "shortcuts.goSettings", keys: "mod+," },
  { id: "toggle-theme", group: general, title: "shortcuts.toggleTheme", keys: "mod+shift+l" },
] as const satisfies readonly ShortcutEntry[];

export type ShortcutId = (typeof shortcutCatalogue)[number]["id"];
