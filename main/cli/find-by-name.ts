import { AppError } from "../../shared/domain/app-error.ts";

/** Something of a project by its name or number. Throws `<noun>/not-found` with what there is. */
export function findByName<Item extends { readonly id: number; readonly name: string }>(
  noun: string,
  items: readonly Item[],
  wanted: string,
): Item {
  const named = items.filter(({ name }) => name === wanted);
  const found = named.length > 0 ? named : items.filter(({ id }) => String(id) === wanted);
  if (found.length === 1) return found[0]!;
  const names = items.map(({ id, name }) => `"${name}" (${id})`).join(", ") || "none";
  const count = found.length === 0 ? `no ${noun}` : `${found.length} ${noun}s`;
  throw new AppError(
    `${noun}/not-found`,
    `The project has ${count} called "${wanted}". It has ${names}; a number in brackets names one for sure.`,
  );
}
