import { defineStore } from "pinia";
import { ref } from "vue";
import { call } from "../api/client.ts";

export type ThemeChoice = "system" | "light" | "dark";
export type Density = "comfortable" | "compact";

/** What the user chose, kept by the main side so that it is the same in every window. */
export const useSettings = defineStore("settings", () => {
  const theme = ref<ThemeChoice>("system");
  const density = ref<Density>("comfortable");
  /** The name that edits are logged under; "" for that of the system's user. */
  const author = ref("");
  /** Keys by shortcut id, where they differ from the catalogue. */
  const shortcuts = ref<Record<string, string>>({});

  /** Hot key 1 to 9 by name of the class, where the user chose it; 0 for none. */
  const classKeys = ref<Record<string, number>>({});
  /** Longest side of a network's input, pixels, for sizes where no model says it. */
  const networkInput = ref(640);

  async function load(): Promise<void> {
    const stored = await call("system/settings", {});
    theme.value = oneOf(stored["theme"], ["system", "light", "dark"], "system");
    density.value = oneOf(stored["density"], ["comfortable", "compact"], "comfortable");
    author.value = typeof stored["author"] === "string" ? stored["author"] : "";
    shortcuts.value = entriesOf(stored["shortcuts"], "string");
    classKeys.value = entriesOf(stored["classKeys"], "number");
    const side = stored["networkInput"];
    networkInput.value = typeof side === "number" && side >= 32 ? side : 640;
  }

  async function save(): Promise<void> {
    await call("system/saveSettings", {
      theme: theme.value,
      density: density.value,
      author: author.value,
      shortcuts: shortcuts.value,
      classKeys: classKeys.value,
      networkInput: networkInput.value,
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

  async function setAuthor(name: string): Promise<void> {
    author.value = name.trim();
    await save();
  }

  /** null puts the shortcut back to the catalogue's key. */
  async function setShortcut(id: string, keys: string | null): Promise<void> {
    const { [id]: _old, ...rest } = shortcuts.value;
    shortcuts.value = keys === null ? rest : { ...rest, [id]: keys };
    await save();
  }

  async function setClassKey(name: string, key: number): Promise<void> {
    classKeys.value = { ...classKeys.value, [name]: key };
    await save();
  }

  async function setNetworkInput(side: number): Promise<void> {
    networkInput.value = side;
    await save();
  }

  return {
    theme,
    density,
    author,
    shortcuts,
    classKeys,
    networkInput,
    load,
    setTheme,
    setDensity,
    setAuthor,
    setShortcut,
    setClassKey,
    setNetworkInput,
  };
});

function oneOf<T extends string>(value: unknown, allowed: readonly T[], fallback: T): T {
  return allowed.find((candidate) => candidate === value) ?? fallback;
}

function entriesOf(value: unknown, type: "string"): Record<string, string>;
function entriesOf(value: unknown, type: "number"): Record<string, number>;
function entriesOf(value: unknown, type: string): Record<string, unknown> {
  if (typeof value !== "object" || value === null) return {};
  return Object.fromEntries(Object.entries(value).filter(([, entry]) => typeof entry === type));
}
