import { expect, test } from "vitest";
import {
  asFilter,
  choiceOf,
  defaultChoice,
  isFiltered,
  queryOf,
} from "../../../renderer/composables/filter-address.ts";

test("what is chosen comes back from the address", () => {
  const choice = {
    iou: 0.75,
    score: 0.42,
    categoryIds: [3, 11],
    buckets: ["eS", "a,b"],
    verdicts: ["miss", "hit"],
    text: "night & day",
    sort: "worst",
  } as const;
  expect(choiceOf(queryOf(choice) as never)).toEqual(choice);
});

test("the usual choice leaves the address empty", () => {
  const query = queryOf(defaultChoice);
  expect(Object.values(query).every((value) => value === undefined)).toBe(true);
  expect(choiceOf({})).toEqual(defaultChoice);
});

test("nonsense in the address is held within bounds or left out", () => {
  const choice = choiceOf({
    iou: "7",
    score: "-2",
    class: "4,x,5",
    verdict: "miss,guess",
    sort: "?",
  });
  expect(choice).toMatchObject({
    iou: 0.95,
    score: 0,
    categoryIds: [4, 5],
    verdicts: ["miss"],
    sort: "name",
  });
});

test("without a run no verdict is asked for", () => {
  const choice = { ...defaultChoice, verdicts: ["miss"] } as const;
  expect(asFilter(choice, null).verdicts).toEqual([]);
  expect(asFilter(choice, 8).verdicts).toEqual(["miss"]);
});

test("thresholds alone are no filter", () => {
  expect(isFiltered({ ...defaultChoice, score: 0.9 })).toBe(false);
  expect(isFiltered({ ...defaultChoice, text: "a" })).toBe(true);
});
