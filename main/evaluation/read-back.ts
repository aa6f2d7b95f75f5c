import { openSource } from "../files/byte-source.ts";
import { readFromBack, type Pieces } from "../formats/coco-columns/pieces.ts";
import { ProblemLog } from "../formats/problem-log.ts";
import type { FromHelper } from "./messages.ts";

/** Reads pieces of the file from the back until none is left. */
export function readBack(path: string, pieces: Pieces): FromHelper {
  const source = openSource(path, path, new ProblemLog());
  try {
    return { kind: "read", back: readFromBack(source, pieces) };
  } catch {
    // Whatever it is, the front meets it too, and there the record's number is known.
    return { kind: "unreadable" };
  } finally {
    source.close();
  }
}
