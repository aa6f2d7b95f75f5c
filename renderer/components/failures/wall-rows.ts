import type { FailureGroup } from "../../../shared/api/images.ts";

/** What lies on the wall from top to bottom: a heading for each group, and rows of crops. */
export type WallRow =
  | { readonly kind: "heading"; readonly group: FailureGroup; readonly at: number }
  | { readonly kind: "crops"; readonly first: number; readonly count: number };

export function groupKey({ kind, bucket, categoryId }: FailureGroup): string {
  return `${kind} ${bucket ?? ""} ${categoryId}`;
}

/**
 * The rows for `columns` crops side by side. The groups' failures lie one after the other in the list, so that a row
 * is a stretch of it. folded: keys of groups of which only the heading is there.
 */
export function wallRows(
  groups: readonly FailureGroup[],
  columns: number,
  folded: ReadonlySet<string>,
): readonly WallRow[] {
  const rows: WallRow[] = [];
  let first = 0;
  groups.forEach((group, at) => {
    rows.push({ kind: "heading", group, at });
    if (!folded.has(groupKey(group))) {
      for (let k = 0; k < group.count; k += columns)
        rows.push({ kind: "crops", first: first + k, count: Math.min(columns, group.count - k) });
    }
    first += group.count;
  });
  return rows;
}

/** Sums of the groups' counts by one of their fields, in the order in which they first come. */
export function countBy<K extends "kind" | "bucket" | "categoryId">(
  groups: readonly FailureGroup[],
  field: K,
): ReadonlyMap<FailureGroup[K], number> {
  const counts = new Map<FailureGroup[K], number>();
  for (const group of groups)
    counts.set(group[field], (counts.get(group[field]) ?? 0) + group.count);
  return counts;
}
