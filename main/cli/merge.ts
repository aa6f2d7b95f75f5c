import { parseArgs } from "node:util";
import { mergeResults } from "../services/inference/merge-results.ts";
import { resolvePath, say, UsageError, type Command } from "./command.ts";

const help = `Usage: fovea merge PART.json [PART.json ...] --out FILE.json [--json]

Joins the parts that "fovea predict --shard" wrote into one COCO results file, images in ascending order of
their ids. An image that occurs in two parts is refused.
`;

export const mergeCommand: Command = {
  summary: "join the parts of a prediction",
  help,
  async run(args) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { out: { type: "string" }, json: { type: "boolean", default: false } },
    });
    if (values.out === undefined) throw new UsageError("merge needs --out.");
    if (positionals.length === 0) throw new UsageError("merge needs the parts to join.");
    const result = mergeResults(positionals.map(resolvePath), resolvePath(values.out));
    say(`${result.predictions} predictions on ${result.images} images: ${result.out}`);
    if (values.json) process.stdout.write(`${JSON.stringify(result)}\n`);
    return Promise.resolve(0);
  },
};
