import { expect, test } from "vitest";
import {
  countBy,
  FIRST_CROPS,
  groupAt,
  groupKey,
  wallRows,
} from "../../../renderer/components/failures/wall-rows.ts";
import type { FailureGroup } from "../../../shared/api/images.ts";

const few: FailureGroup = { kind: "miss", bucket: "eS", categoryId: 4, count: 7 };
const some: FailureGroup = { kind: "false-alarm", bucket: "rS", categoryId: 9, count: 2 };
const many: FailureGroup = { kind: "miss", bucket: "eS", categoryId: 5, count: 1000 };

test("a group is a heading and rows of crops that go on in the list where the last group ended", () => {
  expect(wallRows([few, some], 3, new Map())).toEqual([
    { kind: "heading", group: few },
    { kind: "crops", first: 0, count: 3 },
    { kind: "crops", first: 3, count: 3 },
    { kind: "crops", first: 6, count: 1 },
    { kind: "heading", group: some },
    { kind: "crops", first: 7, count: 2 },
  ]);
});

test("a folded group keeps its heading, and the next one its place in the list", () => {
  expect(wallRows([few, some], 3, new Map([[groupKey(few), "folded" as const]]))).toEqual([
    { kind: "heading", group: few },
    { kind: "heading", group: some },
    { kind: "crops", first: 7, count: 2 },
  ]);
});

test("a large group shows its first crops and says how many it holds back, until all are asked for", () => {
  const rows = wallRows([many, some], 4, new Map());
  expect(rows.filter((row) => row.kind === "crops")).toHaveLength(FIRST_CROPS / 4 + 1);
  expect(rows).toContainEqual({ kind: "more", group: many, hidden: 1000 - FIRST_CROPS });
  expect(rows.at(-1)).toEqual({ kind: "crops", first: 1000, count: 2 });
  const all = wallRows([many], 4, new Map([[groupKey(many), "all" as const]]));
  expect(all.filter((row) => row.kind === "crops")).toHaveLength(250);
  expect(all.some((row) => row.kind === "more")).toBe(false);
});

test("without failures the wall is empty", () => {
  expect(wallRows([], 3, new Map())).toEqual([]);
});

test("a place in the list belongs to the group that counts it", () => {
  expect([0, 6, 7, 8, 9].map((at) => groupAt([few, some], at))).toEqual([
    few,
    few,
    some,
    some,
    null,
  ]);
});

test("counts add up by kind", () => {
  expect([...countBy([few, some, many], "kind")]).toEqual([
    ["miss", 1007],
    ["false-alarm", 2],
  ]);
});
