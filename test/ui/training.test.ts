import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { TrainingSummary } from "../../shared/api/training.ts";
import { withSettings } from "../../shared/domain/training-values.ts";
import { tinyPreset } from "../../shared/domain/training.ts";
import { temporaryFolder } from "../fixtures/app/started-app.ts";
import { writeSmallRtdetr } from "../fixtures/models/small-rtdetr.ts";
import { streetFolder } from "../fixtures/models/street.ts";
import { startWorkbench, type Workbench } from "./browser.ts";

/** TensorFlow starts and learns on machines that have other things to do. */
const PATIENCE_MS = 120_000;

let workbench: Workbench;
beforeAll(async () => {
  workbench = await startWorkbench();
});
afterAll(async () => {
  await workbench.close();
});

/** A new project with five pictures of a street; returns its dataset. */
async function streetProject(name: string): Promise<number> {
  await workbench.call("projects/create", { name });
  return streetDataset("Street");
}

async function streetDataset(name: string): Promise<number> {
  const { call, jobEnd } = workbench;
  const { suggestion } = (await call("imports/inspect", { path: await streetFolder(5) })) as {
    suggestion: object;
  };
  const { jobId } = (await call("imports/start", { ...suggestion, datasetName: name })) as {
    jobId: number;
  };
  return Number((await jobEnd(jobId)).result?.["datasetId"]);
}

/** A network that is ready sooner than the tiny one; returns its model. */
async function smallModel(): Promise<number> {
  const path = writeSmallRtdetr(temporaryFolder(), ["person", "Car"]);
  const { id } = (await workbench.call("models/add", { path, name: "Small" })) as { id: number };
  return id;
}

/** Some steps on tiny pictures. */
function plan(datasetId: number, modelId: number, name: string, epochs: number) {
  return {
    name,
    datasetId,
    validation: { kind: "share", share: 0.2 },
    start: { kind: "model", modelId },
    preset: "tiny",
    settings: withSettings(tinyPreset, [
      ["input.width", 64],
      ["input.height", 64],
      ["epochs", epochs],
      ["batch", 2],
      ["validation.everyEpochs", 1],
    ]),
  };
}

async function ended(trainingId: number): Promise<TrainingSummary> {
  for (;;) {
    const training = (await workbench.call("training/get", { trainingId })) as TrainingSummary;
    if (training.state !== "queued" && training.state !== "running") return training;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Ends the time to undo. */
async function closeNotice(page: Page): Promise<void> {
  await page.locator(".n-notification").getByRole("button", { name: "close" }).click();
}

test("a tiny training is planned in the form, watched to its end, and leaves a model", async () => {
  await streetProject("Planned");
  const { page, errors } = await workbench.open("/train");
  page.setDefaultTimeout(PATIENCE_MS);
  await page.getByText("No trainings yet").waitFor();
  await page.getByRole("button", { name: "New training…" }).first().click();
  expect(await page.getByRole("radio", { name: /^Tiny/ }).isChecked()).toBe(true);
  await page.getByText("Images to learn from").waitFor();

  await page.getByLabel("Epochs", { exact: true }).fill("0");
  await page.getByText("Must lie between 1 and 10,000.").waitFor();
  expect(await page.getByRole("button", { name: "Start training" }).isDisabled()).toBe(true);
  await page.getByLabel("Epochs", { exact: true }).fill("2");
  await page.getByLabel("Batch", { exact: true }).fill("2");
  await page.getByText("Input and augmentation").click();
  await page.getByLabel("Input width").fill("64");
  await page.getByLabel("Input height").fill("64");
  await page.getByRole("switch", { name: "Sample point refinement" }).click();
  await page.reload();
  expect(await page.getByLabel("Epochs", { exact: true }).inputValue()).toBe("2");
  const refinement = page.getByRole("switch", { name: "Sample point refinement" });
  expect(await refinement.getAttribute("aria-checked")).toBe("false");

  // 5 images, one of them kept apart: two batches of two an epoch.
  const steps = page.locator("dl > div").filter({ hasText: "Steps (2 epochs)" });
  await steps.getByText("4", { exact: true }).waitFor();
  await page.getByLabel("Name", { exact: true }).fill("Street, tiny");
  await page.getByRole("button", { name: "Start training" }).click();
  await page.waitForURL(/\/train\/\d+/);
  await page.getByText("Done", { exact: true }).waitFor();
  await page.getByText("step 4 of 4").waitFor();
  const loss = page.getByRole("region", { name: "Loss by term" });
  await loss.getByText("4 steps, 4 images").waitFor();
  expect(await loss.getByRole("row").count()).toBe(1 + 4);
  await page.getByText("Settings used").click();
  await page.getByText("instead of 256 px").first().waitFor();

  await page.getByRole("button", { name: "Its model" }).click();
  await page.getByRole("article", { name: "Street, tiny" }).waitFor();
  expect(errors).toEqual([]);
  await page.context().close();
}, 300_000);

test("an ablation queues a training for each variant and seed beside the published row, and is removed with time to undo", async () => {
  await streetProject("Varied");
  await smallModel();
  const { page, errors } = await workbench.open("/train/ablations");
  page.setDefaultTimeout(PATIENCE_MS);
  await page.getByText("No ablations yet").waitFor();
  await page.getByRole("button", { name: "New ablation…" }).first().click();
  await page.getByText("Tiny", { exact: true }).click();
  await page.getByText("A model of the project", { exact: true }).click();
  await page.getByLabel("Epochs", { exact: true }).fill("1");
  await page.getByText("Input and augmentation").click();
  await page.getByLabel("Input width").fill("64");
  await page.getByLabel("Input height").fill("64");
  for (const name of ["none of them", "SR", "SPR", "ST + SR", "SPR + ST + SR"]) {
    await page.getByRole("checkbox", { name, exact: true }).click();
  }
  await page.getByLabel("Seeds").fill("4, 4");
  await page.getByText("Write whole numbers from 0").waitFor();
  await page.getByLabel("Seeds").fill("4, 5");
  await page.getByText("2 trainings: 1 variant × 2 seeds").waitFor();
  await page.getByLabel("Seeds").fill("5");
  await page.getByRole("button", { name: "Queue 1 training" }).click();
  await page.getByText("1 of 1 done").waitFor();
  const row = page.getByRole("row", { name: /^ST/ });
  await row.getByText("29.9").waitFor();
  expect(await row.getByRole("link").count()).toBe(1);
  const ablation = page.getByRole("region").filter({ has: row });
  const name = (await ablation.getByRole("heading").textContent())!;
  const remove = page.getByRole("button", { name: `Remove: ${name}` });
  await remove.click();
  await ablation.waitFor({ state: "detached" });
  await page.getByRole("button", { name: "Undo" }).click();
  await row.getByText("29.9").waitFor();

  await page.goto(new URL("/train/ablations", page.url()).href);
  await remove.click();
  await page.getByText("No ablations yet").waitFor();
  await closeNotice(page);
  await expect
    .poll(() => workbench.call("ablations/list", {}), { timeout: PATIENCE_MS })
    .toEqual({ ablations: [] });
  expect(errors).toEqual([]);
  await page.context().close();
}, 300_000);

test("a training is kept while it runs, named, stopped, started again on other images from its model, laid over that one, and removed", async () => {
  const { call, open } = workbench;
  const datasetId = await streetProject("Handled");
  const second = await streetDataset("Second street");
  const { trainingId } = (await call(
    "training/start",
    plan(datasetId, await smallModel(), "Long", 2000),
  )) as {
    trainingId: number;
  };
  const { page, errors } = await open(`/train/${trainingId}`);
  page.setDefaultTimeout(PATIENCE_MS);
  const button = (name: string) => page.getByRole("button", { name, exact: true });
  const menu = async (of: string, item: string) => {
    await button(`More actions: ${of}`).click();
    await page.locator(".n-dropdown-option").filter({ hasText: item }).click();
  };

  // The first validation is the best so far, and saved.
  await page.getByText(/at step \d+/).waitFor();
  await button("Keep as model").click();
  await page.getByLabel("Name of the model").fill("Early car");
  await button("Save").click();
  await button("Its model").waitFor();
  expect(await button("Pause").isEnabled()).toBe(true);

  await menu("Long", "Rename");
  await page.getByLabel("Name of the training").fill("Long one");
  await button("Save").click();
  await page.getByRole("heading", { name: "Long one" }).waitFor();

  await button("Pause").click();
  await page.getByText("Paused", { exact: true }).waitFor();
  await button("Go on").click();
  await page.getByText("Running", { exact: true }).waitFor();
  await button("Stop and keep").click();
  await page.getByText("Stopped", { exact: true }).waitFor();
  expect(await ended(trainingId)).toMatchObject({ state: "stopped", name: "Long one" });
  const kept = async () => {
    const { models } = (await call("models/list", {})) as { models: { name: string }[] };
    return models.map(({ name }) => name);
  };
  expect(await kept()).toContain("Early car");

  await menu("Long one", "New training with these settings");
  await page.waitForURL(/\/train\/new/);
  expect(await page.getByLabel("Epochs", { exact: true }).inputValue()).toBe("2000");
  await page.getByLabel("Epochs", { exact: true }).fill("1");
  await page.getByLabel("A model of the project").locator(".n-base-selection").click();
  await page.locator(".n-base-select-option").filter({ hasText: "Early car" }).click();
  await page.locator("#plan-dataset + .n-select").click();
  await page.locator(".n-base-select-option").filter({ hasText: "Second street" }).click();
  await page.getByText("Images to learn from").waitFor();
  await button("Start training").click();
  await page.waitForURL(/\/train\/\d+/);
  const again = Number(page.url().split("/").at(-1)!.split("?")[0]);
  expect(again).not.toBe(trainingId);
  await page.getByText("Done", { exact: true }).waitFor();
  const detail = await call("training/get", { trainingId: again });
  expect(detail).toMatchObject({ datasetId: second, start: { kind: "model" }, trainImages: 4 });

  await page.goto(new URL("/train", page.url()).href);
  const { trainings } = (await call("training/list", {})) as { trainings: TrainingSummary[] };
  expect(trainings.map(({ id }) => id).sort()).toEqual([trainingId, again]);
  for (const { name } of trainings)
    await page.getByRole("checkbox", { name: `Choose ${name} for comparison` }).click();
  const chosen = trainings.map(({ id }) => id).join(",");
  expect(new URL(page.url()).searchParams.get("chosen")).toBe(chosen);
  await page.reload();
  const differ = page.getByRole("region", { name: "Settings that differ" });
  await differ
    .getByRole("row", { name: /Epochs/ })
    .getByText("2000")
    .waitFor();
  expect(await differ.getByRole("row").count()).toBe(1 + 1);
  const loss = page.getByRole("region", { name: "Loss, overlaid" });
  await expect
    .poll(async () => loss.getByRole("columnheader").allTextContents(), { timeout: PATIENCE_MS })
    .toEqual(["step", ...trainings.map((training) => training.name)]);

  await page.goto(new URL(`/train/${trainingId}`, page.url()).href);
  const link = page.getByRole("link", { name: "Long one", exact: true });
  await menu("Long one", "Remove");
  await page.waitForURL(/\/train$/);
  await page.getByRole("heading", { name: "Train" }).waitFor();
  expect(await link.count()).toBe(0);
  await button("Undo").click();
  await link.click();
  await menu("Long one", "Remove");
  await closeNotice(page);
  await expect
    .poll(
      async () => {
        const { trainings } = (await call("training/list", {})) as { trainings: TrainingSummary[] };
        return trainings.map(({ id }) => id);
      },
      { timeout: PATIENCE_MS },
    )
    .toEqual([again]);
  // What it gave to the models stays with them.
  expect(await kept()).toContain("Early car");
  expect(errors).toEqual([]);
  await page.context().close();
}, 300_000);
