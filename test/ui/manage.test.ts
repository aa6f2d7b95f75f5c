import { cp, mkdtemp, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { DatasetSummary, PredictionSetSummary } from "../../shared/api/datasets.ts";
import type { FolderReport } from "../../shared/api/imports.ts";
import type { RunSummary } from "../../shared/api/runs.ts";
import { startWorkbench, type Workbench } from "./browser.ts";

const sample = join(import.meta.dirname, "..", "..", "assets", "sample");

describe("managing datasets and predictions", () => {
  let workbench: Workbench;
  let folder: string;

  beforeAll(async () => {
    workbench = await startWorkbench();
    folder = await mkdtemp(join(tmpdir(), "fovea-manage-"));
    await cp(sample, join(folder, "quay"), { recursive: true });
    const report = (await workbench.call("imports/inspect", {
      path: join(folder, "quay"),
    })) as FolderReport;
    const { jobId } = (await workbench.call("imports/start", report.suggestion)) as {
      jobId: number;
    };
    expect((await workbench.jobEnd(jobId)).state).toBe("done");
  });
  afterAll(async () => {
    await workbench.close();
    await rm(folder, { recursive: true, force: true });
  });

  const allDatasets = async () =>
    ((await workbench.call("datasets/list", {})) as { datasets: DatasetSummary[] }).datasets;
  const quay = async () => (await allDatasets()).find(({ root }) => root.startsWith(folder))!;
  const setsOf = async (datasetId: number) =>
    (
      (await workbench.call("predictionSets/list", { datasetId })) as {
        predictionSets: PredictionSetSummary[];
      }
    ).predictionSets;

  async function saveName(page: Page, title: string, name: string): Promise<void> {
    await page.getByRole("textbox", { name: title }).fill(name);
    await page.getByRole("button", { name: "Save" }).click();
  }

  test("a dataset and its predictions get other names, from the palette", async () => {
    const { page, errors } = await workbench.open("/runs");
    await page.getByRole("button", { name: "Search or run a command" }).click();
    await page.getByRole("combobox", { name: "Go to a page" }).fill("manage");
    await page.keyboard.press("Enter");
    await page.getByText("Datasets and predictions", { exact: true }).waitFor();
    const { id, name } = await quay();
    await page.getByRole("button", { name: `Rename: ${name}`, exact: true }).click();
    await saveName(page, "Rename the dataset", "Quay, west side");
    await page.getByRole("heading", { name: "Quay, west side", level: 3 }).waitFor();
    expect((await quay()).name).toBe("Quay, west side");
    const sets = page.getByRole("list", { name: "Predictions for Quay, west side" });
    const before = (await setsOf(id))[0]!;
    await sets.getByRole("button", { name: `Rename: ${before.name}`, exact: true }).click();
    await saveName(page, "Rename the predictions", "Old hand");
    await sets.getByRole("heading", { name: "Old hand" }).waitFor();
    expect((await setsOf(id)).map((set) => set.name)).toContain("Old hand");
    expect(errors).toEqual([]);
    await page.context().close();
  });

  test("where the folder moved, the grid and the image lead to choosing where it is", async () => {
    const moved = join(folder, "quay, moved");
    await rename(join(folder, "quay"), moved);
    const { id, root } = await quay();
    const { page } = await workbench.open(`/data?dataset=${id}`);
    await page.getByText(`Some pictures are missing in ${root}`).waitFor();
    await page.locator("#tile-0").click();
    await page.getByText("The picture cannot be shown").waitFor();
    await page.getByRole("button", { name: "Folder moved…" }).click();
    await page.getByRole("textbox", { name: "Path" }).fill(join(moved, "images"));
    await page.getByRole("button", { name: "Go" }).click();
    await page.getByRole("button", { name: "Use this folder" }).click();
    await page.getByText("are read from there now").waitFor();
    await page.getByText("The picture cannot be shown").waitFor({ state: "detached" });
    expect((await quay()).root).toBe(join(moved, "images"));
    await page.goBack();
    await page.locator("#tile-0 img.seen").waitFor();
    expect(await page.getByText("Some pictures are missing").count()).toBe(0);
    await page.context().close();
  });

  test("a folder without the pictures is refused with what was looked for", async () => {
    const { id, root } = await quay();
    const { page } = await workbench.open(`/data?dataset=${id}&manage=1`);
    await page.getByRole("button", { name: "Folder moved…" }).last().click();
    await page.getByRole("textbox", { name: "Path" }).fill(folder);
    await page.getByRole("button", { name: "Go" }).click();
    await page.getByRole("button", { name: "Use this folder" }).click();
    await page.getByText("holds none of the dataset's images").waitFor();
    expect((await quay()).root).toBe(root);
    await page.context().close();
  });

  test("a removal can be undone, and else takes predictions and their runs", async () => {
    const { id } = await quay();
    const { page, errors } = await workbench.open(`/data?dataset=${id}&manage=1`);
    const sets = page.getByRole("list", { name: "Predictions for" }).last();
    const removeSet = page.getByRole("button", { name: "Remove: Old hand" });
    await removeSet.click();
    await sets.getByText("Old hand").waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Undo" }).click();
    await sets.getByText("Old hand").waitFor();
    expect((await setsOf(id)).map((set) => set.name)).toContain("Old hand");
    await removeSet.click();
    await page.locator(".n-notification .n-base-close").click();
    await expect
      .poll(async () => (await setsOf(id)).map((set) => set.name))
      .not.toContain("Old hand");
    const { runs } = (await workbench.call("runs/list", {})) as { runs: RunSummary[] };
    expect(runs.map((run) => run.predictionSetName)).not.toContain("Old hand");
    expect(errors).toEqual([]);
    await page.context().close();
  });

  test("a dataset that is removed leaves the page with the others", async () => {
    const { id, name } = await quay();
    const { page, errors } = await workbench.open(`/data?dataset=${id}&manage=1`);
    await page.getByRole("button", { name: `Remove: ${name}`, exact: true }).click();
    await page.locator(".n-notification .n-base-close").click();
    await expect
      .poll(async () => (await allDatasets()).map((dataset) => dataset.id))
      .not.toContain(id);
    const [left] = await allDatasets();
    await page.getByRole("heading", { name: left!.name, level: 1 }).waitFor();
    expect(errors).toEqual([]);
    await page.context().close();
  });
});
