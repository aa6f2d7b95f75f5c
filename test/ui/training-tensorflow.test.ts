import { mkdtemp, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { userCacheFolder } from "../../models/runtime/build.ts";
import { startWorkbench, type Workbench } from "./browser.ts";

const PATIENCE_MS = 60_000;
const ownCache = userCacheFolder();
let cache: string;
let workbench: Workbench;
beforeAll(async () => {
  cache = await mkdtemp(join(tmpdir(), "fovea-cache-"));
  process.env["XDG_CACHE_HOME"] = cache;
  workbench = await startWorkbench();
});
afterAll(async () => {
  await workbench.close();
});

test("without TensorFlow no training and no ablation can be queued before that is known, and none once it is", async () => {
  const { page, errors } = await workbench.open("/train/new?preset=tiny");
  page.setDefaultTimeout(PATIENCE_MS);
  const held: (() => void)[] = [];
  await page.route("**/api/models/tensorflow", async (route) => {
    await new Promise<void>((release) => held.push(release));
    await route.continue();
  });
  for (const [path, start] of [
    ["/train/new?preset=tiny", "Start training"],
    ["/train/ablations?new=1&preset=tiny", /^Queue \d+ trainings$/],
  ] as const) {
    await page.goto(new URL(path, page.url()).href);
    const checking = page.getByRole("button", { name: "Checking TensorFlow…" });
    await checking.waitFor();
    await page.getByText("Images to learn from").waitFor();
    expect(await checking.isDisabled()).toBe(true);
    await page.getByLabel("Name", { exact: true }).press("Enter");

    held.splice(0).forEach((release) => release());
    await page.getByText("RT-DETR checkpoints need native TensorFlow").waitFor();
    await page.getByRole("button", { name: "Install TensorFlow" }).waitFor();
    expect(await page.getByRole("button", { name: start }).isDisabled()).toBe(true);
    await page.getByLabel("Name", { exact: true }).press("Enter");
  }
  expect(await workbench.call("training/list", {})).toEqual({ trainings: [] });

  await symlink(join(ownCache, "fovea"), join(cache, "fovea"));
  await page.unroute("**/api/models/tensorflow");
  await page.goto(new URL("/train/new?preset=tiny", page.url()).href);
  const start = page.getByRole("button", { name: "Start training" });
  await expect.poll(() => start.isEnabled(), { timeout: PATIENCE_MS }).toBe(true);
  expect(await page.getByText("need native TensorFlow").count()).toBe(0);
  expect(errors).toEqual([]);
  await page.context().close();
}, 180_000);
