import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import type { PushEvent } from "../../shared/api/jobs.ts";
import { AppError } from "../../shared/domain/app-error.ts";
import { openDatabase } from "../../main/db/open.ts";
import { jobQueries } from "../../main/db/queries/jobs.ts";
import { Events } from "../../main/services/events.ts";
import { JobQueue, type JobRunners } from "../../main/services/jobs/queue.ts";
import { smallFolder } from "../fixtures/app/small-folder.ts";
import { startApp, temporaryFolder } from "../fixtures/app/started-app.ts";

/** A queue on a real database, with jobs of the test's own. */
function queueOf(runners: JobRunners) {
  const db = openDatabase(join(temporaryFolder(), "project.fovea"));
  const events = new Events();
  const log: string[] = [];
  const told: PushEvent[] = [];
  events.subscribe((event) => told.push(event));
  const queue = new JobQueue(
    { queries: jobQueries(db), events, log: (line) => log.push(line) },
    runners,
  );
  return { queue, told, log };
}

/** A job that lasts until it is cancelled. */
const endless: JobRunners = {
  train: (_input, { signal }) =>
    new Promise((_resolve, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason as Error));
    }),
};

test("jobs run one after the other, in order, and leave their results", async () => {
  const order: string[] = [];
  const { queue } = queueOf({
    export: async (input) => {
      order.push(`start ${String(input)}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
      order.push(`end ${String(input)}`);
      return { made: input };
    },
  });
  const first = queue.start("export", "First", "a");
  const second = queue.start("export", "Second", "b");
  expect(queue.get(second).state).toBe("queued");
  expect(await queue.ended(second)).toMatchObject({ state: "done", result: { made: "b" } });
  expect(queue.get(first)).toMatchObject({ state: "done", result: { made: "a" }, title: "First" });
  expect(order).toEqual(["start a", "end a", "start b", "end b"]);
});

test("a training holds up no other kind of job, and trainings wait for each other", async () => {
  const { queue } = queueOf({ ...endless, export: () => Promise.resolve({ made: 3 }) });
  const training = queue.start("train", "Long", {});
  const second = queue.start("train", "Longer", {});
  const short = queue.start("export", "Short", {});
  expect(await queue.ended(short)).toMatchObject({ state: "done", result: { made: 3 } });
  expect([queue.get(training).state, queue.get(second).state]).toEqual(["running", "queued"]);
  queue.cancel(training);
  await queue.ended(training);
  await vi.waitFor(() => expect(queue.get(second).state).toBe("running"));
  await queue.close();
  expect(queue.get(second).state).toBe("interrupted");
});

test("a running job and a queued one can both be cancelled", async () => {
  const { queue } = queueOf(endless);
  const running = queue.start("train", "Long", {});
  const queued = queue.start("train", "Longer", {});
  expect(queue.cancel(queued)).toMatchObject({ state: "cancelled" });
  queue.cancel(running);
  expect(await queue.ended(running)).toMatchObject({ state: "cancelled", error: null });
  expect(queue.busy).toBe(false);
  expect(queue.cancel(running).state).toBe("cancelled");
  expect(queue.clear()).toBe(2);
  expect(queue.list()).toEqual([]);
});

test("a job that fails says why; an unexpected error is logged with its stack", async () => {
  const { queue, log } = queueOf({
    predict: () => Promise.reject(new AppError("weights/missing", "The weights are gone.")),
    train: () => Promise.reject(new TypeError("x is undefined")),
  });
  const expected = await queue.ended(queue.start("predict", "Predict", {}));
  expect(expected).toMatchObject({
    state: "failed",
    error: { code: "weights/missing", message: "The weights are gone." },
  });
  expect(log).toEqual([]);
  const unexpected = await queue.ended(queue.start("train", "Train", {}));
  expect(unexpected).toMatchObject({ state: "failed", error: { code: "internal" } });
  expect(log.join()).toContain("jobs.test.ts");
});

test("progress is told thinned out, with the last word always", async () => {
  const { queue, told } = queueOf({
    export: async (_input, { progress }) => {
      for (let step = 1; step <= 5000; step += 1)
        progress({ phase: "Writing", step, total: 5000, unit: "rows" });
      await new Promise((resolve) => setTimeout(resolve, 300));
      return {};
    },
  });
  const job = await queue.ended(queue.start("export", "Export", {}));
  const steps = told.flatMap((event) => (event.type === "job" ? [event.job] : []));
  expect(steps.length).toBeLessThan(10);
  expect(steps.some(({ state, step }) => state === "running" && step === 5000)).toBe(true);
  expect(job).toMatchObject({
    state: "done",
    phase: "Writing",
    step: 5000,
    total: 5000,
    unit: "rows",
  });
});

test("what a crash left running is interrupted, and half an import is gone when the project is opened", async () => {
  const folder = join(temporaryFolder(), "crashed");
  mkdirSync(folder);
  const db = openDatabase(join(folder, "project.fovea"));
  const jobs = jobQueries(db);
  const jobId = jobs.insert("import", "Import street", {}, 5);
  jobs.start(jobId, 6);
  db.exec(`INSERT INTO dataset (id, name, root, created_at) VALUES (4, 'half', '/', 0);
    INSERT INTO image (id, dataset_id, source_id, path, width, height) VALUES (9, 4, 1, 'a.jpg', 64, 48)`);
  db.close();
  const { call, app } = startApp();
  await call("projects/open", { path: folder });
  expect(await call("jobs/get", { jobId })).toMatchObject({
    state: "interrupted",
    title: "Import street",
  });
  await vi.waitFor(() => {
    const left = app.workspace.project.db.prepare(
      "SELECT (SELECT count(*) FROM dataset) + (SELECT count(*) FROM image) AS n",
    );
    expect(left.get()).toEqual({ n: 0 });
  }, 30_000);
});

test("a project that another process has open keeps its jobs and its unfinished imports", async () => {
  const folder = join(temporaryFolder(), "shared");
  const first = startApp();
  await first.call("projects/create", { name: "shared", path: folder });
  const { db } = first.app.workspace.project;
  const jobId = jobQueries(db).insert("import", "Import street", {}, 5);
  db.exec("INSERT INTO dataset (id, name, root, created_at) VALUES (4, 'half', '/', 0)");
  const second = startApp();
  await second.call("projects/open", { path: folder });
  expect(await second.call("jobs/get", { jobId })).toMatchObject({ state: "queued" });
  expect(await second.call("datasets/list", {})).toEqual({ datasets: [] });
  expect(db.prepare("SELECT count(*) AS n FROM dataset").get()).toEqual({ n: 1 });
});

test("closing stops what runs and marks it interrupted", async () => {
  const folder = join(temporaryFolder(), "closed");
  const first = startApp();
  await first.call("projects/create", { name: "closed", path: folder });
  const { jobId } = await first.call("imports/start", {
    root: await smallFolder(),
    datasetName: "street",
    imageRoot: "images",
    labels: { format: "coco", path: "labels.json" },
    predictions: [],
    evaluate: null,
  });
  await first.app.close();
  const second = startApp();
  await second.call("projects/open", { path: folder });
  // Where the import was quicker than the closing it is whole; otherwise nothing of it is there.
  const { state } = await second.call("jobs/get", { jobId });
  const { datasets } = await second.call("datasets/list", {});
  expect([state, datasets.length]).toEqual(state === "done" ? ["done", 1] : ["interrupted", 0]);
});

test("another project is not opened over a running job", async () => {
  const { call, refused, app } = startApp();
  await call("projects/create", { name: "busy" });
  const { suggestion } = await call("imports/inspect", { path: await smallFolder() });
  const { jobId } = await call("imports/start", suggestion!);
  expect(await refused("projects/create", { name: "other" })).toMatchObject({
    code: "project/busy",
  });
  await call("jobs/cancel", { jobId });
  expect((await app.workspace.project.jobs.ended(jobId)).state).toBe("cancelled");
  expect(await call("datasets/list", {})).toEqual({ datasets: [] });
  const other = await call("projects/create", { name: "other" });
  expect(existsSync(join(other.path, "project.fovea"))).toBe(true);
  expect(other.recent.map(({ name }) => name)).toEqual(["other", "busy"]);
});
