import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { FailureCard, FailureGroup } from "../../shared/api/images.ts";
import { startWorkbench, type Workbench } from "./browser.ts";
import { sampleRun, type SampleRun } from "./sample-run.ts";

interface Failures {
  readonly total: number;
  readonly groups: readonly FailureGroup[];
  readonly items: readonly FailureCard[];
}

describe("the failure wall", () => {
  let workbench: Workbench;
  let sample: SampleRun;

  beforeAll(async () => {
    workbench = await startWorkbench();
    sample = await sampleRun(workbench);
  });
  afterAll(async () => {
    await workbench.close();
  });

  async function openWall(query = "") {
    const opened = await workbench.open(`/failures?${sample.query}${query}`);
    await opened.page.locator("#failure-0 .printed").getByText("px").waitFor();
    return opened;
  }
  async function ask(more: object = {}): Promise<Failures> {
    const answer = await workbench.call("failures/query", {
      filter: { runId: sample.runId },
      sort: "group",
      ...more,
    });
    return answer as Failures;
  }

  test("groups the failures with their counts, the smallest object of each first", async () => {
    const { page, errors } = await openWall();
    const { total, groups, items } = await ask();
    await page.getByText(`${total.toLocaleString("en")} failures`).waitFor();
    const heading = await page.locator("button.heading").first().textContent();
    expect(heading).toContain(`${groups[0]!.count.toLocaleString("en")} misses`);
    expect(heading).toContain(groups[0]!.bucket);
    const [, , w, h] = items[0]!.box;
    const printed = await page.locator("#failure-0 .printed").textContent();
    expect(printed).toBe(`×4 · ${w.toFixed(1)} × ${h.toFixed(1)} px · ${items[0]!.bucket}`);
    expect(errors).toEqual([]);
    await page.context().close();
  });

  test("a crop is of the original's pixels, magnified by a whole factor without blur", async () => {
    const { page } = await openWall();
    const picture = page.locator("#failure-2 img.seen");
    await picture.waitFor();
    const measured = await picture.evaluate((element) => {
      const image = element as unknown as {
        naturalWidth: number;
        getBoundingClientRect(): { width: number };
        computedStyleMap(): { get(name: string): unknown };
      };
      return {
        factor: image.getBoundingClientRect().width / image.naturalWidth,
        rendering: String(image.computedStyleMap().get("image-rendering")),
      };
    });
    expect(measured).toEqual({ factor: 4, rendering: "pixelated" });
    await page.context().close();
  });

  test("reasons and kinds narrow the wall and stand in the address", async () => {
    const { page } = await openWall();
    await page.getByRole("button", { name: "Found twice" }).click();
    await page.waitForURL(/reason=duplicate/);
    const { total } = await ask({ reasons: ["duplicate"] });
    await page.getByText(`${total} failures`, { exact: true }).waitFor();
    await page.reload();
    await page.getByText(`${total} failures`, { exact: true }).waitFor();
    expect(await page.locator("#failure-0 .reason").textContent()).toMatch(
      /^Found twice, IoU 0\.\d\d/,
    );
    await page.context().close();
  });

  test("one click leads to the image with the object selected, and back to the same place", async () => {
    const { page, errors } = await openWall();
    const { items } = await ask({ limit: 6 });
    await page.locator("#failure-5").click();
    await page.waitForURL(/\/images\/\d+/);
    const address = new URL(page.url());
    expect(address.pathname).toBe(`/images/${items[5]!.imageId}`);
    expect(address.searchParams.get("object")).toBe(`gt-${items[5]!.annotationId}`);
    await page.locator('.row.selected[role="option"]').waitFor();
    await page.goBack();
    expect(await page.locator(".tile.current").getAttribute("id")).toBe("failure-5");
    expect(errors).toEqual([]);
    await page.context().close();
  });

  test("a link to SODA-D's Small lights up the three sizes in it; one can be left out", async () => {
    const { page } = await openWall("&bucket=Small");
    const sizes = page.getByRole("group", { name: "Object size" });
    const pressed = () =>
      sizes
        .locator("[aria-pressed=true]")
        .evaluateAll((rows) => rows.map((row) => row.getAttribute("data-choice")));
    await sizes.locator('[data-choice="gS"][aria-pressed="true"]').waitFor();
    expect(await pressed()).toEqual(["eS", "rS", "gS"]);
    await sizes.locator('[data-choice="rS"]').click();
    await page.waitForURL(/bucket=eS,gS|bucket=eS%2CgS/);
    expect(await pressed()).toEqual(["eS", "gS"]);
    await page.context().close();
  });

  test("arrows, N and Enter do without a mouse", async () => {
    const { page } = await openWall();
    await page.getByRole("grid", { name: "Failures" }).focus();
    for (const key of ["ArrowRight", "ArrowRight", "n"]) await page.keyboard.press(key);
    expect(await page.locator(".tile.current").getAttribute("id")).toBe("failure-2");
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/images\/\d+.*object=/);
    await page.context().close();
  });

  test("a group can be folded, and a large one shows the rest when asked", async () => {
    const { page } = await openWall("&kind=miss&bucket=eS");
    const { groups } = await ask({
      kinds: ["miss"],
      filter: { runId: sample.runId, buckets: ["eS"] },
    });
    expect(groups[0]!.count).toBeGreaterThan(240);
    const first = page.locator("button.heading").first();
    await first.click();
    await page.locator(`#failure-${groups[0]!.count}`).waitFor();
    expect(await page.locator("#failure-0").count()).toBe(0);
    await first.click();
    await page.getByRole("grid", { name: "Failures" }).focus();
    await page.locator("#failure-0").waitFor();
    await page.keyboard.press("Home");
    for (let i = 0; i < 60 && (await page.locator("#failure-239").count()) === 0; i += 1)
      await page.keyboard.press("PageDown");
    await page.keyboard.press("PageDown");
    const current = Number((await page.locator(".tile.current").getAttribute("id"))?.slice(8));
    expect(current).toBeGreaterThan(200);
    await page.context().close();
  });
});
