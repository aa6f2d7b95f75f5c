import { computed, onScopeDispose, shallowReactive, type ComputedRef } from "vue";

/** Something the command palette can do. */
export interface Command {
  readonly id: string;
  readonly title: string;
  /** Heading it is listed under. */
  readonly group: string;
  /** Further words it is found by. */
  readonly keywords?: string;
  /** Keys in force, as in the shortcut catalogue. */
  readonly keys?: string;
  run(): unknown;
}

const sources = shallowReactive(new Set<() => readonly Command[]>());

/** Adds commands to the palette while the component lives; the function is reactive. */
export function useCommands(source: () => readonly Command[]): void {
  sources.add(source);
  onScopeDispose(() => sources.delete(source));
}

export function allCommands(): ComputedRef<readonly Command[]> {
  return computed(() => [...sources].flatMap((source) => source()));
}
