import { expect, test } from "vitest";
import { datasetQueries } from "../../../main/db/queries/datasets.ts";
import { randomProject } from "../../fixtures/workers/random-project.ts";
import { seeded } from "../evaluation/hostile-set.ts";

test("the count of annotations follows edits, and what is written past their log", () => {
  const { db, datasetId, edit } = randomProject(seeded(71));
  const counted = () => datasetQueries(db).byId(datasetId)!.annotationCount;
  const there = () => db.prepare("SELECT count(*) FROM annotation").pluck().get();
  expect(counted()).toBe(60);
  const seen = new Set<number>();
  for (let step = 0; step < 40; step += 1) {
    edit();
    seen.add(counted());
    expect(counted()).toBe(there());
  }
  expect(seen.size).toBeGreaterThan(4);
  db.exec("DELETE FROM annotation WHERE id % 3 = 0; UPDATE dataset SET revision = revision + 1");
  expect(counted()).toBe(there());
  edit();
  expect(counted()).toBe(there());
});
