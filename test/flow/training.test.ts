import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import type { Input, Output } from "../../shared/api/contract.ts";
import { tinyPreset, type TrainingSettings } from "../../shared/domain/training.ts";
import { openDatabase } from "../../main/db/open.ts";
import { startApp, temporaryFolder, type StartedApp } from "../fixtures/app/started-app.ts";
import { streetFolder } from "../fixtures/models/street.ts";

const settings: TrainingSettings = {
  ...tinyPreset,
  input: { height: 64, width: 64 },
  epochs: 6,
  batch: 2,
  validation: { everyEpochs: 3, bucket: "all" },
};

type Plan = Input<"training/start">;

/** A project with a dataset of so many street pictures. */
async function street(count: number, started: StartedApp = startApp()) {
  const { call, ended } = started;
  await call("projects/create", { name: "Street" });
  const root = await streetFolder(count);
  const { suggestion } = await call("imports/inspect", { path: root });
  const { jobId } = await call("imports/start", suggestion!);
  const { datasetId } = (await ended(jobId)).result as { datasetId: number };
  const plan = (changes: Partial<TrainingSettings> = {}): Plan => ({
    datasetId,
    validation: { kind: "share", share: 0.3 },
    start: { kind: "scratch", architecture: "tiny" },
    preset: "tiny",
    settings: { ...settings, ...changes },
  });
  return { ...started, root, datasetId, plan };
}

const curvesOf = ({ call }: Pick<StartedApp, "call">, trainingId: number) =>
  call("training/curves", { trainingId, points: 1000 });

const begun = (started: StartedApp, trainingId: number, steps = 1) =>
  vi.waitFor(
    async () =>
      expect((await curvesOf(started, trainingId)).lastStep).toBeGreaterThanOrEqual(steps),
    { interval: 20, timeout: 60_000 },
  );

/** What a step computes, without what it costs. */
const learnt = ({
  step,
  epoch,
  loss,
  terms,
  learningRate,
  gradientNorm,
  tasks,
}: Output<"training/curves">) => ({
  step,
  epoch,
  loss,
  terms,
  learningRate,
  gradientNorm,
  tasks,
});

test("a training through a job: curves, validations, the best weights among the models; paused and gone on with it learns the same", async () => {
  const started = await street(6);
  const { call, ended, plan, app } = started;
  const check = await call("training/check", plan());
  expect(check).toMatchObject({ trainImages: 4, validationImages: 2, trainObjects: 4, steps: 12 });
  const whole = await call("training/start", { ...plan(), name: "Whole" });
  const job = await ended(whole.jobId);
  expect(job).toMatchObject({ state: "done", title: "Train Whole", error: null });
  const detail = await call("training/get", { trainingId: whole.trainingId });
  expect(detail).toMatchObject({
    state: "done",
    step: 12,
    steps: 12,
    epoch: 6,
    epochs: 6,
    preset: "custom",
    trainImages: 4,
    validationImages: 2,
  });
  expect(detail.validations.map(({ step, epoch, images }) => [step, epoch, images])).toEqual([
    [6, 3, 2],
    [12, 6, 2],
  ]);
  expect(Object.keys(detail.validations[0]!.ap)).toEqual(["all", "eS", "rS", "gS", "N", "large"]);
  const { models } = await call("models/list", {});
  expect(models).toMatchObject([
    { id: detail.modelId, name: "Whole", description: { input: { height: 64, width: 64 } } },
  ]);

  const curves = await curvesOf(started, whole.trainingId);
  expect(curves.step).toEqual(Array.from({ length: 12 }, (_, k) => k + 1));
  expect(curves.epoch.slice(0, 3)).toEqual([1, 1, 2]);
  curves.loss.forEach((total, k) => {
    const sum = Object.values(curves.terms).reduce((all, column) => all + (column[k] ?? 0), 0);
    expect(sum).toBeCloseTo(total, 6);
  });
  expect(Object.keys(curves.terms)).toEqual(
    expect.arrayContaining(["vfl", "bbox", "giou", "offset", "attention", "encoder vfl"]),
  );
  expect(new Set(curves.tensors.slice(1)).size).toBe(1);
  expect(curves.memory.every((bytes) => bytes > 1e7)).toBe(true);
  const { weightMean } = curves.tasks.reg;
  expect(weightMean.every((mean) => mean !== null && mean >= 0.5 && mean <= 1)).toBe(true);
  const thin = await call("training/curves", { trainingId: whole.trainingId, after: 4, points: 4 });
  expect(thin.step).toEqual([6, 8, 10, 12]);
  expect(thin.loss).toEqual([6, 8, 10, 12].map((step) => curves.loss[step - 1]));

  const events: string[] = [];
  const stopListening = app.events.subscribe((event) => {
    if (event.type === "training") events.push(`${event.trainingId}`);
  });
  const parts = await call("training/start", { ...plan(), name: "Parts" });
  await begun(started, parts.trainingId);
  await call("training/pause", { trainingId: parts.trainingId });
  expect(await ended(parts.jobId)).toMatchObject({ state: "cancelled" });
  const paused = await call("training/get", { trainingId: parts.trainingId });
  expect(paused).toMatchObject({ state: "paused", error: null });
  expect(paused.step).toBeLessThan(12);
  const { jobId } = await call("training/resume", { trainingId: parts.trainingId });
  expect(await ended(jobId)).toMatchObject({ state: "done" });
  stopListening();
  expect(events).toContain(String(parts.trainingId));
  const joined = await curvesOf(started, parts.trainingId);
  expect(learnt(joined)).toEqual(learnt(curves));
  const second = await call("training/get", { trainingId: parts.trainingId });
  expect(second.validations).toEqual(detail.validations);
}, 240_000);

const modelProcesses = () =>
  readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        const [, parent] = /^\d+ \(.*\) \S (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, "utf8"))!;
        const command = readFileSync(`/proc/${pid}/cmdline`, "utf8");
        return Number(parent) === process.pid && command.includes("models/process");
      } catch {
        return false; // gone meanwhile
      }
    });

test.runIf(process.platform === "linux")(
  "a disk that takes no more pauses it with the reason; the checkpoint before is whole, and it goes on; stopped, it is kept",
  async () => {
    const data = temporaryFolder();
    const started = await street(4, startApp(data));
    const { call, ended, plan } = started;
    const none = { ...plan({ epochs: 400 }), validation: { kind: "none" } as const };
    const { trainingId, jobId } = await call("training/start", none);
    await begun(started, trainingId, 2);
    await call("training/pause", { trainingId });
    await ended(jobId);
    const { folder, step } = await call("training/get", { trainingId });
    const weights = join(folder, "last", "model.safetensors");
    const before = statSync(weights).mtimeMs;

    const again = await call("training/resume", { trainingId });
    await begun(started, trainingId, step + 2);
    // The system refuses the process any file beyond this size, as a full disk would.
    for (const pid of modelProcesses())
      execFileSync("prlimit", ["--pid", pid, "--fsize=20000:20000"]);
    await call("training/pause", { trainingId });
    await ended(again.jobId);
    const full = await call("training/get", { trainingId });
    expect(full).toMatchObject({ state: "paused", error: { code: "training/not-saved" } });
    expect(full.error!.message).toMatch(/EFBIG.*Make room/s);
    expect(statSync(weights).mtimeMs).toBe(before);
    expect(readdirSync(folder)).toEqual(["last"]);

    const third = await call("training/resume", { trainingId });
    // What was not saved is done anew.
    await vi.waitFor(
      async () => expect((await call("training/get", { trainingId })).state).toBe("running"),
      { timeout: 30_000 },
    );
    await begun(started, trainingId, step + 1);
    const project = started.app.workspace.project.databasePath;
    await started.app.close();
    // Nobody was left to write down how it ended.
    const db = openDatabase(project);
    db.exec("UPDATE job SET state = 'running', ended_at = NULL WHERE kind = 'train'");
    db.close();
    const later = startApp(data);
    await later.app.workspace.openLast();
    const found = await later.call("training/get", { trainingId });
    expect(found).toMatchObject({ state: "paused", error: { code: "training/interrupted" } });
    expect(await later.call("jobs/get", { jobId: third.jobId })).toMatchObject({
      state: "interrupted",
    });
    const stopped = await later.call("training/stop", { trainingId });
    expect(stopped).toMatchObject({ state: "stopped", error: null });
    const { models } = await later.call("models/list", {});
    expect(models.map(({ id }) => id)).toEqual([stopped.modelId]);
    expect(await later.refused("training/resume", { trainingId })).toMatchObject({
      code: "training/cannot-resume",
    });
    await later.call("training/remove", { trainingId });
    expect(existsSync(models[0]!.path)).toBe(true);
    expect(readdirSync(folder)).toEqual([models[0]!.path.split("/").at(-1)]);
  },
  240_000,
);

test("pictures that went away are told of and left out; a number that is none fails it with step, term and images", async () => {
  const started = await street(4);
  const { call, ended, plan, root } = started;
  writeFileSync(join(root, "images", "street 002.jpg"), "no picture");
  const runaway = plan({
    epochs: 30,
    optimizer: { ...settings.optimizer, baseRate: 1e10, warmupSteps: 0, clipNorm: null },
  });
  const { trainingId, jobId } = await call("training/start", {
    ...runaway,
    validation: { kind: "none" },
  });
  expect(await ended(jobId)).toMatchObject({ state: "failed" });
  const detail = await call("training/get", { trainingId });
  expect(detail).toMatchObject({ state: "failed", error: { code: "training/not-finite" } });
  expect(detail.error!.message).toMatch(
    /^Step \d+: the sampling points are no finite numbers.*street 00/s,
  );
  expect(detail.notes.join(" ")).toContain("street 002.jpg cannot be read");
}, 120_000);

test("a plan that cannot work is refused with the field's name", async () => {
  const { plan, refused } = await street(1);
  const wrong: readonly (readonly [Plan, string])[] = [
    [{ ...plan(), datasetId: 99 }, "datasetId"],
    [{ ...plan(), start: { kind: "model", modelId: 7 } }, "start.modelId"],
    [plan(), "validation.share"],
    [{ ...plan(), validation: { kind: "dataset", datasetId: 98 } }, "validation.datasetId"],
    [plan({ tile: { size: 100, overlap: 100 } }), "settings.tile.overlap"],
    [plan({ validation: { everyEpochs: 1, bucket: "XS" } }), "settings.validation.bucket"],
    [plan({ batch: 0 }), "settings.batch"],
  ];
  for (const [one, field] of wrong)
    expect((await refused("training/check", one)).message).toContain(field);
});

test("an ablation queues each variant with each seed and tells means over the seeds", async () => {
  const { call, ended, refused, plan, app } = await street(5);
  const base = plan({ epochs: 1, validation: { everyEpochs: 1, bucket: "all" } });
  const { presets } = await call("ablations/presets", {});
  const parts = presets.find(({ id }) => id === "parts")!;
  const variants = parts.variants
    .filter(({ name }) => name === "ST")
    .map(({ name, set }) => ({ name, set }));
  await call("ablations/start", {
    name: "Parts",
    presetId: "parts",
    plan: base,
    variants,
    seeds: [3, 4],
  });
  for (const { id } of (await call("jobs/list", {})).jobs) await ended(id);
  const [ablation] = (await call("ablations/list", {})).ablations;
  expect(ablation!.rows.map(({ name, published }) => [name, published!["AP"]])).toEqual([
    ["ST", 29.9],
  ]);
  const [st] = ablation!.rows;
  expect(st!.trainings.map(({ name, state }) => [name, state])).toEqual([
    ["Parts · ST · seed 3", "done"],
    ["Parts · ST · seed 4", "done"],
  ]);
  const best = st!.trainings.map(({ best: found }) => found!.ap);
  expect(st!.ap!["all"]).toBeCloseTo((best[0]! + best[1]!) / 2, 12);
  expect(st!.deviation!["all"]).toBeCloseTo(Math.abs(best[0]! - best[1]!) / Math.SQRT2, 12);
  const detail = await call("training/get", { trainingId: st!.trainings[0]!.id });
  expect(detail.settings).toMatchObject({ seed: 3, reweighting: null, samplePoints: null });
  expect(detail.validationSource).toMatchObject({ seed: settings.seed });
  expect((await call("models/list", {})).models).toEqual([]);
  const wrong = { name: "x", presetId: null, plan: base, seeds: [1] };
  const named = (set: Record<string, unknown>) =>
    refused("ablations/start", { ...wrong, variants: [{ name: "odd", set }] });
  expect((await named({ "scaleAlignedTarget.beta": 3 })).message).toMatch(/odd.*beta/);
  expect((await named({ colour: 1 })).message).toContain("samplePoints.eta");
  await call("ablations/remove", { ablationId: ablation!.id });
  expect((await call("ablations/list", {})).ablations).toEqual([]);
  expect((await call("training/list", {})).trainings).toHaveLength(2);
  expect(app.workspace.project.jobs.busy).toBe(false);
}, 240_000);
