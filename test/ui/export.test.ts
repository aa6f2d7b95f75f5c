import { existsSync, readdirSync, readFileSync } from "node:fs";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { FolderReport } from "../../shared/api/imports.ts";
import { startWorkbench, type Workbench } from "./browser.ts";

const sample = join(import.meta.dirname, "..", "..", "assets", "sample");

describe("exports", () => {
  let workbench: Workbench;
  let folder: string;
  let datasetId: number;
  let images: number;

  beforeAll(async () => {
    workbench = await startWorkbench();
    folder = await mkdtemp(join(tmpdir(), "fovea-export-"));
    await cp(sample, join(folder, "quay"), { recursive: true });
    const report = (await workbench.call("imports/inspect", {
      path: join(folder, "quay"),
    })) as FolderReport;
    const { jobId } = (await workbench.call("imports/start", report.suggestion)) as {
      jobId: number;
    };
    const job = await workbench.jobEnd(jobId);
    datasetId = job.result!["datasetId"] as number;
    images = report.sources.find(({ role }) => role === "labels")!.images!;
  });
  afterAll(async () => {
    await workbench.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function choose(page: Page, select: string, option: string): Promise<void> {
    await page.locator(`[data-select="${select}"]`).click();
    await page.locator(".n-base-select-option", { hasText: option }).click();
  }

  test("what the grid shows goes to LabelMe, told beforehand what changes", async () => {
    const found = (await workbench.call("images/query", { datasetId, filter: {}, limit: 1 })) as {
      items: readonly [{ path: string }];
    };
    const name = found.items[0].path;
    const { page, errors } = await workbench.open(`/data?dataset=${datasetId}&q=${name}`);
    await page.locator("#tile-0").waitFor();
    await page.getByRole("button", { name: "Export…" }).click();
    const shown = page.getByRole("radio", { name: "Only what the grid shows now: 1 image" });
    expect(await shown.isChecked()).toBe(true);
    await choose(page, "export-format", "LabelMe JSON");
    const path = join(folder, "out");
    await page.getByRole("textbox", { name: "To" }).fill(path);
    await page.getByText("What changes").waitFor();
    await page.getByText(/LabelMe has no ids of annotations/).waitFor();
    await page.getByRole("button", { name: "Export", exact: true }).click();
    await page.getByText("Wrote 2 files:").waitFor();
    expect(readdirSync(path).filter((name) => name.endsWith(".json"))).toHaveLength(1);
    await page.getByRole("button", { name: "Close", exact: true }).last().click();
    expect(errors).toEqual([]);
    await page.context().close();
  });

  test("from the palette the whole dataset goes to COCO; what is there is told before it is replaced", async () => {
    const { page, errors } = await workbench.open(`/runs?dataset=${datasetId}`);
    await page.getByRole("button", { name: "Search or run a command" }).click();
    await page.getByRole("combobox", { name: "Go to a page" }).fill("export labels");
    await page.keyboard.press("Enter");
    const path = join(folder, "whole.json");
    await page.getByRole("textbox", { name: "To" }).fill(path);
    await page.getByText(`${images} images,`).waitFor();
    await page.getByRole("button", { name: "Export", exact: true }).click();
    await page.getByText("Wrote 1 file:").waitFor();
    const written = JSON.parse(readFileSync(path, "utf8")) as { images: unknown[] };
    expect(written.images).toHaveLength(images);
    await page.getByRole("button", { name: "Close", exact: true }).last().click();
    await page.getByRole("button", { name: "Export…" }).click();
    await page.getByRole("textbox", { name: "To" }).fill(path);
    await page.getByText("1 file of the export is there already").waitFor();
    expect(errors).toEqual([]);
    await page.context().close();
  });

  test("predictions go out of the list of predictions", async () => {
    const { page, errors } = await workbench.open(`/data?dataset=${datasetId}&manage=1`);
    const sets = page.getByRole("list", { name: /^Predictions for/ }).last();
    await sets
      .getByRole("button", { name: /^Export / })
      .first()
      .click();
    const path = join(folder, "rows");
    await choose(page, "export-set-format", "VisDrone text");
    await page.getByRole("textbox", { name: "To" }).fill(path);
    await page.getByRole("button", { name: "Export", exact: true }).click();
    await page.getByText(/^Wrote \d+ files:$/).waitFor();
    expect(existsSync(path)).toBe(true);
    const rows = readdirSync(path).map((name) => readFileSync(join(path, name), "utf8"));
    expect(rows).toHaveLength(images);
    expect(rows.join("").split("\n")[0]).toMatch(/^[\d.,-]+,-1,-1$/);
    expect(errors).toEqual([]);
    await page.context().close();
  });
});
