import type { AnnotationFields } from "../../shared/domain/editing.ts";
import type { Category } from "../../shared/domain/records.ts";

/** Copied labels: classes by name, so that they can be pasted in another dataset. */
export interface CopiedLabels {
  readonly imageId: number;
  readonly labels: readonly {
    readonly class: string;
    readonly box: readonly [number, number, number, number];
    readonly crowd: boolean;
    readonly ignore: boolean;
  }[];
}

const STORED = "fovea.copiedLabels";
export function copiedText(
  imageId: number,
  labels: readonly AnnotationFields[],
  nameOf: (categoryId: number) => string,
): string {
  return JSON.stringify({
    foveaLabels: 1,
    imageId,
    labels: labels.map(({ categoryId, box, crowd, ignore }) => ({
      class: nameOf(categoryId),
      box,
      crowd,
      ignore,
    })),
  });
}

/** null where the text is not ours. */
export function parseCopied(text: string): CopiedLabels | null {
  try {
    const read = JSON.parse(text) as Partial<CopiedLabels & { foveaLabels: number }> | null;
    if (read?.foveaLabels !== 1 || !Array.isArray(read.labels)) return null;
    const labels = (read.labels as CopiedLabels["labels"]).filter(isWhole);
    return { imageId: Number(read.imageId), labels };
  } catch {
    return null; // Text from elsewhere.
  }
}

function isWhole({ class: name, box, crowd, ignore }: CopiedLabels["labels"][number]): boolean {
  return (
    typeof name === "string" &&
    box.length === 4 &&
    box.every(Number.isFinite) &&
    box[2] > 0 &&
    box[3] > 0 &&
    typeof crowd === "boolean" &&
    typeof ignore === "boolean"
  );
}

/** Kept in this browser too: reading the system's clipboard takes a permission that is not always given. */
export async function copyLabels(text: string): Promise<void> {
  localStorage.setItem(STORED, text);
  await navigator.clipboard.writeText(text).catch(() => undefined);
}

export async function copiedLabels(): Promise<CopiedLabels | null> {
  const system = await systemText();
  return parseCopied(system) ?? parseCopied(localStorage.getItem(STORED) ?? "");
}

/** "" where the browser would have to ask for leave first. */
async function systemText(): Promise<string> {
  try {
    const name = "clipboard-read" as PermissionName;
    const { state } = await navigator.permissions.query({ name });
    return state === "granted" ? await navigator.clipboard.readText() : "";
  } catch {
    return ""; // A browser that does not know the permission, or a page without the focus.
  }
}

/** The labels as those of another dataset; classes that it does not have are left out and named. */
export function pastedFields(
  copied: CopiedLabels,
  categories: readonly Category[],
): { readonly fields: readonly AnnotationFields[]; readonly unknown: readonly string[] } {
  const ids = new Map(categories.map(({ id, name }) => [name, id]));
  const unknown = new Set<string>();
  const fields = copied.labels.flatMap(({ class: name, box, crowd, ignore }) => {
    const categoryId = ids.get(name);
    if (categoryId === undefined) unknown.add(name);
    return categoryId === undefined ? [] : [{ categoryId, box, crowd, ignore }];
  });
  return { fields, unknown: [...unknown] };
}
