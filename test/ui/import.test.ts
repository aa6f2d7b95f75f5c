import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { DatasetSummary, PredictionSetSummary } from "../../shared/api/datasets.ts";
import type { RunReport } from "../../shared/api/runs.ts";
import { startWorkbench, type Workbench } from "./browser.ts";

const sample = join(import.meta.dirname, "..", "..", "assets", "sample");

/** Cut off in the middle of a box. */
const brokenLabels =
  '{"images":[{"id":7,"file_name":"a.png","width":20,"height":10}],' +
  '"categories":[{"id":1,"name":"boat"}],' +
  '"annotations":[{"id":3,"image_id":7,"category_id":1,"bbox":[1,2,3,';

describe("opening a folder", () => {
  let workbench: Workbench;
  let folder: string;

  beforeAll(async () => {
    workbench = await startWorkbench();
    folder = await mkdtemp(join(tmpdir(), "fovea-import-"));
    const whole = join(folder, "harbour");
    await mkdir(whole);
    for (const name of ["images", "annotations.json", "detector-a.json", "detector-b.json"]) {
      await cp(join(sample, name), join(whole, name), { recursive: true });
    }
    const broken = join(folder, "broken");
    await mkdir(join(broken, "images"), { recursive: true });
    await writeFile(join(broken, "annotations.json"), brokenLabels);
    await mkdir(join(folder, "empty"));
  });
  afterAll(async () => {
    await workbench.close();
    await rm(folder, { recursive: true, force: true });
  });

  const openAddress = (name: string) => `/open?path=${encodeURIComponent(join(folder, name))}`;

  test("the chooser walks to a folder and what lies in it is shown", async () => {
    const { page, errors } = await workbench.open("/open");
    await page.getByRole("button", { name: "Choose a folder…" }).click();
    await page.getByRole("textbox", { name: "Path" }).fill(folder);
    await page.getByRole("button", { name: "Go" }).click();
    await page.getByRole("button", { name: "harbour" }).click();
    await page.getByRole("button", { name: "annotations.json" }).waitFor();
    await page.getByRole("button", { name: "Use this folder" }).click();
    await page.getByRole("heading", { name: "What was found" }).waitFor();
    expect(new URL(page.url()).searchParams.get("path")).toBe(join(folder, "harbour"));
    expect(await page.getByRole("checkbox", { name: /^Import/ }).count()).toBe(2);
    expect(errors).toEqual([]);
    await page.context().close();
  });

  test("a corrected plan is what is imported, and its run's dashboard comes up", async () => {
    const { page, errors } = await workbench.open(openAddress("harbour"));
    await page.getByRole("heading", { name: "What was found" }).waitFor();
    await page.getByLabel("Dataset name").fill("Harbour, east side");
    await page.getByRole("checkbox", { name: /detector-b/ }).click();
    await page.getByRole("textbox", { name: "Name", exact: true }).first().fill("Skilled");
    await page.getByRole("button", { name: "Import", exact: true }).click();
    await page.waitForURL(/\/runs\/\d+/);
    const runId = Number(new URL(page.url()).pathname.split("/").at(-1));
    const run = (await workbench.call("runs/get", { runId })) as RunReport;
    expect(run.predictionSetName).toBe("Skilled");
    const { datasets } = (await workbench.call("datasets/list", {})) as {
      datasets: DatasetSummary[];
    };
    const made = datasets.find((dataset) => dataset.name === "Harbour, east side");
    expect(made?.id).toBe(run.datasetId);
    const { predictionSets } = (await workbench.call("predictionSets/list", {
      datasetId: made?.id,
    })) as { predictionSets: PredictionSetSummary[] };
    expect(predictionSets.map((set) => set.name)).toEqual(["Skilled"]);
    expect(errors).toEqual([]);
    await page.context().close();
  });

  test("predictions added later are offered for evaluation", async () => {
    const { page, errors } = await workbench.open("/runs?add=1");
    await page
      .getByRole("textbox", { name: "File or folder of results" })
      .fill(join(folder, "harbour", "detector-b.json"));
    await page.getByRole("textbox", { name: "Name of the detector" }).fill("Latecomer");
    await page.getByRole("button", { name: "Add", exact: true }).click();
    await page.getByText("Evaluate predictions", { exact: true }).waitFor();
    const all = (await workbench.call("datasets/list", {})) as { datasets: DatasetSummary[] };
    const lists = await Promise.all(
      all.datasets.map((dataset) =>
        workbench.call("predictionSets/list", { datasetId: dataset.id }),
      ),
    );
    const names = (lists as { predictionSets: PredictionSetSummary[] }[]).flatMap((list) =>
      list.predictionSets.map((set) => set.name),
    );
    expect(names).toContain("Latecomer");
    expect(errors).toEqual([]);
    await page.context().close();
  });

  test("a broken label file is named with what was met and what was done", async () => {
    const { page } = await workbench.open(openAddress("broken"));
    const row = page.getByRole("row", { name: /annotations\.json/ });
    await row.first().waitFor();
    expect(await row.first().textContent()).toContain("Refused");
    await page.getByRole("button", { name: "Copy as text" }).waitFor();
    expect(await page.getByRole("button", { name: "Import", exact: true }).isDisabled()).toBe(true);
    await page.context().close();
  });

  test("an empty folder says what to choose instead", async () => {
    const { page } = await workbench.open(openAddress("empty"));
    await page.getByText("No labels or images were found here").waitFor();
    await page.getByRole("button", { name: "Another folder…" }).first().click();
    await page.getByRole("button", { name: "Choose a folder…" }).waitFor();
    await page.context().close();
  });

  test("a folder that is not there is an error that can be copied and tried again", async () => {
    const { page } = await workbench.open(openAddress("nowhere"));
    const alert = page.getByRole("alert");
    await alert.waitFor();
    expect(await alert.textContent()).toContain(join(folder, "nowhere"));
    await mkdir(join(folder, "nowhere"));
    await alert.getByRole("button", { name: "Try again" }).click();
    await page.getByText("No labels or images were found here").waitFor();
    await page.context().close();
  });

  test("ended jobs are listed and can be cleared", async () => {
    const { page } = await workbench.open("/jobs");
    const job = page.getByRole("article", { name: /Harbour, east side/ });
    await job.waitFor();
    expect(await job.textContent()).toContain("Done");
    await page.getByRole("button", { name: "Clear ended jobs" }).click();
    await page.getByText("No jobs yet").waitFor();
    await page.context().close();
  });
});
