import { AppError } from "../../../shared/domain/app-error.ts";
import { openSource } from "../../files/byte-source.ts";
import { writeAtomically } from "../../files/atomic-write.ts";
import { readJsonDocument } from "../../formats/json-arrays.ts";
import { ProblemLog } from "../../formats/problem-log.ts";

/** Joins COCO results files. Throws `merge/twice` for an image in two of them, `merge/record` for a row without image. */
export function mergeResults(parts: readonly string[], out: string) {
  const byImage = new Map<number, { part: number; rows: string[] }>();
  for (const [index, part] of parts.entries()) {
    const problems = new ProblemLog();
    const source = openSource(part, part, problems);
    try {
      readJsonDocument(source, problems, () => (values, firstIndex) => {
        values.forEach((value, k) => {
          const id = (value as { image_id?: unknown } | null)?.image_id;
          if (typeof id !== "number")
            throw new AppError(
              "merge/record",
              `${part} [${firstIndex + k}]: "image_id" is ${JSON.stringify(id)}; expected a number.`,
            );
          addRow(byImage, parts, index, id, JSON.stringify(value));
        });
      });
    } finally {
      source.close();
    }
  }
  const ids = [...byImage.keys()].sort((a, b) => a - b);
  const predictions = ids.reduce((sum, id) => sum + byImage.get(id)!.rows.length, 0);
  function* lines() {
    yield "[";
    for (const [k, id] of ids.entries())
      yield (k > 0 ? ",\n" : "\n") + byImage.get(id)!.rows.join(",\n");
    yield "\n]\n";
  }
  writeAtomically(out, lines());
  return { out, images: ids.length, predictions };
}

function addRow(
  byImage: Map<number, { part: number; rows: string[] }>,
  parts: readonly string[],
  part: number,
  id: number,
  row: string,
): void {
  const known = byImage.get(id);
  if (!known) byImage.set(id, { part, rows: [row] });
  else if (known.part === part) known.rows.push(row);
  else
    throw new AppError(
      "merge/twice",
      `Image ${id} is in ${parts[known.part]} and in ${parts[part]}. Give each part once, made with the same --shard N.`,
    );
}
