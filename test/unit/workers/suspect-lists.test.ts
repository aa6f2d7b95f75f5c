import { expect, onTestFinished, test } from "vitest";
import { cocoParams, sodaDParams } from "../../../shared/domain/protocols.ts";
import { openReadOnly } from "../../../main/db/open.ts";
import { columnQueries } from "../../../main/db/queries/columns.ts";
import { LoadedColumns } from "../../../main/workers/loaded-columns.ts";
import { SuspectLists } from "../../../main/workers/suspect-lists.ts";
import { randomProject, type RandomProject } from "../../fixtures/workers/random-project.ts";
import { seeded } from "../evaluation/hostile-set.ts";

function lists(project: RandomProject): SuspectLists {
  const db = openReadOnly(project.path);
  onTestFinished(() => void db.close());
  const queries = columnQueries(db);
  return new SuspectLists(queries, new LoadedColumns(queries));
}

function setUp(seed: number) {
  const project = randomProject(seeded(seed));
  const runIds = [project.addRun(cocoParams, 0), project.addRun(sodaDParams, 1)];
  return { project, source: { datasetId: project.datasetId, runIds, score: 0.3 } };
}

test("after any edits the queue is the one that is made anew", () => {
  const seen = new Set<string>();
  for (let round = 0; round < 6; round += 1) {
    const { project, source } = setUp(100 + round);
    const followed = lists(project);
    followed.get(source);
    for (let step = 0; step < 15; step += 1) {
      project.edit();
      if (step % 3 === 1) continue;
      const { queue } = followed.get(source);
      expect(queue, `round ${round}, step ${step}`).toEqual(lists(project).get(source).queue);
      for (const { found } of queue) seen.add(found.kind);
    }
  }
  expect(seen.size).toBeGreaterThan(3); // kinds
});

test("the order in which runs are asked changes nothing", () => {
  const { project, source } = setUp(120);
  const { queue } = lists(project).get(source);
  const turned = { ...source, runIds: source.runIds.toReversed() };
  expect(lists(project).get(turned).queue).toEqual(queue);
});

test("the surest come first, among equals the smallest; every key is there once", () => {
  const { project, source } = setUp(130);
  const { queue } = lists(project).get(source);
  expect(queue.length).toBeGreaterThan(20);
  for (let n = 1; n < queue.length; n += 1) {
    const [before, after] = [queue[n - 1]!, queue[n]!];
    expect(before.found.weight).toBeGreaterThanOrEqual(after.found.weight);
    if (before.found.weight === after.found.weight)
      expect(before.area).toBeLessThanOrEqual(after.area);
  }
  expect(queue.every(({ found }) => found.weight >= 0 && found.weight <= 1)).toBe(true);
});

test("an edit makes no new suspects of the images that it leaves alone", () => {
  const { project, source } = setUp(140);
  const followed = lists(project);
  const before = new Set(followed.get(source).queue);
  project.edit();
  const kept = followed.get(source).queue.filter((one) => before.has(one)).length;
  expect(kept).toBeGreaterThan(before.size / 2);
});
