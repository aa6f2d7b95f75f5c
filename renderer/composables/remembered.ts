import { customRef, type Ref } from "vue";

/** A value kept in this browser: panel sizes and the like. Anything that matters is kept by the main side. */
export function useRemembered<T extends number | boolean | string>(
  key: string,
  first: T,
): Ref<Widened<T>> {
  const name = `fovea.${key}`;
  return customRef((track, trigger) => ({
    get() {
      track();
      return read(name, first as unknown as Widened<T>);
    },
    set(value) {
      localStorage.setItem(name, JSON.stringify(value));
      trigger();
    },
  }));
}

/** `false` as a first value means any boolean. */
type Widened<T> = T extends boolean ? boolean : T extends number ? number : string;

function read<T>(name: string, first: T): T {
  const stored = localStorage.getItem(name);
  if (stored === null) return first;
  try {
    const value: unknown = JSON.parse(stored);
    return typeof value === typeof first ? (value as T) : first;
  } catch {
    return first; // Not ours, or cut off: the first value is as good.
  }
}
