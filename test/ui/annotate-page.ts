import type { Page } from "playwright-core";

/** Waits for the image on the Annotate page and returns its id. */
export async function openImage(page: Page): Promise<number> {
  const main = page.locator(".main[data-image]");
  await main.waitFor();
  return Number(await main.getAttribute("data-image"));
}

/** Waits for another image than this one. */
export async function imageChanged(page: Page, from: number): Promise<void> {
  await page.locator(`.main[data-image]:not([data-image="${from}"])`).waitFor();
}

/** Waits until every edit is stored. */
export async function saved(page: Page): Promise<void> {
  await page.locator('[data-save="saved"]').waitFor();
}
