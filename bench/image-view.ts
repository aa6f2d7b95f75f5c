/**
 * How fluid the image view is: one image of 4000 x 3000 pixels with 10,000 objects and 10,000 predictions, opened
 * through the host in Chromium without a GPU. Prints the time between frames while panning, zooming, hovering and
 * stepping, in milliseconds, what the page's main thread computes per frame, and the page's memory. Frames come at
 * most every 16.7 ms; on a busy machine they come late, while the computing stays what it is.
 * Options: --boxes N --predictions N --picture FILE (a screenshot of the fitted image)
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Page } from "playwright-core";
import { startWorkbench, type Workbench } from "../test/ui/browser.ts";
import { drawCrowdedImage } from "./crowded-image.ts";

const { values } = parseArgs({
  options: {
    boxes: { type: "string", default: "10000" },
    predictions: { type: "string", default: "10000" },
    picture: { type: "string" },
  },
});

/** Runs in the page, which has no types here: notes the time between frames until it is told to stop. */
const WATCH_FRAMES = `(() => {
  const watching = { on: true, times: [] };
  globalThis.watchedFrames = watching;
  let last = performance.now();
  const frame = () => {
    const now = performance.now();
    watching.times.push(now - last);
    last = now;
    if (watching.on) requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
})()`;
const STOP_WATCHING = `(() => {
  watchedFrames.on = false;
  return watchedFrames.times.slice(1);
})()`;

const folder = await mkdtemp(join(tmpdir(), "fovea-crowd-"));
const workbench = await startWorkbench();
try {
  await drawCrowdedImage(folder, {
    width: 4000,
    height: 3000,
    boxes: Number(values.boxes),
    predictions: Number(values.predictions),
  });
  await measure(await openCrowd(workbench));
} finally {
  await workbench.close();
  await rm(folder, { recursive: true, force: true });
}

async function openCrowd(bench: Workbench): Promise<Page> {
  const { jobId } = (await bench.call("imports/start", {
    root: folder,
    datasetName: "Crowd",
    imageRoot: "images",
    labels: { format: "coco", path: "annotations.json" },
    predictions: [{ format: "coco-results", path: "results.json", name: "Results" }],
    evaluate: null,
  })) as { jobId: number };
  const imported = await bench.jobEnd(jobId);
  const [predictionSetId] = imported.result?.["predictionSetIds"] as number[];
  const maxDets = [100_000];
  const evaluation = (await bench.call("runs/evaluate", {
    predictionSetId,
    protocol: "coco",
    params: {
      protocol: "coco",
      areaRanges: [
        { label: "tiny", low: 0, high: 144 },
        { label: "rest", low: 144, high: 1e10 },
      ],
      maxDets,
    },
  })) as { jobId: number };
  const { result } = await bench.jobEnd(evaluation.jobId);
  const datasetId = imported.result?.["datasetId"] as number;
  const { imageIds } = (await bench.call("images/sequence", { datasetId, filter: {} })) as {
    imageIds: number[];
  };
  const path = `/images/${imageIds[0]}?dataset=${datasetId}&run=${String(result?.["runId"])}&score=0`;
  const { page } = await bench.open(path);
  await page.waitForSelector("[data-image]");
  await page.waitForLoadState("networkidle");
  return page;
}

async function measure(page: Page): Promise<void> {
  if (values.picture) await page.screenshot({ path: values.picture });
  const canvas = await page.locator("canvas[data-layer=focus]").boundingBox();
  const x = canvas!.x + canvas!.width / 2;
  const y = canvas!.y + canvas!.height / 2;
  const drag = async () => {
    await page.mouse.down();
    for (let i = 0; i < 60; i += 1) {
      const angle = i / 6;
      await page.mouse.move(x + 160 * Math.sin(angle), y + 120 * Math.cos(angle));
    }
    await page.mouse.up();
  };
  const wheel = async (by: number, times: number) => {
    await page.mouse.move(x, y);
    for (let i = 0; i < times; i += 1) await page.mouse.wheel(0, by);
  };
  await page.keyboard.press("f");
  await report(page, "pan, fitted", drag);
  await report(page, "zoom in, fitted to x64", () => wheel(-60, 60));
  await report(page, "zoom out, x64 to fitted", () => wheel(60, 60));
  for (const [name, zooms] of [
    ["x0.5", 5],
    ["x1", 4],
    ["x2", 4],
    ["x8", 8],
  ] as const) {
    await wheel(-75, zooms);
    await report(page, `pan, about ${name}`, drag);
    await report(page, `hover, about ${name}`, async () => {
      for (let i = 0; i < 60; i += 1)
        await page.mouse.move(x - 300 + i * 10, y + 100 * Math.sin(i / 5));
    });
  }
  await page.keyboard.press("f");
  await report(page, "loupe, fitted", async () => {
    await page.mouse.move(x, y);
    await page.keyboard.down(" ");
    for (let i = 0; i < 60; i += 1)
      await page.mouse.move(x - 300 + i * 10, y + 100 * Math.sin(i / 5));
    await page.keyboard.up(" ");
  });
  const memory = await page.evaluate(
    () => (performance as unknown as { memory: { usedJSHeapSize: number } }).memory.usedJSHeapSize,
  );
  process.stdout.write(`script memory ${(memory / 1e6).toFixed(0)} MB\n`);
}

/** Times the frames of the page while `work` goes on. */
async function report(page: Page, name: string, work: () => Promise<void>): Promise<void> {
  const session = await page.context().newCDPSession(page);
  await session.send("Performance.enable", { timeDomain: "threadTicks" });
  const computed = async () => {
    const { metrics } = await session.send("Performance.getMetrics");
    return metrics.find((metric) => metric.name === "TaskDuration")!.value * 1000;
  };
  const before = await computed();
  await page.evaluate(WATCH_FRAMES);
  await work();
  const times = await page.evaluate<number[]>(STOP_WATCHING);
  const perFrame = ((await computed()) - before) / times.length;
  await session.detach();
  times.sort((a, b) => a - b);
  const at = (share: number) =>
    times[Math.min(times.length - 1, Math.floor(share * times.length))]!;
  const figure = (value: number) => value.toFixed(1).padStart(6);
  process.stdout.write(
    `${name.padEnd(26)} p50 ${figure(at(0.5))}  p95 ${figure(at(0.95))}  worst ${figure(times.at(-1)!)}  ` +
      `computing ${figure(perFrame)}  (${times.length} frames)\n`,
  );
}
