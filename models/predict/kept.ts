import { statSync } from "node:fs";

interface Kept {
  readonly key: string;
  readonly value: Promise<unknown>;
  readonly dispose: (value: unknown) => unknown;
}

/** The last thing of each kind; a process works on one task at a time, so nothing in use is thrown away. */
const kept = new Map<string, Kept>();

/**
 * What `open` gives, kept for the next call with the same key. Another key disposes of it. What could not be opened is
 * not kept. kind: what it is, `detector`; one of each kind is kept.
 */
export async function keptOrOpened<T>(
  kind: string,
  key: string,
  open: () => Promise<T>,
  dispose: (value: T) => unknown,
): Promise<T> {
  const last = kept.get(kind);
  if (last?.key === key) return (await last.value) as T;
  kept.delete(kind);
  if (last) await last.dispose(await last.value);
  const value = await open();
  kept.set(kind, {
    key,
    value: Promise.resolve(value),
    dispose: dispose as (value: unknown) => unknown,
  });
  return value;
}

/** A key that changes when the file does. */
export function fileKey(path: string): string {
  const { mtimeMs, size } = statSync(path);
  return `${path} ${size} ${mtimeMs}`;
}
