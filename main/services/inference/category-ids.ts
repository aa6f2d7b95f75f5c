import type { ListedCategory } from "./image-list.ts";

export interface CategoryMapping {
  /** Category id of each class of the model; null where the ground truth has no such class. */
  readonly ids: readonly (number | null)[];
  /** Class names that have no category. */
  readonly unknown: readonly string[];
}

/**
 * By name, letters' case and surrounding blanks aside. A model without names, or none of whose names is known but which
 * has as many classes as there are categories, is taken in the order of ids. Without a ground truth: index + 1.
 */
export function mapCategories(
  labels: readonly string[],
  categories: readonly ListedCategory[] | null,
  classCount: number,
): CategoryMapping {
  const count = Math.max(labels.length, classCount);
  if (categories === null)
    return { ids: Array.from({ length: count }, (_, k) => k + 1), unknown: [] };
  const plain = (name: string) => name.trim().toLowerCase();
  const byName = new Map(categories.map(({ id, name }) => [plain(name), id]));
  const ids = Array.from({ length: count }, (_, k) => byName.get(plain(labels[k] ?? "")) ?? null);
  if (ids.some((id) => id !== null))
    return { ids, unknown: labels.filter((_, k) => ids[k] === null) };
  const ordered = categories.map(({ id }) => id).sort((a, b) => a - b);
  return { ids: ids.map((_, k) => ordered[k] ?? null), unknown: [] };
}
