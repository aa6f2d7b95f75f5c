import { t, type TextKey } from "../text/t.ts";
import { useCommands } from "./commands.ts";
import { shortcutCatalogue, type ShortcutId } from "./shortcut-catalogue.ts";
import { keysOf } from "./shortcuts.ts";

/** What the palette offers while labels are edited, by the shortcut that does the same. */
export function useAnnotateCommands(
  actions: Partial<Record<ShortcutId, () => unknown>>,
  history: () => void,
): void {
  useCommands(() => [
    {
      id: "annotate:history",
      title: t("annotate.history"),
      group: t("nav.annotate"),
      run: history,
    },
    ...Object.entries(actions).map(([id, run]) => {
      const entry = shortcutCatalogue.find((each) => each.id === id)!;
      const title: TextKey = entry.title;
      return {
        id: `annotate:${id}`,
        title: t(title),
        group: t("nav.annotate"),
        keys: keysOf(entry),
        run,
      };
    }),
  ]);
}
