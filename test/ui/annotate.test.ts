import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { EditedImage, LabelProgress } from "../../shared/api/annotations.ts";
import type { LiveScore } from "../../shared/api/live.ts";
import { streetFolder } from "../fixtures/models/street.ts";
import { writeOnnx } from "../unit/models/onnx/small-graph.ts";
import { imageChanged, openImage, saved } from "./annotate-page.ts";
import { importDamaged, importPictures } from "./annotate-project.ts";
import { startWorkbench, type Workbench } from "./browser.ts";
import { sampleRun, type SampleRun } from "./sample-run.ts";

describe("the Annotate page", () => {
  let workbench: Workbench;
  let sample: SampleRun;
  let imageIds: readonly number[];

  beforeAll(async () => {
    workbench = await startWorkbench();
    sample = await sampleRun(workbench);
    imageIds = (await sample.cards({}, "name")).map(({ id }) => id);
  });
  afterAll(async () => {
    await workbench.close();
  });

  const labelsOf = async (imageId: number) =>
    (await workbench.call("annotations/get", { imageId })) as EditedImage;

  test("ten images are labelled from nothing with keys only", async () => {
    const datasetId = await importPictures(workbench);
    const { page, errors } = await workbench.open(`/annotate?dataset=${datasetId}`);
    await page.locator(".main[data-image]").waitFor();
    await page.keyboard.press("c");
    await page.keyboard.type("car", { delay: 5 });
    await page.keyboard.press("Enter");
    await page.locator('[data-class="car"][aria-pressed="true"]').waitFor();
    const seen = new Set<number>();
    for (let at = 0; at < 10; at += 1) {
      const imageId = await openImage(page);
      seen.add(imageId);
      // A box in the middle, moved and made larger; a second one beside it, marked as ignored.
      for (const key of ["a", "Shift+ArrowLeft", "ArrowUp", "Alt+ArrowUp", "Control+ArrowRight"])
        await page.keyboard.press(key);
      for (const key of ["Control+d", "Shift+ArrowDown", "i"]) await page.keyboard.press(key);
      await page.locator(`.main[data-labels="2"]`).waitFor();
      await page.keyboard.press("Enter");
      if (at < 9) await imageChanged(page, imageId);
    }
    await page.getByText("10 of 10 images reviewed").waitFor();
    await saved(page);
    expect(seen.size).toBe(10);
    const progress = (await workbench.call("annotations/progress", { datasetId })) as LabelProgress;
    expect(progress.images).toEqual({ todo: 0, done: 10, checked: 0 });
    for (const imageId of seen) {
      const { annotations } = await labelsOf(imageId);
      expect(annotations.map(({ box, ignore }) => [box[2], box[3], ignore])).toEqual([
        [13, 12, false],
        [13, 12, true],
      ]);
      const [first, second] = annotations;
      expect([second!.box[0] - first!.box[0], second!.box[1] - first!.box[1]]).toEqual([4, 14]);
    }
    expect(errors).toEqual([]);
    await page.context().close();
  });

  test("twenty suspects are fixed and AP rises", async () => {
    const { datasetId, runId } = await importDamaged(workbench);
    const { page, errors } = await workbench.open(`/annotate?dataset=${datasetId}&run=${runId}`);
    const headline = page.locator('[data-bucket="headline"]');
    await headline.waitFor();
    const before = (await workbench.call("live/score", { runId })) as LiveScore;
    await page.keyboard.press("Alt+s");
    const left = page.locator("[data-suspects][data-count]");
    await left.waitFor();
    await page.locator("[data-suspect]").waitFor();
    const first = Number(await left.getAttribute("data-count"));
    for (let solved = 1; solved <= 20; solved += 1) {
      await page.keyboard.press("a");
      await page.getByText(`${solved} solved`, { exact: true }).waitFor();
    }
    await saved(page);
    const after = (await workbench.call("live/score", { runId })) as LiveScore;
    expect(after.headline).toBeGreaterThan(before.headline!);
    await page.locator(`table[data-revision="${after.revision}"]`).waitFor();
    expect(await headline.locator("[data-session]").getAttribute("data-way")).toBe("up");
    expect(Number(await left.getAttribute("data-count"))).toBeLessThan(first);
    // The last decision is taken back, and its suspect is there again.
    const key = await page.locator("[data-suspect]").innerText();
    await page.keyboard.press("Control+z");
    await page.getByText("19 solved", { exact: true }).waitFor();
    await expect.poll(() => page.locator("[data-suspect]").innerText()).not.toBe(key);
    expect(errors).toEqual([]);
    await page.context().close();
  });

  test("a rejected suspect stays rejected until it is taken back", async () => {
    const { page } = await workbench.open(`/annotate/${imageIds[0]}?${sample.query}`);
    await openImage(page);
    await page.keyboard.press("Alt+s");
    await page.locator("[data-suspect]").waitFor();
    const left = page.locator("[data-suspects][data-count]");
    const first = Number(await left.getAttribute("data-count"));
    await page.keyboard.press("x");
    await page.getByText("1 solved", { exact: true }).waitFor();
    await page.reload();
    await expect.poll(() => left.getAttribute("data-count")).toBe(String(first - 1));
    await page.locator("[data-suspect]").waitFor();
    await page.keyboard.press("x");
    await page.getByText("1 solved", { exact: true }).waitFor();
    await page.keyboard.press("Control+z");
    await expect.poll(() => left.getAttribute("data-count")).toBe(String(first - 1));
    await page.context().close();
  });

  test("labels are copied from one image to another, and taken back one edit at a time", async () => {
    const [from, to] = [imageIds[2]!, imageIds[3]!];
    const source = await labelsOf(from);
    const target = await labelsOf(to);
    const { page, errors } = await workbench.open(`/annotate/${from}?${sample.query}`);
    await openImage(page);
    for (const key of ["Control+a", "Control+c", "Escape", "j"]) await page.keyboard.press(key);
    await imageChanged(page, from);
    await page.keyboard.press("Control+v");
    await page
      .locator(`[data-labels="${source.annotations.length + target.annotations.length}"]`)
      .waitFor();
    await page.keyboard.press("2");
    await saved(page);
    const now = await labelsOf(to);
    const pasted = now.annotations.slice(target.annotations.length);
    expect(pasted.map(({ box }) => box)).toEqual(source.annotations.map(({ box }) => box));
    expect(new Set(pasted.map(({ categoryId }) => categoryId)).size).toBe(1);
    await page.keyboard.press("Control+z");
    await expect.poll(async () => (await labelsOf(to)).undo?.action).toBe("paste");
    await page.keyboard.press("Control+z");
    await page.locator(`[data-labels="${target.annotations.length}"]`).waitFor();
    expect((await labelsOf(to)).annotations).toEqual(target.annotations);
    expect(errors).toEqual([]);
    await page.context().close();
  });

  test("the read-out follows the keys to a quarter of a pixel, and takes exact values", async () => {
    const imageId = imageIds[5]!;
    const { page } = await workbench.open(`/annotate/${imageId}?${sample.query}`);
    await openImage(page);
    await page.keyboard.press("Tab");
    const x = page.locator('[data-field="x"]');
    const at = Number(await x.inputValue());
    await page.keyboard.press("Alt+ArrowRight");
    await page.keyboard.press("ArrowRight");
    await expect.poll(async () => Number(await x.inputValue())).toBeCloseTo(at + 1.25, 6);
    await saved(page);
    await page.locator('[data-field="w"]').fill("5.125");
    await page.keyboard.press("Enter");
    await page.locator('[data-field="h"]').fill("4");
    await page.keyboard.press("Enter");
    await page.getByText("5.1 × 4.0 px", { exact: false }).first().waitFor();
    // 640 / 1152 of the original; the diagonal pixel leaves 4.125 * 3 of 2 * 20.5 less that.
    expect(await page.locator("[data-input]").innerText()).toContain("2.8 × 2.2 px after resize");
    expect(await page.locator("[data-shift]").innerText()).toContain("0.43");
    await saved(page);
    const { undo } = await labelsOf(imageId);
    expect(undo?.action).toBe("resize");
    await page.context().close();
  });

  test("an edit that meets another window's is not saved, said, and can be made again", async () => {
    const imageId = imageIds[6]!;
    const { page } = await workbench.open(`/annotate/${imageId}?${sample.query}`);
    await openImage(page);
    await page.keyboard.press("Tab");
    await page.waitForURL(/object=gt-\d+/);
    const id = Number(/gt-(\d+)/.exec(page.url())![1]);
    const before = (await labelsOf(imageId)).annotations.find((label) => label.id === id)!;
    const { box, categoryId, crowd, ignore } = before;
    // The other window's edit comes while this one has not sent its own.
    await page.keyboard.press("ArrowRight");
    await workbench.call("annotations/edit", {
      imageId,
      action: "ignore",
      changes: [
        {
          id,
          before: { box, categoryId, crowd, ignore },
          after: { box, categoryId, crowd, ignore: !ignore },
        },
      ],
      origin: "another window",
    });
    await page.locator("[data-conflict]").waitFor();
    await page.getByRole("button", { name: "Edit 1 label again" }).click();
    await expect
      .poll(async () => (await labelsOf(imageId)).annotations.find((label) => label.id === id))
      .toMatchObject({ ignore: !ignore, box: [box[0] + 1, box[1], box[2], box[3]] });
    await page.context().close();
  });

  test("edits wait while nobody answers, say so, and are saved when someone does", async () => {
    const imageId = imageIds[7]!;
    const { page } = await workbench.open(`/annotate/${imageId}?${sample.query}`);
    await openImage(page);
    const count = (await labelsOf(imageId)).annotations.length;
    await page.route("**/api/annotations/edit", (route) => route.abort());
    for (const key of ["a", "Control+d", "Tab", "Delete"]) await page.keyboard.press(key);
    await page.locator('[data-save="failed"]').waitFor();
    await page.getByText("Not saved: Fovea does not answer", { exact: false }).waitFor();
    await page.locator(`[data-labels="${count + 1}"]`).waitFor();
    // What waits is still there after a look at the next image.
    await page.keyboard.press("j");
    await imageChanged(page, imageId);
    await page.keyboard.press("k");
    await page.locator(`[data-image="${imageId}"][data-labels="${count + 1}"]`).waitFor();
    await page.unroute("**/api/annotations/edit");
    await saved(page);
    expect((await labelsOf(imageId)).annotations.length).toBe(count + 1);
    await page.context().close();
  });

  test("E leads from a failure on the wall to its box in the editor", async () => {
    const { page, errors } = await workbench.open(`/failures?${sample.query}`);
    await page.locator("[data-failure], .tile").first().waitFor();
    await page.keyboard.press("e");
    await page.waitForURL(/\/annotate\/\d+\?.*object=(gt|p)-\d+/);
    await openImage(page);
    await page.getByText(/×\d+/).first().waitFor();
    expect(errors).toEqual([]);
    await page.context().close();
  });

  test("a revision is named, compared with what came after, and restored", async () => {
    const imageId = imageIds[8]!;
    const { page, errors } = await workbench.open(`/annotate/${imageId}?${sample.query}`);
    await openImage(page);
    const count = (await labelsOf(imageId)).annotations.length;
    await page.locator('[data-do="history"]').click();
    await page.locator('[role="tab"][data-tab="revisions"]').click();
    await page.getByLabel("Name this revision").fill("before the round");
    await page.keyboard.press("Enter");
    await page.getByText("before the round", { exact: true }).waitFor();
    await page.keyboard.press("Escape");
    await page.locator(".annotate-canvas:focus").waitFor();
    for (const key of ["Tab", "Delete", "Tab", "Tab", "Shift+ArrowUp"])
      await page.keyboard.press(key);
    await page.locator(`[data-labels="${count - 1}"]`).waitFor();
    await saved(page);
    await page.locator('[data-do="history"]').click();
    await page.locator('[role="tab"][data-tab="revisions"]').click();
    await expect.poll(() => page.locator('[data-sum="removed"]').innerText()).toBe("1");
    expect(await page.locator('[data-sum="moved"]').innerText()).toBe("1");
    await page.locator('[data-do="restore"]').click();
    await page.locator(`[data-labels="${count}"]`).waitFor();
    expect(errors).toEqual([]);
    await page.context().close();
  });
});

test("a model's proposals are taken one by one, dismissed, and taken by class, with keys", async () => {
  const workbench = await startWorkbench();
  try {
    const { call, jobEnd, open } = workbench;
    await call("projects/create", { name: "Street" });
    const { suggestion } = (await call("imports/inspect", { path: await streetFolder(3) })) as {
      suggestion: object;
    };
    const { jobId } = (await call("imports/start", suggestion)) as { jobId: number };
    const { result } = await jobEnd(jobId);
    const file = writeOnnx(join(workbench.dataFolder, "cars.onnx"), {
      inputs: { images: { dims: [1, 3, 32, 64] } },
      outputs: { output0: { dims: [1, 4, 6], values: FOUR_DETECTIONS } },
      metadata: { names: "{0: 'person', 1: 'Car'}" },
    });
    await writeFile(`${file}.fovea.json`, JSON.stringify({ fit: "stretch" }));
    await call("models/add", { path: file, name: "cars" });
    const { page, errors } = await open(`/annotate?dataset=${Number(result?.["datasetId"])}`);
    const imageId = await openImage(page);
    await page.keyboard.press("Control+a");
    await page.keyboard.press("Delete");
    await page.locator('.main[data-labels="0"]').waitFor();
    await page.keyboard.press("m");
    const left = page.locator("[data-proposals]");
    await left.waitFor({ timeout: 60_000 });
    await expect.poll(() => left.getAttribute("data-count")).toBe("4");
    // The person comes first and alone; then the best of the cars, with the others of its class.
    await page.keyboard.press("a");
    await page.locator('.main[data-labels="1"]').waitFor();
    await page.keyboard.press("x");
    await expect.poll(() => left.getAttribute("data-count")).toBe("2");
    await page.keyboard.press("Shift+A");
    await page.locator('.main[data-labels="3"]').waitFor();
    await expect.poll(() => left.getAttribute("data-count")).toBe("0");
    await saved(page);
    const { undo, annotations } = (await call("annotations/get", { imageId })) as EditedImage;
    expect(undo?.action).toBe("accept");
    expect(annotations.map(({ box }) => box.map(Math.round))).toEqual([
      [16, 12, 16, 24],
      [60, 30, 10, 12],
      [90, 60, 8, 9],
    ]);
    // A part of the image: the same four within it. The second is taken first, then all that are left.
    await page.keyboard.press("r");
    const view = (await page.locator("canvas[data-layer=focus]").boundingBox())!;
    const middle = { x: view.x + view.width / 2, y: view.y + view.height / 2 };
    await page.mouse.move(middle.x, middle.y);
    await page.mouse.down();
    await page.mouse.move(middle.x + 120, middle.y + 80, { steps: 4 });
    await page.mouse.up();
    await expect.poll(() => left.getAttribute("data-count")).toBe("4");
    await page.keyboard.press("ArrowDown");
    await page.locator('#proposal-1[aria-selected="true"]').waitFor();
    await page.keyboard.press("a");
    await page.locator('.main[data-labels="4"]').waitFor();
    await page.keyboard.press("Control+Enter");
    await page.locator('.main[data-labels="7"]').waitFor();
    await page.keyboard.press("Control+z");
    await page.locator('.main[data-labels="4"]').waitFor();
    await saved(page);
    expect(errors).toEqual([]);
  } finally {
    await workbench.close();
  }
});

/** x1 y1 x2 y2 of a picture of 64 x 32, score, class: a person, and three cars. */
const FOUR_DETECTIONS = Float32Array.of(
  ...[8, 4, 16, 12, 0.95, 0],
  ...[40, 2, 46, 8, 0.9, 1],
  ...[30, 10, 35, 14, 0.8, 1],
  ...[45, 20, 49, 23, 0.7, 1],
);
