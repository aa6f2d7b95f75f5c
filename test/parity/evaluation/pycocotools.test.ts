import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { memorySource } from "../../../main/files/byte-source.ts";
import { evaluationSet } from "../../../main/formats/coco-columns/evaluation-set.ts";
import { readPredictionsFile } from "../../../main/formats/coco-columns/read-files.ts";
import { readTruthFile } from "../../../main/formats/coco-columns/read-truth.ts";
import type { EvaluationParams } from "../../../shared/domain/protocols.ts";
import { evaluate } from "../../../shared/evaluation/evaluate.ts";
import { headlineOf, meanPrecision, meanRecall } from "../../../shared/evaluation/summarize.ts";
import type { EvaluationArrays } from "../../../shared/evaluation/types.ts";
import { parityCases } from "../../fixtures/evaluation/parity-cases.ts";

interface Expectation {
  name: string;
  input: string;
  arrays: string;
  summary: (number | null)[];
}

const expectations = new Map(
  (
    JSON.parse(
      readFileSync(new URL("../../fixtures/evaluation/expected.json", import.meta.url), "utf8"),
    ) as Expectation[]
  ).map((expectation) => [expectation.name, expectation]),
);

test("files give pycocotools' arrays bit for bit and its means to the last bit", () => {
  let compared = 0;
  for (const { name, gt, dt, params } of parityCases()) {
    const expected = expectations.get(name)!;
    expect(sha256([Buffer.from(gt + dt)]).slice(0, 16), `${name}: the input drifted`).toBe(
      expected.input,
    );
    const truth = readTruthFile(memorySource(Buffer.from(gt), "gt.json"));
    const { table, count } = readPredictionsFile(memorySource(Buffer.from(dt), "dt.json"));
    const arrays = evaluate(evaluationSet(truth, table, count).set, params).arrays!;
    expect(sha256([arrays.precision, arrays.recall, arrays.scores]), name).toBe(expected.arrays);
    expect(means(arrays, params), name).toEqual(expected.summary);
    compared++;
  }
  expect(compared).toBe(expectations.size);
});

/** The means in the order that the recording lists them, over range 0. */
function means(arrays: EvaluationArrays, params: EvaluationParams): (number | null)[] {
  const { apMaxDets, lastMaxDets } = headlineOf(params);
  const ranges = params.areaRanges.map((_, a) => a);
  return [
    meanPrecision(arrays, { a: 0, m: apMaxDets }),
    meanPrecision(arrays, { a: 0, m: apMaxDets, t: 0 }),
    meanPrecision(arrays, { a: 0, m: apMaxDets, t: 5 }),
    ...ranges.map((a) => meanPrecision(arrays, { a, m: apMaxDets })),
    ...params.maxDets.map((_, m) => meanRecall(arrays, { a: 0, m })),
    ...ranges.map((a) => meanRecall(arrays, { a, m: lastMaxDets })),
  ];
}

function sha256(parts: readonly ArrayBufferView[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part as NodeJS.ArrayBufferView);
  return hash.digest("hex");
}
