import { expect, onTestFinished, test } from "vitest";
import { objectFilter } from "../../../shared/api/images.ts";
import { Analysis } from "../../../main/services/analysis/client.ts";
import { EvaluationWorker } from "../../../main/services/analysis/evaluation-worker.ts";
import { randomProject } from "../../fixtures/workers/random-project.ts";
import { seeded } from "../evaluation/hostile-set.ts";

function project() {
  const { path, datasetId, imageIds } = randomProject(seeded(91));
  const log: string[] = [];
  const analysis = new Analysis(path, (line) => log.push(line));
  onTestFinished(() => analysis.close());
  const filter = objectFilter.parse({});
  const sequence = () => analysis.call("imageSequence", { datasetId, filter, sort: "name" });
  const detail = () => analysis.call("imageDetail", { imageId: imageIds[0]!, filter });
  return { path, analysis, sequence, detail };
}

test("the image that is looked at does not wait for lists that were asked for before", async () => {
  const { sequence, detail } = project();
  const order: string[] = [];
  const noted = async (name: string, call: Promise<unknown>) => {
    await call;
    order.push(name);
  };
  await Promise.all([
    noted("list 1", sequence()),
    noted("list 2", sequence()),
    noted("image 1", detail()),
    noted("list 3", sequence()),
    noted("image 2", detail()),
  ]);
  expect(order).toEqual(["list 1", "image 1", "image 2", "list 2", "list 3"]);
});

test("a call that fails is told so, and the next is answered", async () => {
  const { analysis, sequence } = project();
  const failing = analysis.call("liveScore", { runId: 99 });
  await expect(failing).rejects.toMatchObject({ code: "run/not-found" });
  expect((await sequence()).imageIds).toHaveLength(7);
});

test("closing fails all that is under way or waits; a later call starts anew", async () => {
  const { analysis, sequence } = project();
  const calls = [sequence(), sequence()];
  const ends = Promise.allSettled(calls);
  await analysis.close();
  const reasons = (await ends).map((end) => (end as PromiseRejectedResult).reason as unknown);
  expect(reasons).toMatchObject([{ code: "analysis/stopped" }, { code: "analysis/stopped" }]);
  expect((await sequence()).imageIds).toHaveLength(7);
});

test("a worker for long work takes several at once, and ends what is under way when told to", async () => {
  const { path } = project();
  const worker = new EvaluationWorker(path, () => undefined);
  onTestFinished(() => worker.close());
  const filter = objectFilter.parse({});
  const ask = () =>
    worker.use(null, (of) => of.call("imageSequence", { datasetId: 1, filter, sort: "name" }));
  const [some, others] = await Promise.all([ask(), ask()]);
  expect(some).toEqual(others);
  const abort = new AbortController();
  const stopped = worker.use(abort.signal, (of) =>
    of.call("imageSequence", { datasetId: 1, filter, sort: "name" }),
  );
  abort.abort();
  await expect(stopped).rejects.toMatchObject({ code: "analysis/stopped" });
});
