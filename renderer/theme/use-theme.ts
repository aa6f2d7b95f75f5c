import { darkTheme, type GlobalTheme } from "naive-ui";
import { computed, onScopeDispose, shallowRef, watchEffect } from "vue";
import { useSettings } from "../stores/settings.ts";
import { naiveOverrides } from "./naive.ts";
import { applyTokens, dark, light, type Tokens } from "./tokens.ts";

const systemIsDark = shallowRef(matchMedia("(prefers-color-scheme: dark)").matches);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", (event) => {
  systemIsDark.value = event.matches;
});

/** The colours in force: the system's choice unless Settings says otherwise. */
export function useTheme() {
  const settings = useSettings();
  const isDark = computed(() =>
    settings.theme === "system" ? systemIsDark.value : settings.theme === "dark",
  );
  const tokens = computed<Tokens>(() => (isDark.value ? dark : light));
  const naiveTheme = computed<GlobalTheme | null>(() => (isDark.value ? darkTheme : null));
  const overrides = computed(() => naiveOverrides(tokens.value));
  return { isDark, tokens, naiveTheme, overrides };
}

/** Keeps the document's CSS variables, colour scheme and density in step. Called once, by the root. */
export function installTheme(): ReturnType<typeof useTheme> {
  const theme = useTheme();
  const settings = useSettings();
  const stop = watchEffect(() => {
    const root = document.documentElement;
    applyTokens(theme.tokens.value, root);
    root.style.colorScheme = theme.isDark.value ? "dark" : "light";
    root.dataset["theme"] = theme.isDark.value ? "dark" : "light";
    root.dataset["density"] = settings.density;
  });
  onScopeDispose(stop);
  return theme;
}
