/** SODA-D is COCO-like JSON without `iscrowd`; `ignore` and category 10 carry its ignored areas. */
export const sodaDIgnoreCategory = 10;

const sodaDNames = new Set([
  "people",
  "rider",
  "bicycle",
  "motor",
  "vehicle",
  "traffic-sign",
  "traffic-light",
  "traffic-camera",
  "warning-cone",
]);

/** True where a file's categories are those of SODA-D (a subset of at least six of the nine). */
export function looksLikeSodaD(
  categories: readonly { readonly sourceId: number; readonly name: string }[],
): boolean {
  const normal = (name: string) => name.trim().toLowerCase().replaceAll(/[_ ]/g, "-");
  const known = categories.filter(({ name }) => sodaDNames.has(normal(name))).length;
  const foreign = categories.filter(
    ({ name, sourceId }) => !sodaDNames.has(normal(name)) && sourceId !== sodaDIgnoreCategory,
  ).length;
  return known >= 6 && foreign === 0;
}
