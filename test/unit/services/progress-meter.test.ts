import { expect, test } from "vitest";
import { ProgressMeter } from "../../../main/services/jobs/progress-meter.ts";

const reading = { phase: "Reading", total: 900, unit: "images" };

test("before anything is measured the rate and the time left are unknown", () => {
  const meter = new ProgressMeter();
  expect(meter.read()).toMatchObject({ rate: null, secondsLeft: null });
  meter.update({ ...reading, step: 0 }, 1000);
  expect(meter.read()).toEqual({ ...reading, step: 0, rate: null, secondsLeft: null });
});

test("a steady pace gives its rate and the time that is left", () => {
  const meter = new ProgressMeter();
  for (let second = 0; second <= 5; second += 1)
    meter.update({ ...reading, step: 60 * second }, 1000 * second);
  expect(meter.read().rate).toBeCloseTo(60, 9);
  expect(meter.read().secondsLeft).toBeCloseTo(10, 9);
});

test("a change of pace is followed, but not at once", () => {
  const meter = new ProgressMeter();
  meter.update({ ...reading, step: 0 }, 0);
  meter.update({ ...reading, step: 100 }, 1000);
  meter.update({ ...reading, step: 120 }, 2000);
  const { rate } = meter.read();
  expect(rate).toBeGreaterThan(20);
  expect(rate).toBeLessThan(100);
});

test("reports in quick succession are judged together", () => {
  const meter = new ProgressMeter();
  meter.update({ ...reading, step: 0 }, 0);
  meter.update({ ...reading, step: 30 }, 10);
  expect(meter.read()).toMatchObject({ step: 30, rate: null });
  meter.update({ ...reading, step: 50 }, 500);
  expect(meter.read().rate).toBeCloseTo(100, 9);
});

test("a new phase is measured anew, and without a total no time is left", () => {
  const meter = new ProgressMeter();
  meter.update({ ...reading, step: 0 }, 0);
  meter.update({ ...reading, step: 90 }, 1000);
  meter.update({ phase: "Writing", step: 0, total: null, unit: "rows" }, 2000);
  expect(meter.read()).toMatchObject({ rate: null, secondsLeft: null });
  meter.update({ phase: "Writing", step: 7, total: null, unit: "rows" }, 3000);
  expect(meter.read()).toMatchObject({ rate: 7, secondsLeft: null });
});

test("time left that the job itself knows goes before that of the pace", () => {
  const meter = new ProgressMeter();
  meter.update({ ...reading, step: 0 }, 0);
  meter.update({ ...reading, step: 90, secondsLeft: 77 }, 1000);
  expect(meter.read()).toMatchObject({ rate: 90, secondsLeft: 77 });
  meter.update({ ...reading, step: 90, secondsLeft: null }, 1100);
  expect(meter.read().secondsLeft).toBeNull();
});
