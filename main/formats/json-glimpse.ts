import type { ByteSource } from "./json-reader.ts";

/** What the ends of a JSON file show, without reading what lies between. */
export interface JsonGlimpse {
  readonly topLevel: "list" | "object";
  /** Keys of the top-level object whose beginning was seen. */
  readonly keys: readonly string[];
  /** Whole elements seen of each list, by key; "" where the document is a list. */
  readonly elements: ReadonlyMap<string, readonly unknown[]>;
}

const END_BYTES = 1 << 20;
const MOST_ELEMENTS = 500;

/** Looks at the first and the last megabyte. Null where the file does not begin as JSON. */
export function glimpseJson(source: ByteSource): JsonGlimpse | null {
  const head = readEnd(source, 0);
  const trimmed = head.replace(/^\uFEFF?\s*/, "");
  const elements = new Map<string, unknown[]>();
  if (trimmed.startsWith("[")) {
    elements.set("", wholeElements(trimmed, 1));
    return { topLevel: "list", keys: [], elements };
  }
  if (!trimmed.startsWith("{")) return null;
  const tail = source.size > END_BYTES ? readEnd(source, source.size - END_BYTES) : "";
  const keys = new Set<string>();
  for (const text of [trimmed, tail]) {
    for (const match of text.matchAll(/"(images|annotations|categories|predictions)"\s*:\s*\[/g)) {
      const key = match[1]!;
      keys.add(key);
      const found = wholeElements(text, match.index + match[0].length);
      if (found.length > (elements.get(key)?.length ?? -1)) elements.set(key, found);
    }
  }
  return { topLevel: "object", keys: [...keys], elements };
}

function readEnd(source: ByteSource, from: number): string {
  const bytes = Buffer.alloc(Math.min(END_BYTES, source.size - from));
  let filled = 0;
  while (filled < bytes.length) {
    const count = source.read(bytes, filled, from + filled);
    if (count === 0) break;
    filled += count;
  }
  return bytes.toString("utf8", 0, filled);
}

/** Objects of a list that end within the text; `from` is the place after its `[`. */
function wholeElements(text: string, from: number): unknown[] {
  const found: unknown[] = [];
  let depth = 0;
  let start = from;
  let inString = false;
  for (let at = from; at < text.length && found.length < MOST_ELEMENTS; at += 1) {
    const letter = text[at];
    if (inString) {
      if (letter === "\\") at += 1;
      else if (letter === '"') inString = false;
    } else if (letter === '"') inString = true;
    else if (letter === "{" || letter === "[") {
      if (depth === 0) start = at;
      depth += 1;
    } else if (letter === "}" || letter === "]") {
      depth -= 1;
      if (depth < 0) break;
      if (depth === 0) {
        try {
          found.push(JSON.parse(text.slice(start, at + 1)));
        } catch {
          break; // The full read says what is wrong with it.
        }
      }
    }
  }
  return found;
}
