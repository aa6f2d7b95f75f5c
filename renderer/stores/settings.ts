import { defineStore } from "pinia";
import { ref } from "vue";
import { call } from "../api/client.ts";

export type ThemeChoice = "system" | "light" | "dark";
export type Density = "comfortable" | "compact";

/** What the user chose, kept by the main side so that it is the same in every window. */
export const useSettings = defineStore("settings", () => {
  const theme = ref<ThemeChoice>("system");
  const density = ref<Density>("comfortable");
  /** Keys by shortcut id, where they differ from the catalogue. */
  const shortcuts = ref<Record<string, string>>({});

  async function load(): Promise<void> {
    const stored = await call("system/settings", {});
    theme.value = oneOf(stored["theme"], ["system", "light", "dark"], "system");
    density.value = oneOf(stored["density"], ["comfortable", "compact"], "comfortable");
    shortcuts.value = stringsOf(stored["shortcuts"]);
  }

  async function save(): Promise<void> {
    await call("system/saveSettings", {
      theme: theme.value,
      density: density.value,
      shortcuts: shortcuts.value,
    });
  }

  async function setTheme(choice: ThemeChoice): Promise<void> {
    theme.value = choice;
    await save();
  }

  async function setDensity(choice: Density): Promise<void> {
    density.value = choice;
    await save();
  }

  /** null puts the shortcut back to the catalogue's key. */
  async function setShortcut(id: string, keys: string | null): Promise<void> {
    const { [id]: _old, ...rest } = shortcuts.value;
    shortcuts.value = keys === null ? rest : { ...rest, [id]: keys };
    await save();
  }

  return { theme, density, shortcuts, load, setTheme, setDensity, setShortcut };
});

function oneOf<T extends string>(value: unknown, allowed: readonly T[], fallback: T): T {
  return allowed.find((candidate) => candidate === value) ?? fallback;
}

function stringsOf(value: unknown): Record<string, string> {
  if (typeof value !== "object" || value === null) return {};
  return Object.fromEntries(
    Object.entries(value).filter(
      (entry): entry is [string, string] => typeof entry[1] === "string",
    ),
  );
}
