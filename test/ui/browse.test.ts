import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startWorkbench, type Workbench } from "./browser.ts";
import { sampleRun, type SampleRun } from "./sample-run.ts";

describe("the grid of images", () => {
  let workbench: Workbench;
  let sample: SampleRun;

  beforeAll(async () => {
    workbench = await startWorkbench();
    sample = await sampleRun(workbench);
  });
  afterAll(async () => {
    await workbench.close();
  });

  async function openGrid(query = "") {
    const opened = await workbench.open(`/data?${sample.query}${query}`);
    await opened.page.locator("#tile-0 .name").waitFor();
    return opened;
  }
  const names = (page: Page) => page.locator(".tile .name").allTextContents();
  const baseName = (path: string) => path.split("/").at(-1);

  test("shows each image's picture, its misses, false alarms and hits", async () => {
    const { page, errors } = await openGrid();
    const cards = await sample.cards({}, "name");
    const first = page.locator("#tile-0");
    expect(await first.locator(".name").textContent()).toBe(baseName(cards[0]!.path));
    const counts = await first.locator(".counts > span").allTextContents();
    expect(counts.map((text) => Number(text.trim()))).toEqual([
      cards[0]!.misses,
      cards[0]!.falseAlarms,
      cards[0]!.hits,
    ]);
    await first.locator("img.seen").waitFor();
    expect(errors).toEqual([]);
    await page.context().close();
  });

  test("a picture that was seen is not asked for again, not even whether it is the same", async () => {
    const { page } = await openGrid();
    await page.locator("#tile-0 img.seen").waitFor();
    const src = await page.locator("#tile-0 img").getAttribute("src");
    const seen = await page.evaluate(`(async () => {
      const address = ${JSON.stringify(src)};
      const answer = await fetch(address);
      await answer.blob();
      const { transferSize } = performance.getEntriesByName(location.origin + address).at(-1);
      return { cacheControl: answer.headers.get("cache-control"), transferSize };
    })()`);
    expect(seen).toEqual({ cacheControl: "private, max-age=31536000, immutable", transferSize: 0 });
    await page.context().close();
  });

  test("worst first is the order of the main side, and stays in the address", async () => {
    const { page } = await openGrid("&sort=worst");
    const cards = await sample.cards({}, "worst");
    const shown = await names(page);
    expect(shown.length).toBeGreaterThan(7);
    expect(shown).toEqual(cards.slice(0, shown.length).map(({ path }) => baseName(path)));
    await page.context().close();
  });

  test("a filter narrows the images, is kept by a reload, and can be cleared", async () => {
    const { page } = await openGrid();
    const all = await sample.cards({}, "name");
    await page.getByPlaceholder("Part of the file name").fill("square");
    const some = all.filter(({ path }) => path.includes("square"));
    expect(some.length).toBeLessThan(all.length);
    await page.getByText(`${some.length} images`, { exact: true }).waitFor();
    await page.waitForURL(/q=square/);
    await page.reload();
    await page.getByText(`${some.length} images`, { exact: true }).waitFor();
    await page.getByRole("button", { name: "Clear", exact: true }).click();
    await page.getByText(`${all.length} images`, { exact: true }).waitFor();
    await page.context().close();
  });

  test("classes, sizes and verdicts together show what the main side finds", async () => {
    const { page } = await openGrid();
    await page.getByRole("button", { name: "False alarm" }).click();
    await page.locator('[data-choice="N"]').click();
    await page.getByRole("button", { name: "traffic-sign" }).click();
    await page.waitForURL(/class=\d+/);
    const categoryId = Number(new URL(page.url()).searchParams.get("class"));
    const filter = { verdicts: ["false-alarm"], buckets: ["N"], categoryIds: [categoryId] };
    const found = await sample.cards(filter, "name");
    const words = found.length === 0 ? "No image fits the filter" : baseName(found[0]!.path)!;
    await page.getByText(words).first().waitFor();
    await page.context().close();
  });

  test("says so where no image fits, and leads back", async () => {
    const { page } = await workbench.open(`/data?${sample.query}&q=nothing-is-called-so`);
    await page.getByText("No image fits the filter").waitFor();
    await page.getByRole("button", { name: "Clear the filter" }).click();
    await page.locator("#tile-0 .name").waitFor();
    await page.context().close();
  });

  test("the keyboard goes through the grid, opens an image, and comes back to it", async () => {
    const { page, errors } = await openGrid();
    await page.getByRole("grid", { name: "Images" }).focus();
    for (const key of ["ArrowDown", "ArrowRight", "ArrowDown"]) await page.keyboard.press(key);
    const columns = Number(await page.getByRole("grid").getAttribute("aria-colcount"));
    const current = page.locator(".tile.current");
    expect(await current.getAttribute("id")).toBe(`tile-${columns + 1}`);
    const name = await current.locator(".name").textContent();
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/images\/\d+/);
    await page.getByRole("heading", { name: name ?? "" }).waitFor();
    await page.goBack();
    await current.waitFor();
    expect(await current.locator(".name").textContent()).toBe(name);
    expect(errors).toEqual([]);
    await page.context().close();
  });

  test("an error of the main side is shown with a way to try again", async () => {
    const { page } = await openGrid();
    // The failure lasts until the button is pressed: a query made for another reason cannot clear it.
    await page.evaluate(() => {
      const press = () => (document.body.dataset["pressed"] = "yes");
      document.addEventListener("click", press, true);
    });
    await page.route("**/api/images/query", async (route) => {
      if (await page.evaluate(() => document.body.dataset["pressed"] === "yes"))
        return route.continue();
      return route.fulfill({
        status: 500,
        json: { error: { code: "disk/full", message: "The disk is full. Free some space." } },
      });
    });
    await page.getByPlaceholder("Part of the file name").fill("a");
    await page.getByText("The disk is full. Free some space.").waitFor();
    await page.getByRole("button", { name: "Try again" }).click();
    await page.locator("#tile-0 .name").waitFor();
    await page.unrouteAll({ behavior: "ignoreErrors" });
    await page.context().close();
  });
});
