import type { SuspectKind } from "../api/suspects.ts";

/**
 * `kind:hash`, the hash over the numbers that a suspect rests on: the same numbers give the same key, whatever else is
 * in the queue. 64 bits: two FNV-1a hashes over the bytes of the doubles.
 */
export function suspectKey(kind: SuspectKind, numbers: readonly number[]): string {
  const bytes = new Uint8Array(Float64Array.from(numbers).buffer);
  return `${kind}:${fnv1a(bytes, 0x811c9dc5)}${fnv1a(bytes, 0x9747b28c)}`;
}

function fnv1a(bytes: Uint8Array, start: number): string {
  let hash = start;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, "0");
}
