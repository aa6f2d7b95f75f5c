import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openDatabase } from "../../main/db/open.ts";
import { trainingStepQueries } from "../../main/db/queries/training-steps.ts";
import { trainingQueries } from "../../main/db/queries/training.ts";
import { lossCurves, trainingCurves } from "../../main/services/training/training-curves.ts";
import { tinyPreset } from "../../shared/domain/training.ts";
import { temporaryFolder } from "../fixtures/app/started-app.ts";

const { signal } = new AbortController();

/** Two trainings of 1000 and 7 steps; the long one's loss falls evenly but for what is told. */
function trained(told: Readonly<Record<number, { loss?: number; gradientNorm?: number }>>) {
  const db = openDatabase(join(temporaryFolder(), "project.fovea"));
  onTestFinished(() => void db.close());
  const [long, short] = [1000, 7].map((count) => {
    const id = trainingQueries(db).insert({
      name: `${count} steps`,
      datasetId: null,
      datasetName: "Street",
      datasetRevision: 1,
      preset: "tiny",
      settings: tinyPreset,
      start: { kind: "scratch", architecture: "tiny" },
      validation: { kind: "none" },
      steps: count,
      trainImages: 4,
      validationImages: 0,
      trainObjects: 9,
      notes: [],
      ablationId: null,
      variant: null,
      createdAt: 1,
    });
    const rows = Array.from({ length: count }, (_, at) => ({
      step: at + 1,
      epoch: 1,
      loss: 20 - at / 100,
      terms: { vfl: at },
      learningRate: 0.001,
      gradientNorm: 3 - at / 1000,
      reweighting: null,
      pointsOutside: null,
      throughput: 2,
      waited: 0,
      memory: 1e8,
      tensors: 11,
      ...told[at + 1],
    }));
    trainingStepQueries(db).insert(id, rows);
    return id;
  });
  return { db, long: long!, short: short! };
}

test("a thinned curve keeps the steps of its extremes, marked, among the even ones", async () => {
  const told = { 333: { loss: 90 }, 512: { loss: 0.5 }, 777: { gradientNorm: 400 } };
  const { db, long } = trained(told);
  const curves = await trainingCurves(db, { trainingId: long, after: 0, points: 40 }, signal);
  expect(curves.step.length).toBeLessThanOrEqual(40);
  expect(curves.step.filter((_, row) => !curves.isExtreme[row])).toEqual(
    Array.from({ length: 10 }, (_, at) => 100 * (at + 1)),
  );
  const row = (step: number) => curves.step.indexOf(step);
  expect(curves.loss[row(333)]).toBe(90);
  expect(curves.loss[row(512)]).toBe(0.5);
  expect(curves.gradientNorm[row(777)]).toBe(400);
  expect([333, 512, 777].map((step) => curves.isExtreme[row(step)])).toEqual([true, true, true]);
  expect(curves.terms["vfl"]![row(512)]).toBe(511);
});

test("with as many points as steps every step is there, and none is an extreme", async () => {
  const { db, long } = trained({ 333: { loss: 90 } });
  const curves = await trainingCurves(db, { trainingId: long, after: 950, points: 50 }, signal);
  expect(curves.step).toEqual(Array.from({ length: 50 }, (_, at) => 951 + at));
  expect(curves.isExtreme).not.toContain(true);
});

test("losses of several trainings come together, with extremes or evenly; those that are gone are left out", async () => {
  const { db, long, short } = trained({ 333: { loss: 90 } });
  const trainingIds = [short, 4711, long];
  const [few, many] = await lossCurves(db, { trainingIds, points: 20, extremes: true }, signal);
  expect(few).toMatchObject({ trainingId: short, lastStep: 7, step: [1, 2, 3, 4, 5, 6, 7] });
  expect(many).toMatchObject({ trainingId: long, lastStep: 1000 });
  expect(many!.loss).toContain(90);
  const even = await lossCurves(db, { trainingIds, points: 20, extremes: false }, signal);
  expect(even.map(({ step }) => step.length)).toEqual([7, 20]);
  expect(even[1]!.step.slice(0, 2)).toEqual([50, 100]);
  expect(even[1]!.loss).not.toContain(90);
});

test("a training without steps has empty curves", async () => {
  const { db, short } = trained({});
  trainingQueries(db).begin(short, 0, 7);
  const curves = await trainingCurves(db, { trainingId: short, after: 0, points: 40 }, signal);
  expect(curves).toMatchObject({ lastStep: 0, step: [], isExtreme: [], loss: [] });
});
