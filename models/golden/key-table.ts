import { readFileSync } from "node:fs";
import { join } from "node:path";
import { canonicalName } from "../rtdetr/names.ts";
import { countedNorms, parameterTable } from "../rtdetr/parameter-table.ts";
import { presetConfig } from "../rtdetr/presets.ts";
import { Worst, type Measure } from "./compare.ts";

/**
 * rtdetr-*-keys.txt: every tensor of a released layout with its shape and type, tab separated, and the
 * newer module name where it differs. Counts the lines that this program would not read or write.
 */
export const keyTableMeasure =
  (preset: "r50" | "r18") =>
  (folder: string): Measure => {
    const lines = readFileSync(join(folder, `rtdetr-${preset}-keys.txt`), "utf8")
      .split("\n")
      .filter((line) => line !== "" && !line.startsWith("#"));
    const labels = Array.from({ length: 80 }, (_, index) => `class ${index}`);
    const config = presetConfig(preset, labels);
    const ours = new Map(
      parameterTable(config).map(({ name, shape }) => [name, `[${shape.join()}]\tF32`]),
    );
    for (const norm of countedNorms(config)) ours.set(`${norm}.num_batches_tracked`, "[]\tI64");
    const worst = new Worst();
    let wrong = 0;
    for (const line of lines) {
      const [name, shape, dtype, newer] = line.split("\t") as [string, string, string, string?];
      const known = ours.get(name) === `${shape}\t${dtype}`;
      if (!known || (newer !== undefined && newer !== "" && canonicalName(newer) !== name)) {
        wrong += 1;
        worst.add(name, wrong);
      }
      ours.delete(name);
    }
    for (const name of ours.keys()) worst.add(name, (wrong += 1));
    return worst.result();
  };
