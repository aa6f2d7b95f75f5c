/**
 * How well `query` fits `text`: its letters must come in order. Higher is better, null is no match.
 * A start of a word and letters side by side count more, so `gr` finds `Go to Runs` before `gathered`.
 */
export function fuzzyScore(query: string, text: string): number | null {
  const wanted = query.toLowerCase().replace(/\s+/g, "");
  const letters = text.toLowerCase();
  let score = 0;
  let from = 0;
  for (const letter of wanted) {
    const at = letters.indexOf(letter, from);
    if (at < 0) return null;
    const startsWord = at === 0 || /[\s\-_/.]/.test(letters[at - 1] ?? "");
    score += at === from && from > 0 ? 4 : startsWord ? 3 : 1;
    score -= Math.min(at - from, 10) * 0.1;
    from = at + 1;
  }
  if (letters.includes(query.toLowerCase().trim())) score += 10;
  return score - letters.length * 0.01;
}

/** Best first; an empty query keeps the order given. */
export function fuzzySort<T>(
  query: string,
  items: readonly T[],
  textOf: (item: T) => string,
): readonly T[] {
  if (query.trim() === "") return items;
  return items
    .map((item, at) => ({ item, at, score: fuzzyScore(query, textOf(item)) }))
    .filter((entry): entry is typeof entry & { score: number } => entry.score !== null)
    .sort((a, b) => b.score - a.score || a.at - b.at)
    .map((entry) => entry.item);
}
