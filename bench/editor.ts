/**
 * How fluid the editor is: 10,000 tiny labels and 3,000 predictions on a drawn picture of 4000 x 3000 pixels, in
 * Chromium without a GPU. Each gesture is done on the full picture and on the same picture without labels, in turn, and
 * printed side by side: the time between frames (they come at most every 16.7 ms) and what the page's main thread
 * computes for a frame, in milliseconds. On a busy machine frames come late, while the computing stays what it is. Then: from a click to the painted selection, and the time one changed label takes.
 * Options: --labels N --ghosts N --rounds N --only PART-OF-A-NAME
 */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Page } from "playwright-core";
import type { EditableAnnotation } from "../shared/domain/editing.ts";
import { inPage, origin, startEditorBrowser, type EditorBrowser } from "../test/ui/editor-page.ts";
import { drawCrowdedImage } from "./crowded-image.ts";

const { values } = parseArgs({
  options: {
    labels: { type: "string", default: "10000" },
    ghosts: { type: "string", default: "3000" },
    rounds: { type: "string", default: "3" },
    only: { type: "string", default: "" },
  },
});
const WIDTH = 4000;
const HEIGHT = 3000;
const SCREEN = { width: 1280, height: 800 };
const MIDDLE = { x: SCREEN.width / 2, y: SCREEN.height / 2 };

/** Runs in the page: notes the time between frames until it is told to stop. */
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
/** The frame after the one that paints begins when that one is done. */
const WATCH_CLICK = `void (globalThis.clickPainted = new Promise((done) => {
  addEventListener("pointerup", () => {
    const from = performance.now();
    requestAnimationFrame(() => setTimeout(() => done(performance.now() - from)));
  }, { once: true, capture: true });
}))`;

interface Crowd {
  readonly picture: Buffer;
  readonly labels: readonly EditableAnnotation[];
  readonly ghosts: readonly object[];
}

const browser = await startEditorBrowser();
try {
  const crowd = await drawCrowd();
  const full = await openPage(browser, crowd);
  const empty = await openPage(browser, { ...crowd, labels: [], ghosts: [] });
  print(["", "full", "", "", "computing", "", "empty", "computing", ""]);
  print(["", "p50", "p95", "worst", "p50", "p95", "p95", "p50", "p95"]);
  for (const gesture of gestures())
    if (gesture.name.includes(values.only)) await compare(full, empty, gesture);
  await measureSelection(full);
  await measureChanges(full);
} finally {
  await browser.close();
}

async function drawCrowd(): Promise<Crowd> {
  const folder = await mkdtemp(join(tmpdir(), "fovea-editor-"));
  try {
    const counts = { boxes: Number(values.labels), predictions: Number(values.ghosts) };
    await drawCrowdedImage(folder, { width: WIDTH, height: HEIGHT, ...counts });
    const { annotations } = await readJson<{ annotations: CocoAnnotation[] }>("annotations.json");
    const results = await readJson<CocoResult[]>("results.json");
    return {
      picture: await readFile(join(folder, "images", "crowd.jpg")),
      labels: annotations.map(({ id, category_id, bbox, area }) => ({
        ...{ id, area, box: bbox, categoryId: category_id },
        ...{ crowd: id % 97 === 0, ignore: id % 53 === 0, masked: false },
      })),
      ghosts: results.map(({ category_id, bbox, score }, k) => ({
        ...{ score, box: bbox, categoryId: category_id },
        ...{ kind: "prediction", falseAlarm: k % 5 === 4 },
      })),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  async function readJson<Content>(name: string): Promise<Content> {
    return JSON.parse(await readFile(join(folder, name), "utf8")) as Content;
  }
}

interface CocoAnnotation {
  readonly id: number;
  readonly category_id: number;
  readonly bbox: readonly [number, number, number, number];
  readonly area: number;
}
type CocoResult = Omit<CocoAnnotation, "id" | "area"> & { readonly score: number };

async function openPage(from: EditorBrowser, { picture, labels, ghosts }: Crowd): Promise<Page> {
  const page = await from.open({ picture, viewport: SCREEN });
  const [width, height] = [WIDTH, HEIGHT];
  await inPage(
    page,
    (editorPage, given) => {
      const { editor } = editorPage;
      editorPage.openPicture(`${given.origin}/picture`, given.width, given.height);
      editorPage.load(given.labels);
      editor.setGhosts(given.ghosts as never);
      const verdicts = ["hit", "miss", "hit", "ignored"] as const;
      editor.setVerdicts(new Map(given.labels.map(({ id }) => [id, verdicts[id % 4]!])));
      editor.setOptions({ categoryId: 1 });
    },
    { origin, width, height, labels, ghosts },
  );
  await page.waitForLoadState("networkidle");
  await page.waitForTimeout(1500); // the halves of the picture
  return page;
}

interface Gesture {
  readonly name: string;
  /** Not measured. */
  readonly before: (page: Page) => Promise<void>;
  readonly work: (page: Page) => Promise<void>;
  readonly after?: (page: Page) => Promise<void>;
}

function gestures(): Gesture[] {
  const atScale = (scale: number) => async (page: Page) => {
    await inPage(page, ({ editor }) => editor.setOptions({ tool: "select", panKey: false }), null);
    await setScale(page, scale);
  };
  const select = (count: number, scale: number) => async (page: Page) => {
    await atScale(scale)(page);
    await selectNear(page, count);
  };
  const panKey = (on: boolean) => (page: Page) =>
    inPage(page, ({ editor }, given) => editor.setOptions({ panKey: given }), on);
  const draw = async (page: Page) => {
    await atScale(1)(page);
    await inPage(page, ({ editor }) => editor.setOptions({ tool: "draw", snap: true }), null);
  };
  const pans = [null, 1, 4].map((scale): Gesture => {
    const before = async (page: Page) => {
      await (scale === null ? fit(page) : atScale(scale)(page));
      await panKey(true)(page);
    };
    const after = panKey(false);
    return { name: scale === null ? "pan, fitted" : `pan, x${scale}`, before, work: circle, after };
  });
  return [
    ...pans,
    { name: "zoom in, fitted to x64", before: fit, work: (page) => wheel(page, -60) },
    { name: "zoom out, x64 to fitted", before: atScale(64), work: (page) => wheel(page, 60) },
    { name: "rubber band, fitted", before: fit, work: band },
    { name: "rubber band, x1", before: atScale(1), work: band },
    { name: "drag one, x1", before: select(1, 1), work: circle },
    { name: "drag 1,000, fitted", before: select(1000, 0.25), work: circle },
    { name: "drag 1,000, x1", before: select(1000, 1), work: circle },
    { name: "drag all, fitted", before: select(Infinity, 0.25), work: circle },
    { name: "draw with snapping, x1", before: draw, work: circle },
    { name: "hover, x1", before: atScale(1), work: sweep },
  ];
}

async function compare(full: Page, empty: Page, { name, before, work, after }: Gesture) {
  const pages = [full, empty];
  const frames: number[][] = [[], []];
  const computed: number[][] = [[], []];
  for (let round = 0; round < Number(values.rounds); round += 1) {
    for (const [at, page] of pages.entries()) {
      await page.bringToFront();
      await before(page);
      await page.waitForTimeout(120);
      const measured = await watch(page, () => work(page));
      frames[at]!.push(...measured.times);
      computed[at]!.push(...measured.computed);
      await cancel(page);
      await after?.(page);
    }
  }
  const [a, b] = frames as [number[], number[]];
  const [c, d] = computed as [number[], number[]];
  const figures = [
    ...[share(a, 0.5), share(a, 0.95), share(a, 1), share(c, 0.5), share(c, 0.95)],
    ...[share(b, 0.95), share(d, 0.5), share(d, 0.95)],
  ];
  print([name, ...figures.map((value) => value.toFixed(1))]);
}

/** Time between frames, and what the main thread computes for each, milliseconds, while `work` goes on. */
async function watch(page: Page, work: () => Promise<void>) {
  const chromium = page.context().browser()!;
  await chromium.startTracing(page, { categories: ["toplevel", "devtools.timeline"] });
  await page.evaluate(WATCH_FRAMES);
  await work();
  const times = await page.evaluate<number[]>(STOP_WATCHING);
  return { times, computed: computedFrames(await chromium.stopTracing()) };
}

interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  /** Microseconds. */
  readonly ts: number;
  readonly dur?: number;
  /** The same without the time in which the thread had to wait for the processor. */
  readonly tdur?: number;
}

/** Of each task of a main thread in which a frame was made: how long it computed, milliseconds. */
function computedFrames(trace: Buffer): number[] {
  const { traceEvents } = JSON.parse(trace.toString()) as { traceEvents: TraceEvent[] };
  const frames = traceEvents.filter(({ name }) => name === "FireAnimationFrame");
  const tasks = traceEvents.filter(({ name }) => name === "ThreadControllerImpl::RunTask");
  return frames.flatMap((frame) => {
    const task = tasks.find(
      ({ pid, tid, ts, dur }) =>
        pid === frame.pid && tid === frame.tid && ts <= frame.ts && frame.ts < ts + (dur ?? 0),
    );
    return task?.tdur === undefined ? [] : [task.tdur / 1000];
  });
}

function fit(page: Page): Promise<void> {
  return inPage(page, ({ editor }) => editor.fit(), null);
}

/** The gesture is not carried out, so that each round begins with the same labels. */
async function cancel(page: Page): Promise<void> {
  await inPage(page, ({ editor }) => void editor.cancelGesture(), null);
  await page.mouse.up();
}

async function setScale(page: Page, scale: number): Promise<void> {
  await page.mouse.move(MIDDLE.x, MIDDLE.y);
  const given = { scale };
  await fit(page);
  await inPage(page, ({ editor, view }, to) => editor.zoomBy(to.scale / view!.scale), given);
}

/** Selects the labels nearest to the middle of the view, and puts the pointer on the first. */
async function selectNear(page: Page, count: number): Promise<void> {
  const at = await inPage(
    page,
    ({ editor, labels, view }, given) => {
      const { scale, originX, originY, width, height } = view!;
      const distance = ({ box: [x, y, w, h] }: { box: readonly number[] }) =>
        Math.hypot(
          (x! + w! / 2) * scale + originX - width / 2,
          (y! + h! / 2) * scale + originY - height / 2,
        );
      const near = [...labels.values()].sort((a, b) => distance(a) - distance(b));
      editor.setSelection(new Set(near.slice(0, given ?? undefined).map(({ id }) => id)));
      const box = near[0]?.box ?? [0, 0, 0, 0];
      return {
        x: (box[0] + box[2] / 2) * scale + originX,
        y: (box[1] + box[3] / 2) * scale + originY,
      };
    },
    Number.isFinite(count) ? count : null,
  );
  await page.mouse.move(at.x, at.y);
}

/** A drag in a spiral from where the pointer is, or near the middle; the button stays down. */
async function circle(page: Page): Promise<void> {
  await page.mouse.down();
  for (let i = 1; i <= 60; i += 1) {
    const angle = i / 6;
    await page.mouse.move(
      MIDDLE.x + 2.4 * i * Math.sin(angle),
      MIDDLE.y + 1.8 * i * Math.cos(angle),
    );
  }
}

async function band(page: Page): Promise<void> {
  await page.mouse.move(20, 20);
  await page.mouse.down();
  for (let i = 1; i <= 60; i += 1)
    await page.mouse.move(
      20 + (i / 60) * (SCREEN.width - 40),
      20 + (i / 60) * (SCREEN.height - 40),
    );
}

async function sweep(page: Page): Promise<void> {
  for (let i = 0; i < 60; i += 1)
    await page.mouse.move(MIDDLE.x - 300 + i * 10, MIDDLE.y + 100 * Math.sin(i / 5));
}

async function wheel(page: Page, by: number): Promise<void> {
  await page.mouse.move(MIDDLE.x, MIDDLE.y);
  for (let i = 0; i < 45; i += 1) await page.mouse.wheel(0, by);
}

/** From the button let go over a label to the frame that shows it selected. */
async function measureSelection(page: Page): Promise<void> {
  await page.bringToFront();
  await inPage(page, ({ editor }) => editor.setOptions({ tool: "select" }), null);
  const times: number[] = [];
  for (const scale of [0.25, 1, 4]) {
    for (let i = 0; i < 15; i += 1) {
      await setScale(page, scale);
      await selectNear(page, 1 + i);
      await inPage(page, ({ editor }) => editor.setSelection(new Set()), null);
      await page.waitForTimeout(60);
      await page.evaluate(WATCH_CLICK);
      await page.mouse.down();
      await page.mouse.up();
      times.push(await page.evaluate<number>("clickPainted"));
    }
  }
  print(["", "p50", "p95", "worst"]);
  print(["click to painted selection", ...figuresOf(times)]);
}

/** What the call that changes one label takes, and one that changes all. */
async function measureChanges(page: Page): Promise<void> {
  const times = await inPage(
    page,
    ({ editor, labels }) => {
      const list = [...labels.values()];
      const taken: number[] = [];
      for (let i = 0; i < 400; i += 1) {
        const label = list[(i * 23) % list.length]!;
        const [x, y, w, h] = label.box;
        const from = performance.now();
        for (let k = 1; k <= 10; k += 1)
          editor.applyChanges([{ ...label, box: [x + (k % 2), y, w, h] }], []);
        taken.push((performance.now() - from) / 10);
      }
      return taken;
    },
    null,
  );
  print(["applyChanges of one label", ...figuresOf(times, 4)]);
}

function figuresOf(times: number[], decimals = 1): string[] {
  return [0.5, 0.95, 1].map((part) => share(times, part).toFixed(decimals));
}

function share(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? NaN;
}

function print([name, ...figures]: readonly string[]): void {
  const cells = figures.map((figure) => figure.padStart(10));
  process.stdout.write(`${name!.padEnd(28)}${cells.join("")}\n`);
}
