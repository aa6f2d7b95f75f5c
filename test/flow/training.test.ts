import { execFileSync } from "node:child_process";
import {
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import type { Input } from "../../shared/api/contract.ts";
import { tinyPreset, type TrainingSettings } from "../../shared/domain/training.ts";
import { openDatabase } from "../../main/db/open.ts";
import { startApp, temporaryFolder, type StartedApp } from "../fixtures/app/started-app.ts";
import { jpeg } from "../fixtures/formats/pictures.ts";
import { folderOf } from "../fixtures/formats/temp-folder.ts";
import { writeSmallRtdetr } from "../fixtures/models/small-rtdetr.ts";
import { streetFolder } from "../fixtures/models/street.ts";

const settings: TrainingSettings = {
  ...tinyPreset,
  input: { height: 64, width: 64 },
  epochs: 6,
  batch: 2,
  validation: { everyEpochs: 3, bucket: "all" },
};

type Plan = Input<"training/start">;

/** A project with a dataset of so many street pictures, and a small model of its classes to start from. */
async function street(count: number, started: StartedApp = startApp()) {
  const { call, ended } = started;
  await call("projects/create", { name: "Street" });
  const root = await streetFolder(count);
  const { suggestion } = await call("imports/inspect", { path: root });
  const { jobId } = await call("imports/start", suggestion!);
  const { datasetId } = (await ended(jobId)).result as { datasetId: number };
  const small = writeSmallRtdetr(temporaryFolder(), ["person", "Car"]);
  const { id: modelId } = await call("models/add", { path: small, name: "Small" });
  const plan = (changes: Partial<TrainingSettings> = {}): Plan => ({
    datasetId,
    validation: { kind: "share", share: 0.3 },
    start: { kind: "model", modelId },
    preset: "tiny",
    settings: { ...settings, ...changes },
  });
  return { ...started, root, datasetId, modelId, plan };
}

const curvesOf = ({ call }: Pick<StartedApp, "call">, trainingId: number) =>
  call("training/curves", { trainingId, points: 1000 });

const begun = (started: StartedApp, trainingId: number, steps = 1) =>
  vi.waitFor(
    async () =>
      expect((await curvesOf(started, trainingId)).lastStep).toBeGreaterThanOrEqual(steps),
    { interval: 20, timeout: 60_000 },
  );

test("a training through a job: curves, validations, the best weights among the models", async () => {
  const started = await street(6);
  const { call, ended, plan, app } = started;
  const events: number[] = [];
  onTestFinished(
    app.events.subscribe((event) => {
      if (event.type === "training") events.push(event.trainingId);
    }),
  );
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
    preset: "tiny",
    isChanged: true,
    trainImages: 4,
    validationImages: 2,
  });
  expect(detail.validations.map(({ step, epoch, images }) => [step, epoch, images])).toEqual([
    [6, 3, 2],
    [12, 6, 2],
  ]);
  expect(Object.keys(detail.validations[0]!.ap)).toEqual(["all", "eS", "rS", "gS", "N", "large"]);
  expect(events).toContain(whole.trainingId);
  const { models } = await call("models/list", {});
  expect(models.filter(({ name }) => name === "Whole")).toMatchObject([
    { id: detail.modelId, description: { input: { height: 64, width: 64 } } },
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
}, 120_000);

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
  "a disk that takes no more pauses it with the reason, and the checkpoint before is whole; after the host ended it is paused; stopped, it is kept",
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

    const project = started.app.workspace.project.databasePath;
    await started.app.close();
    // Nobody was left to write down how it ended.
    const db = openDatabase(project);
    db.exec("UPDATE job SET state = 'running', ended_at = NULL WHERE kind = 'train'");
    db.exec("UPDATE training SET error = NULL");
    db.close();
    const later = startApp(data);
    await later.app.workspace.openLast();
    const found = await later.call("training/get", { trainingId });
    expect(found).toMatchObject({ state: "paused", error: { code: "training/interrupted" } });
    expect(await later.call("jobs/get", { jobId: again.jobId })).toMatchObject({
      state: "interrupted",
    });
    const stopped = await later.call("training/stop", { trainingId });
    expect(stopped).toMatchObject({ state: "stopped", error: null });
    const { models } = await later.call("models/list", {});
    const kept = models.find(({ id }) => id === stopped.modelId)!;
    expect(await later.refused("training/resume", { trainingId })).toMatchObject({
      code: "training/cannot-resume",
    });
    await later.call("training/remove", { trainingId });
    expect(existsSync(kept.path)).toBe(true);
    expect(readdirSync(folder)).toEqual([kept.path.split("/").at(-1)]);
  },
  240_000,
);

test("pictures that went away are told of and left out; a number that is none fails it with step, loss term and images", async () => {
  const started = await street(4);
  const { call, ended, plan, root } = started;
  const poisoned = writeSmallRtdetr(
    temporaryFolder(),
    ["person", "Car"],
    "model.decoder.class_embed.0.bias",
  );
  const { id: modelId } = await call("models/add", { path: poisoned, name: "Poisoned" });
  writeFileSync(join(root, "images", "street 002.jpg"), "no picture");
  const { trainingId, jobId } = await call("training/start", {
    ...plan({ batch: 4 }),
    start: { kind: "model", modelId },
    validation: { kind: "none" },
  });
  expect(await ended(jobId)).toMatchObject({ state: "failed" });
  const detail = await call("training/get", { trainingId });
  expect(detail).toMatchObject({ state: "failed", error: { code: "training/not-finite" } });
  expect(detail.error!.message).toMatch(
    /^Step 1: the loss term "decoder 0 vfl" is no finite number.*logits.*street 000.jpg.*new training/s,
  );
  expect(detail.error!.message).not.toContain("street 002.jpg");
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

test("a folder that was moved, and what AP is measured on, are told of before anything starts", async () => {
  const { call, ended, plan, refused, root, datasetId } = await street(4);
  const validation = { kind: "dataset", datasetId } as const;
  const same = await call("training/check", { ...plan(), validation });
  expect(same).toMatchObject({ trainImages: 4, validationImages: 4 });
  expect(same.notes.join("\n")).toMatch(/^4 of the 4 validation images are learnt from, too/m);
  expect(same.notes.join("\n")).toMatch(/^No validation image shows person: AP/m);
  expect(same.notes.join("\n")).toMatch(/^No training image shows person: nothing is learnt/m);

  const { suggestion } = await call("imports/inspect", { path: await otherStreet() });
  const other = await ended((await call("imports/start", suggestion!)).jobId);
  const { datasetId: otherId } = other.result as { datasetId: number };
  const differ = await call("training/check", {
    ...plan(),
    validation: { kind: "dataset", datasetId: otherId },
  });
  expect(differ.notes.join("\n")).toMatch(/: 1 boxes of classes that are not trained \(tram\) are/);

  renameSync(root, `${root}-moved`);
  onTestFinished(() => rmSync(`${root}-moved`, { recursive: true }));
  const fresh = plan({ tile: { size: 64, overlap: 8 } });
  expect(await refused("training/check", fresh)).toMatchObject({
    code: "training/no-images",
    message: expect.stringMatching(
      /^datasetId: the folder .* is not there.*Folder moved/,
    ) as string,
  });
}, 60_000);

/** One picture with a car in letters of another case, and a tram. */
async function otherStreet(): Promise<string> {
  const box = { image_id: 1, bbox: [10, 20, 30, 40], area: 1200, iscrowd: 0 };
  return folderOf({
    "images/one.jpg": await jpeg(128, 96),
    "labels.json": {
      images: [{ id: 1, file_name: "one.jpg", width: 128, height: 96 }],
      categories: [
        { id: 1, name: "car" },
        { id: 2, name: "tram" },
      ],
      annotations: [
        { ...box, id: 1, category_id: 1 },
        { ...box, id: 2, category_id: 2 },
      ],
    },
  });
}

test("an ablation queues each variant with each seed and tells means over the seeds", async () => {
  const { call, ended, refused, plan, app, modelId } = await street(5);
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
  expect((await call("models/list", {})).models.map(({ id }) => id)).toEqual([modelId]);
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
