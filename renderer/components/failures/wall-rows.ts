import type { FailureGroup } from "../../../shared/api/images.ts";

/** What lies on the wall from top to bottom: a heading for each group, rows of crops, and what a group holds back. */
export type WallRow =
  | { readonly kind: "heading"; readonly group: FailureGroup }
  | { readonly kind: "crops"; readonly first: number; readonly count: number }
  | { readonly kind: "more"; readonly group: FailureGroup; readonly hidden: number };

/** How much of a group is shown. */
export type GroupState = "folded" | "first" | "all";

/** Crops of a group that are shown at first, so that one large group does not bury the others. */
export const FIRST_CROPS = 240;

export function groupKey({ kind, bucket, categoryId }: FailureGroup): string {
  return `${kind} ${bucket ?? ""} ${categoryId}`;
}

/**
 * The rows for `columns` crops side by side. The groups' failures lie one after the other in the list, so that a row
 * is a stretch of it. states: by key of the group; `first` where there is none.
 */
export function wallRows(
  groups: readonly FailureGroup[],
  columns: number,
  states: ReadonlyMap<string, GroupState>,
): readonly WallRow[] {
  const rows: WallRow[] = [];
  let first = 0;
  for (const group of groups) {
    const state = states.get(groupKey(group)) ?? "first";
    rows.push({ kind: "heading", group });
    const shown = { folded: 0, first: Math.min(FIRST_CROPS, group.count), all: group.count }[state];
    for (let k = 0; k < shown; k += columns)
      rows.push({ kind: "crops", first: first + k, count: Math.min(columns, shown - k) });
    if (state === "first" && shown < group.count)
      rows.push({ kind: "more", group, hidden: group.count - shown });
    first += group.count;
  }
  return rows;
}

/** The group a place in the list belongs to. */
export function groupAt(groups: readonly FailureGroup[], index: number): FailureGroup | null {
  let end = 0;
  for (const group of groups) {
    end += group.count;
    if (index < end) return group;
  }
  return null;
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
