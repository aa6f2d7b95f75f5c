import type { ClassMapping } from "../../../shared/api/models.ts";
import type { ModelDescription } from "../../../shared/compute/messages.ts";
import type { Category } from "../../../shared/domain/records.ts";
import { mapCategories } from "./category-ids.ts";

/**
 * Which category each class of a model stands for, by name; see mapCategories. A dataset without categories gets the
 * model's own.
 */
export function classMapping(
  { labels, classCount }: Pick<ModelDescription, "labels" | "classCount">,
  all: readonly Category[],
): ClassMapping {
  const categories = all.filter(({ role }) => role === "object");
  const count = Math.max(labels.length, classCount ?? categories.length);
  // In the order of the user's ids, which is that of the classes where names do not help.
  const listed = categories.map(({ sourceId, name }) => ({ id: sourceId, name }));
  const { ids } = mapCategories(labels, listed, count);
  const bySource = new Map(categories.map(({ id, sourceId }) => [sourceId, id]));
  return {
    classes: Array.from({ length: count }, (_, k) => ({
      name: labels[k] ?? "",
      categoryId: bySource.get(ids[k] ?? -1) ?? null,
    })),
    categories,
    makesCategories: all.length === 0,
  };
}
