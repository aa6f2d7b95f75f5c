import { expect, test } from "vitest";
import { evaluate } from "../../../shared/evaluation/evaluate.ts";
import { HostileSets } from "./hostile-set.ts";
import { referenceArrays } from "./reference.ts";

test("4,000 hostile sets give the reference's arrays bit for bit", () => {
  const sets = new HostileSets(20261122);
  let withHits = 0;
  for (let round = 0; round < 4000; round++) {
    const { set, params } = sets.next();
    const expected = referenceArrays(set, params);
    const { arrays } = evaluate(set, params);
    for (const name of ["precision", "recall", "scores"] as const)
      if (!sameBits(arrays![name], expected[name]))
        expect.fail(`${name} differs in round ${round}: ${JSON.stringify({ params, set })}`);
    if (expected.recall.some((value) => value > 0)) withHits++;
  }
  // The generator must not have gone dull.
  expect(withHits).toBeGreaterThan(2000);
});

function sameBits(some: Float64Array, others: Float64Array): boolean {
  const bits = (values: Float64Array) =>
    Buffer.from(values.buffer, values.byteOffset, values.byteLength);
  return bits(some).equals(bits(others));
}
