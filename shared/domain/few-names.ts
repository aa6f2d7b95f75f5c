const NAMED = 5;

/** `a, b, c` for a sentence; of more than five the first ones and how many more there are. */
export function fewNames(names: readonly string[]): string {
  const first = names.slice(0, NAMED).join(", ");
  return names.length > NAMED ? `${first} and ${names.length - NAMED} more` : first;
}
