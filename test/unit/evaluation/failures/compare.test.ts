import { describe, expect, test } from "vitest";
import { cocoParams, sodaDParams } from "../../../../shared/domain/protocols.ts";
import type { XywhPixels } from "../../../../shared/domain/records.ts";
import { compareRuns } from "../../../../shared/evaluation/failures/compare.ts";
import { judge } from "../../../../shared/evaluation/failures/judge.ts";
import { HIT, IGNORED, MISS, verdictsAt } from "../../../../shared/evaluation/failures/verdicts.ts";
import { smallSet, type SmallSet } from "./small-set.ts";

const boxes: XywhPixels[] = [
  [0, 0, 10, 10],
  [50, 0, 12, 12],
  [100, 0, 18, 18],
  [150, 0, 40, 40],
  [250, 0, 11, 11],
];
const truth = boxes.map((box, i) => ({ box, ignore: i === 4 }));

function verdictsOf(found: readonly number[]) {
  const small: SmallSet = {
    truth,
    predictions: found.map((i) => ({ box: boxes[i]!, score: 0.9 - i / 10 })),
  };
  const set = smallSet(small);
  return { set, verdicts: verdictsAt(judge(set, sodaDParams, 0.5), set, 0.3) };
}

describe("two runs compared", () => {
  test("objects gained, lost, found by both and by neither, by area range", () => {
    const first = verdictsOf([0, 1]);
    const second = verdictsOf([1, 2]);
    const changes = compareRuns(first.set.truth, sodaDParams, first.verdicts, second.verdicts);
    const plain = changes.map(({ label, gained, lost, both, neither }) => [
      label,
      [...gained],
      [...lost],
      [...both],
      [...neither],
    ]);
    // Area 144 lies in eS and rS; the ignored object in none.
    expect(plain).toEqual([
      ["Small", [2], [0], [1], []],
      ["eS", [], [0], [1], []],
      ["rS", [2], [], [1], []],
      ["gS", [], [], [], []],
      ["N", [], [], [], [3]],
    ]);
  });

  test("what either run ignores is left out", () => {
    const four = smallSet({ truth: truth.slice(0, 4) }).truth;
    const [all] = compareRuns(
      four,
      { ...cocoParams, areaRanges: [{ label: "all", low: 0, high: 1e10 }] },
      { truth: Uint8Array.of(IGNORED, HIT, MISS, MISS) },
      { truth: Uint8Array.of(HIT, IGNORED, MISS, IGNORED) },
    );
    expect(all).toEqual({
      label: "all",
      gained: Int32Array.of(),
      lost: Int32Array.of(),
      both: Int32Array.of(),
      neither: Int32Array.of(2),
    });
  });

  test("of nothing are empty lists", () => {
    const none = { truth: new Uint8Array(0) };
    const changes = compareRuns(smallSet({}).truth, cocoParams, none, none);
    expect(changes.map(({ label }) => label)).toEqual(["all", "small", "medium", "large"]);
    expect(changes.every(({ gained, neither }) => gained.length + neither.length === 0)).toBe(true);
  });
});
