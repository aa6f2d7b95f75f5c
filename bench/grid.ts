/**
 * How fast the grid and the failure wall answer on a large project: 25,000 images, 280,000 boxes and about as many
 * predictions. Prints the first answer, then median and 95th percentile of varied queries, and memory.
 * Options: --images N --boxes N --predictions N --rounds N
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { contract } from "../shared/api/contract.ts";
import { objectFilter } from "../shared/api/images.ts";
import { sodaDParams } from "../shared/domain/protocols.ts";
import { openDatabase } from "../main/db/open.ts";
import { runQueries } from "../main/db/queries/runs.ts";
import { Analysis } from "../main/services/analysis/client.ts";
import { drawProject } from "./drawn-project.ts";

const { values } = parseArgs({
  options: {
    images: { type: "string", default: "25000" },
    boxes: { type: "string", default: "280000" },
    predictions: { type: "string", default: "400000" },
    rounds: { type: "string", default: "200" },
  },
});
const counts = {
  images: Number(values.images),
  boxes: Number(values.boxes),
  predictions: Number(values.predictions),
};
const rounds = Number(values.rounds);

const folder = mkdtempSync(join(tmpdir(), "fovea-bench-"));
const path = join(folder, "project.fovea");
try {
  const began = performance.now();
  drawProject(path, counts);
  print("drawing the project", [performance.now() - began]);
  await measure();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function measure(): Promise<void> {
  const analysis = new Analysis(path, (line) => console.error(line));
  const timed = async (call: () => Promise<unknown>) => {
    const began = performance.now();
    await call();
    return performance.now() - began;
  };
  const grid = (filter: object, sort: "name" | "worst" | "misses" | "objects", offset = 0) =>
    timed(() =>
      analysis.call("queryImages", {
        datasetId: 1,
        filter: objectFilter.parse(filter),
        sort,
        offset,
        limit: 100,
      }),
    );
  print("first grid, no run: loads labels", [await grid({}, "name")]);
  const run = await analysis.call("evaluateRun", { predictionSetId: 1, params: sodaDParams });
  print("evaluation", [run.report.timings.evaluate + run.report.timings.accumulate]);
  const db = openDatabase(path);
  const runId = runQueries(db).insert({ ...run, name: "bench" }, 0);
  db.close();
  print("first grid of the run: judges every box", [await grid({ runId }, "worst")]);

  const labels = sodaDParams.areaRanges.map(({ label }) => label);
  const filters = Array.from({ length: rounds }, (_, i) => ({
    runId,
    score: 0.05 + (i % 90) / 100,
    categoryIds: i % 3 === 0 ? [] : [1 + (i % 9)],
    buckets: i % 4 === 0 ? [] : [labels[i % labels.length]],
    verdicts: [[], ["miss"], ["false-alarm"], ["hit", "miss"]][i % 4],
    text: i % 5 === 0 ? String(i) : "",
  }));
  const sorts = ["worst", "name", "misses", "objects"] as const;
  const queries: number[] = [];
  const pages: number[] = [];
  const failures: number[] = [];
  for (const [i, filter] of filters.entries()) {
    queries.push(await grid(filter, sorts[i % 4]!));
    pages.push(await grid(filter, sorts[i % 4]!, 100 * (i % 7)));
    const input = contract["failures/query"].input.parse({ filter });
    failures.push(await timed(() => analysis.call("queryFailures", input)));
  }
  print("grid query, new filter each time", queries);
  print("grid query, another page", pages);
  print("failure query, new filter each time", failures);
  const images = Array.from({ length: rounds }, (_, i) => 1 + ((i * 7919) % counts.images));
  const details: number[] = [];
  for (const imageId of images) {
    details.push(
      await timed(() =>
        analysis.call("imageDetail", { imageId, filter: objectFilter.parse({ runId }) }),
      ),
    );
  }
  print("one image with its verdicts", details);
  console.log(
    `memory of the process with its worker: ${Math.round(process.memoryUsage().rss / 2 ** 20)} MiB`,
  );
  await analysis.close();
}

function print(what: string, times: number[]): void {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!.toFixed(1);
  const figures = times.length === 1 ? `${at(0)} ms` : `median ${at(0.5)} ms, p95 ${at(0.95)} ms`;
  console.log(`${what}: ${figures}`);
}
