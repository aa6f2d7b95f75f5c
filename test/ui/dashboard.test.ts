import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RunConfusion, RunDifference } from "../../shared/api/analysis.ts";
import type { RunReport, RunSummary } from "../../shared/api/runs.ts";
import { startWorkbench, type Workbench } from "./browser.ts";

describe("the dashboard of a run", () => {
  let workbench: Workbench;
  let report: RunReport;

  beforeAll(async () => {
    workbench = await startWorkbench();
    const runs = await sampleRuns(workbench);
    const run = runs.find((candidate) => candidate.protocol === "soda-d");
    report = (await workbench.call("runs/get", { runId: run?.id })) as RunReport;
  });
  afterAll(async () => {
    await workbench.close();
  });

  test("the first start shows the sample's numbers without a question asked", async () => {
    const { page, errors } = await workbench.open("/");
    await page.getByText("Look at failures").waitFor();
    const headline = page.getByRole("region", { name: "Headline numbers" });
    const newest = (await sampleRuns(workbench))[0];
    const ap = ((newest?.headline ?? 0) * 100).toFixed(1);
    expect(await headline.locator("dd").first().textContent()).toContain(ap);
    for (const title of ["AP per scale bucket", "Precision and recall", "Object sizes"]) {
      await page.getByRole("heading", { name: title }).waitFor();
    }
    expect(errors).toEqual([]);
    await page.context().close();
  });

  test("a bucket on the keyboard opens its failures", async () => {
    const { page, errors } = await workbench.open(`/runs/${report.id}`);
    const chart = page.getByRole("group", { name: /^AP per scale bucket/ });
    await chart.focus();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/failures/);
    const second = report.buckets[1]?.label ?? "";
    expect(new URL(page.url()).searchParams.get("bucket")).toBe(second);
    expect(new URL(page.url()).searchParams.get("run")).toBe(String(report.id));
    expect(errors).toEqual([]);
    await page.context().close();
  });

  test("the class table sorts by a bucket with absent values last, and a class opens its failures", async () => {
    const { page } = await workbench.open(`/runs/${report.id}`);
    const table = page.locator("table", { has: page.getByRole("button", { name: /Class/ }) });
    await table.getByRole("columnheader", { name: "APN" }).getByRole("button").click();
    const order = await table.locator("tbody tr th").allTextContents();
    const expected = [...report.perClass].sort((a, b) => {
      const [left, right] = [a.buckets["N"] ?? null, b.buckets["N"] ?? null];
      if (left === null || right === null) return Number(left === null) - Number(right === null);
      return right - left;
    });
    expect(order[0]?.trim()).toBe(expected[0]?.name);
    const first = report.perClass.find((row) => row.name === order[0]?.trim());
    await table.getByRole("link", { name: order[0]?.trim() ?? "", exact: true }).click();
    await page.waitForURL(/\/failures/);
    expect(new URL(page.url()).searchParams.get("class")).toBe(String(first?.categoryId));
    await page.context().close();
  });

  test("a metric explains itself with its source", async () => {
    const { page } = await workbench.open(`/runs/${report.id}`);
    await page.getByRole("button", { name: /^About AP50/ }).click();
    await page.getByText(/^Source: /).waitFor();
    await page.context().close();
  });

  test("a published row appears in the chart, marked as published, and stays in the address", async () => {
    const { page } = await workbench.open(`/runs/${report.id}`);
    await page.getByText("Published results").click();
    await page
      .getByRole("row", { name: /RT-DETR published/ })
      .getByRole("button")
      .click();
    await page.waitForURL(/references=RT-DETR/);
    await page.reload();
    const chart = page.getByRole("group", { name: /^AP per scale bucket/ });
    await chart.getByText("RT-DETR").waitFor();
    await page.context().close();
  });

  test("a chart is saved as CSV with the numbers of the report", async () => {
    const { page } = await workbench.open(`/runs/${report.id}`);
    await page
      .getByRole("button", { name: "Copy or save this chart: AP per scale bucket" })
      .click();
    const download = page.waitForEvent("download");
    await page.getByText("Save as CSV").click();
    const stream = await (await download).createReadStream();
    let csv = "";
    for await (const chunk of stream) csv += String(chunk);
    const rows = csv.trim().split("\r\n");
    expect(rows).toHaveLength(report.buckets.length + 1);
    expect(rows[1]?.split(",").at(-1)).toBe(String(report.buckets[0]?.ap));
    await page.context().close();
  });

  test("a chart is saved as a PNG picture", async () => {
    const { page, errors } = await workbench.open(`/runs/${report.id}`);
    await page.getByRole("button", { name: "Copy or save this chart: Object sizes" }).click();
    const download = page.waitForEvent("download");
    await page.getByText("Save as PNG").click();
    const stream = await (await download).createReadStream();
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(chunk as Buffer);
    const bytes = Buffer.concat(chunks);
    expect(bytes.subarray(1, 4).toString()).toBe("PNG");
    expect(bytes.length).toBeGreaterThan(5000);
    expect(errors).toEqual([]);
    await page.context().close();
  });

  test("two runs side by side show the difference to the first", async () => {
    const [first, second] = await sampleRuns(workbench);
    const { page, errors } = await workbench.open(`/compare?runs=${first?.id},${second?.id}`);
    const row = page
      .getByRole("region", { name: "Headline numbers" })
      .getByRole("row", { name: /^AP / })
      .first();
    const text = (await row.textContent()) ?? "";
    const points = ((second?.headline ?? 0) - (first?.headline ?? 0)) * 100;
    expect(text).toContain(`${points > 0 ? "+" : "−"}${Math.abs(points).toFixed(1)}`);
    expect(errors).toEqual([]);
    await page.context().close();
  });

  test("a cell of the confusion matrix opens the images behind it", async () => {
    const { page, errors } = await workbench.open(`/runs/${report.id}`);
    const chart = page.getByRole("group", { name: /^Confusion of classes/ });
    await chart.focus();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("Enter");
    const confusion = (await workbench.call("runs/confusion", {
      runId: report.id,
    })) as RunConfusion;
    const [first] = confusion.categoryIds;
    const behind = (await workbench.call("runs/confusionImages", {
      runId: report.id,
      truthCategoryId: first,
      predictedCategoryId: first,
    })) as { imageIds: number[] };
    await page.getByText(`${behind.imageIds.length} images`, { exact: true }).waitFor();
    await page.getByRole("link", { name: `Open image ${behind.imageIds[0]}`, exact: true }).click();
    await page.waitForURL(new RegExp(`/images/${behind.imageIds[0]}\\?`));
    expect(errors).toEqual([]);
    await page.context().close();
  });

  test("a difference that may be chance is said to be within noise", async () => {
    const runs = (await sampleRuns(workbench)).filter((run) => run.protocol === "soda-d");
    const [base, other] = runs;
    const { buckets } = (await workbench.call("runs/difference", {
      runId: base?.id,
      otherRunId: other?.id,
    })) as RunDifference;
    const { page, errors } = await workbench.open(`/compare?runs=${base?.id},${other?.id}`);
    const table = page.getByRole("region", { name: "Per bucket" });
    const noisy = buckets.filter((bucket) => bucket.withinNoise);
    expect(noisy.length).toBeGreaterThan(0);
    for (const bucket of noisy) {
      const row = table.getByRole("row", { name: new RegExp(`^${bucket.label} `) });
      await row.getByText("within noise").waitFor();
    }
    expect(await table.getByText("within noise").count()).toBe(noisy.length);
    expect(errors).toEqual([]);
    await page.context().close();
  });

  test("own buckets are evaluated and lead to their dashboard", async () => {
    const { page, errors } = await workbench.open("/runs?evaluate=1");
    await page.getByText("Own buckets and detection limits").click();
    const label = page.getByRole("textbox", { name: "Bucket" }).nth(1);
    await label.fill("tiny");
    await page.getByRole("textbox", { name: "To, px²" }).nth(1).fill("64");
    await page.getByRole("textbox", { name: "To, px²" }).nth(1).press("Tab");
    await page.getByRole("button", { name: "Evaluate", exact: true }).click();
    await page.waitForURL(/\/runs\/\d+/);
    const runId = Number(new URL(page.url()).pathname.split("/").at(-1));
    const made = (await workbench.call("runs/get", { runId })) as RunReport;
    expect(made.params.areaRanges[1]).toEqual({ label: "tiny", low: 0, high: 64 });
    await page.getByText("APtiny").first().waitFor();
    expect(errors).toEqual([]);
    await page.context().close();
  });

  test("a removed run comes back with Undo", async () => {
    const { page } = await workbench.open("/runs");
    const row = page.locator("tbody tr");
    await row.first().waitFor();
    const before = await row.count();
    await row
      .first()
      .getByRole("button", { name: /^Remove/ })
      .click();
    await page.waitForFunction(
      (count) => document.querySelectorAll("tbody tr").length === count,
      before - 1,
    );
    await page.getByRole("button", { name: "Undo" }).click();
    await page.waitForFunction(
      (count) => document.querySelectorAll("tbody tr").length === count,
      before,
    );
    expect(((await workbench.call("runs/list", {})) as { runs: unknown[] }).runs).toHaveLength(
      before,
    );
    await page.context().close();
  });
});

/** The sample's runs, newest first, once they are all there. */
async function sampleRuns(workbench: Workbench): Promise<readonly RunSummary[]> {
  for (;;) {
    const { jobs } = (await workbench.call("jobs/list", {})) as { jobs: { state: string }[] };
    const busy = jobs.some((job) => job.state === "queued" || job.state === "running");
    const { runs } = (await workbench.call("runs/list", {})) as { runs: RunSummary[] };
    if (!busy && runs.length > 0) return runs;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
