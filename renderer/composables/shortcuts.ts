import { onScopeDispose } from "vue";
import { useSettings } from "../stores/settings.ts";
import { shortcutCatalogue, type ShortcutEntry, type ShortcutId } from "./shortcut-catalogue.ts";

/** What a handler returns that leaves the key to the next shortcut with it. */
export const PASS = Symbol("pass");

type Handler = (event: KeyboardEvent) => unknown;

/** The handler bound last wins, so a dialog may take a page's key while it is open. */
const bound = new Map<string, Handler[]>();
let listening = false;

/** Binds handlers to shortcuts of the catalogue until the component goes. */
export function useShortcuts(handlers: Partial<Record<ShortcutId, Handler>>): void {
  listen();
  const entries = Object.entries(handlers) as [ShortcutId, Handler][];
  for (const [id, handler] of entries) bound.set(id, [...(bound.get(id) ?? []), handler]);
  onScopeDispose(() => {
    for (const [id, handler] of entries) {
      bound.set(
        id,
        (bound.get(id) ?? []).filter((other) => other !== handler),
      );
    }
  });
}

/** The keys in force, the user's own before the catalogue's. */
export function keysOf(entry: ShortcutEntry): string {
  return useSettings().shortcuts[entry.id] ?? entry.keys;
}

/** `mod+shift+l` of a key event; "" for a modifier alone. */
export function keysOfEvent(event: KeyboardEvent): string {
  const key = event.key === " " ? "space" : event.key.toLowerCase();
  if (["control", "shift", "alt", "meta", "dead", "unidentified"].includes(key)) return "";
  const named = key.length > 1 || /[a-z0-9]/.test(key);
  return [
    event.ctrlKey || event.metaKey ? "mod+" : "",
    event.altKey ? "alt+" : "",
    // `?` and `+` already need Shift on some keyboards and none on others.
    event.shiftKey && named ? "shift+" : "",
    key,
  ].join("");
}

/** For the eye: `Ctrl K`, `⌘ K`, `→`. */
export function keyLabels(keys: string): readonly string[] {
  const parts = keys.endsWith("+") ? [...keys.slice(0, -1).split("+"), "+"] : keys.split("+");
  return parts.filter((part) => part !== "").map(keyLabel);
}

function keyLabel(part: string): string {
  const isMac = navigator.platform.startsWith("Mac");
  const names: Record<string, string> = {
    mod: isMac ? "⌘" : "Ctrl",
    alt: isMac ? "⌥" : "Alt",
    shift: "Shift",
    space: "Space",
    escape: "Esc",
    enter: "Enter",
    tab: "Tab",
    delete: "Del",
    insert: "Ins",
    backspace: "Backspace",
    arrowleft: "←",
    arrowright: "→",
    arrowup: "↑",
    arrowdown: "↓",
  };
  return names[part] ?? (part.length === 1 ? part.toUpperCase() : part);
}

function listen(): void {
  if (listening) return;
  listening = true;
  window.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing) return;
    const keys = keysOfEvent(event);
    const typing = isTyping(event.target);
    if (keys === "" || (typing && !/^(mod|alt)\+/.test(keys))) return;
    for (const entry of shortcutCatalogue as readonly ShortcutEntry[]) {
      if (!keysOf(entry).split(" ").includes(keys)) continue;
      if (entry.onPage && (typing || isInDialog(event.target))) continue;
      const handler = bound.get(entry.id)?.at(-1);
      if (!handler || handler(event) === PASS) continue;
      event.preventDefault();
      return;
    }
  });
}

function isInDialog(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest('[role="dialog"], .n-modal') !== null;
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || target.matches("input:not([type=checkbox]), textarea, select"))
  );
}
