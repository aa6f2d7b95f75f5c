import type { LabelSet, Survey } from "./export-records.ts";

/** `1 annotation is`, `41 annotations are`. */
export function annotationsAre(count: number): string {
  return count === 1 ? "1 annotation is" : `${grouped(count)} annotations are`;
}

/** `1 box`, `41 boxes`. */
export function counted(count: number, one: string, many: string): string {
  return count === 1 ? `1 ${one}` : `${grouped(count)} ${many}`;
}

function grouped(count: number): string {
  return count.toLocaleString("en");
}

/** What is left out, by reason. */
export function leftOutLosses({ leftOut }: Survey): string[] {
  return [...leftOut].map(([reason, count]) => `${annotationsAre(count)} left out: ${reason}.`);
}

/** `truncated (41 annotations), pose (3)`: further fields that are not written. */
export function attributeLosses({ attributes }: Survey, format: string): string[] {
  if (attributes.size === 0) return [];
  const listed = [...attributes].slice(0, 8);
  const names = listed.map(([key, count]) => `"${key}" (${grouped(count)})`).join(", ");
  const more =
    attributes.size > listed.length ? ` and ${attributes.size - listed.length} more` : "";
  return [
    `${format} has no place for these fields of annotations: ${names}${more}. They are left out.`,
  ];
}

/** Ids that do not come back where a format has none. `first`: the number its reader gives the first class. */
export function idLosses(
  { categories, images }: Pick<LabelSet, "categories" | "images">,
  { withId }: Survey,
  format: string,
  first: 0 | 1 | null,
): string[] {
  const losses: string[] = [];
  if (withId > 0) {
    losses.push(`${format} has no ids of annotations: those of ${grouped(withId)} are left out.`);
  }
  if (images.some(({ sourceId }, index) => sourceId !== index + 1)) {
    losses.push(`${format} has no ids of images: read back, they count from 1 by name.`);
  }
  if (first !== null && categories.some(({ sourceId }, index) => sourceId !== index + first)) {
    losses.push(
      `${format} has no ids of classes: read back, they count from ${first} in their order here.`,
    );
  }
  return losses;
}

export function patchLosses({ patches }: Survey, format: string): string[] {
  if (patches === 0) return [];
  return [
    `${format} cannot say where a patch was cut from its image; ${counted(patches, "image has", "images have")} such a note, which is left out.`,
  ];
}

export function areaLosses({ ownAreas }: Survey, format: string): string[] {
  if (ownAreas === 0) return [];
  return [
    `${counted(ownAreas, "annotation has an area", "annotations have an area")} other than width times height, which ${format} does not hold: size buckets may change.`,
  ];
}

/** `area`: whether areas, which of masks are smaller than their boxes', are held all the same. */
export function maskLosses(count: number, format: string, area: "kept" | "lost"): string[] {
  if (count === 0) return [];
  const buckets =
    area === "kept" ? "" : " Areas become those of the boxes, so size buckets may change.";
  return [
    `${counted(count, "mask is", "masks are")} left out: ${format} takes the boxes alone.${buckets}`,
  ];
}
