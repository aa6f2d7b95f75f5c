import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { streetFolder, writeStreetDetector } from "../fixtures/models/street.ts";
import { writeTinyCheckpoint } from "../fixtures/models/tiny-checkpoint.ts";
import { startWorkbench, type Workbench } from "./browser.ts";

/** A compute process and an evaluation start on machines that have other things to do. */
const PATIENCE_MS = 90_000;

let workbench: Workbench;
beforeAll(async () => {
  workbench = await startWorkbench();
});
afterAll(async () => {
  await workbench.close();
});

test("a model is added and one click leads from it to the dashboard", async () => {
  const { call, jobEnd, open } = workbench;
  await call("projects/create", { name: "Street" });
  const { suggestion } = (await call("imports/inspect", { path: await streetFolder(5) })) as {
    suggestion: object;
  };
  const { jobId } = (await call("imports/start", suggestion)) as { jobId: number };
  await jobEnd(jobId);
  const file = writeStreetDetector(mkdtempSync(join(tmpdir(), "fovea-model-")), "cars.onnx");

  const { page, errors } = await open("/models");
  page.setDefaultTimeout(PATIENCE_MS);
  await page.getByText("No models yet").waitFor();
  await page.getByRole("button", { name: "Add a model…" }).first().click();
  await page.getByLabel("Folder or file").fill(file);
  await page.getByLabel("Folder or file").press("Enter");
  await page.getByText("tram, car").waitFor();
  expect(await page.getByLabel("Name").inputValue()).toBe("cars");
  await page.getByRole("button", { name: "Add", exact: true }).click();
  await page.getByText("Run a model and evaluate").waitFor();
  await page.getByText("1 of 2 classes of the model are classes of the dataset").waitFor();
  await page.getByRole("button", { name: "Run and evaluate" }).click();
  await page.waitForURL(/\/runs\/\d+/);
  await page.getByRole("heading", { name: "cars · COCO" }).waitFor();
  expect(await page.getByText("100.0").count()).toBeGreaterThan(0);

  await page.goBack();
  const card = page.getByRole("article", { name: "cars" });
  await card.getByText("Input 64 × 32").waitFor();
  await card.getByRole("button", { name: "More actions: cars" }).click();
  await page.getByText("Name and notes").click();
  await page.getByLabel("Notes").fill("Finds every car");
  await page.getByRole("button", { name: "Save" }).click();
  await card.getByText("Finds every car").waitFor();
  expect(errors).toEqual([]);
  await page.context().close();
}, 240_000);

test("what is no model is refused in words, and the dialog stays", async () => {
  const { page, errors } = await workbench.open("/models");
  await page.getByRole("button", { name: "Add a model…" }).first().click();
  await page.getByLabel("Folder or file").fill("/nowhere/model.onnx");
  await page.getByLabel("Folder or file").press("Enter");
  await page.getByText("There is no model at /nowhere/model.onnx").waitFor();
  expect(await page.getByRole("button", { name: "Add", exact: true }).count()).toBe(0);
  // The browser itself notes the refused call.
  expect(errors.every((text) => text.includes("400") || text.includes("404"))).toBe(true);
  await page.context().close();
});

test("what a model looked at for an object is shown layer by layer, beside another model", async () => {
  const { call, jobEnd, open } = workbench;
  await call("projects/create", { name: "Looked at" });
  const { suggestion } = (await call("imports/inspect", { path: await streetFolder(1) })) as {
    suggestion: object;
  };
  const { jobId } = (await call("imports/start", suggestion)) as { jobId: number };
  await jobEnd(jobId);
  const folder = mkdtempSync(join(tmpdir(), "fovea-model-"));
  for (const [name, seed] of [
    ["Before", 5],
    ["After", 11],
  ] as const) {
    const path = writeTinyCheckpoint(join(folder, name), seed);
    await call("models/add", { path, name });
  }
  const { page, errors } = await open("/images/1?object=gt-1");
  page.setDefaultTimeout(PATIENCE_MS);
  await page.getByRole("button", { name: "What the model looked at…" }).click();
  const first = page.getByRole("region", { name: "Model", exact: true });
  const canvas = first.locator("canvas");
  await first.getByRole("columnheader", { name: "Inside" }).waitFor();
  expect(await first.getByRole("row").count()).toBe(1 + 3);
  const points = await canvas.screenshot();
  const second = page.getByRole("region", { name: "Beside it" });
  await second.locator(".n-base-selection").click();
  await page.locator(".n-base-select-option").getByText("Before").last().click();
  await second.getByRole("columnheader", { name: "Inside" }).waitFor();
  await page.getByText("Feature map").click();
  await expect.poll(async () => (await canvas.screenshot()).equals(points)).toBe(false);
  expect(errors).toEqual([]);
  await page.context().close();
}, 240_000);
