import { expect, test } from "vitest";
import { seededRandom } from "../../../../shared/evaluation/confidence/seeded-random.ts";

test("the numbers of a seed are those that mulberry32 is known for", () => {
  const random = seededRandom(1);
  expect([random(), random(), random(), random()]).toEqual([
    0.6270739405881613, 0.002735721180215478, 0.5274470399599522, 0.9810509674716741,
  ]);
});
