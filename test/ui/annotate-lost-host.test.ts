import { expect, test } from "vitest";
import type { EditedImage } from "../../shared/api/annotations.ts";
import { openImage, saved } from "./annotate-page.ts";
import { startWorkbench } from "./browser.ts";
import { sampleRun } from "./sample-run.ts";

test("a drag in progress is all that kill -9 loses", async () => {
  const first = await startWorkbench();
  const sample = await sampleRun(first);
  const imageId = (await sample.cards({}, "name"))[1]!.id;
  const path = `/annotate/${imageId}?${sample.query}`;
  const { page } = await first.open(path);
  await openImage(page);
  for (const key of ["Tab", "Shift+ArrowRight", "Tab", "Delete"]) await page.keyboard.press(key);
  await saved(page);
  const before = (await first.call("annotations/get", { imageId })) as EditedImage;
  // The box in the middle of the view is the selected one: it is grabbed, dragged, and not let go.
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  for (let i = 0; i < 6; i += 1) await page.keyboard.press("+");
  const canvas = (await page.locator("canvas[data-layer=focus]").boundingBox())!;
  await page.keyboard.press("b");
  await page.mouse.move(canvas.x + canvas.width / 2, canvas.y + canvas.height / 2);
  await page.mouse.down();
  await page.mouse.move(canvas.x + canvas.width / 2 + 90, canvas.y + canvas.height / 2 + 60, {
    steps: 5,
  });
  await page.locator("[data-readout] dl").waitFor();
  await first.kill();
  const second = await startWorkbench(first.dataFolder);
  try {
    const after = (await second.call("annotations/get", { imageId })) as EditedImage;
    expect(after).toEqual(before);
    const reopened = await second.open(path);
    await reopened.page.locator(`[data-labels="${before.annotations.length}"]`).waitFor();
    await reopened.page.keyboard.press("Control+z");
    await reopened.page.locator(`[data-labels="${before.annotations.length + 1}"]`).waitFor();
    expect(reopened.errors).toEqual([]);
  } finally {
    await second.close();
  }
});

test("edits that nobody saved are there when their tab is closed and Fovea comes back", async () => {
  const first = await startWorkbench();
  const sample = await sampleRun(first);
  const imageId = (await sample.cards({}, "name"))[1]!.id;
  const path = `/annotate/${imageId}?${sample.query}`;
  const { page } = await first.open(path);
  await openImage(page);
  const before = (await first.call("annotations/get", { imageId })) as EditedImage;
  const context = page.context();
  await first.killHost();
  for (const key of ["Tab", "Shift+ArrowRight", "Control+d", "ArrowDown"])
    await page.keyboard.press(key);
  await page.locator(`[data-labels="${before.annotations.length + 1}"]`).waitFor();
  await page.locator('[data-save="failed"]').waitFor();
  await page.close();
  const second = await startWorkbench(first.dataFolder);
  try {
    const unsaved = (await second.call("annotations/get", { imageId })) as EditedImage;
    expect(unsaved.annotations).toEqual(before.annotations);
    const reopened = await second.open(path, {}, context);
    await reopened.page.getByText("3 edits that waited", { exact: false }).waitFor();
    await openImage(reopened.page);
    await saved(reopened.page);
    const after = (await second.call("annotations/get", { imageId })) as EditedImage;
    const was = new Map(before.annotations.map((label) => [label.id, label.box]));
    const moved = after.annotations.filter(
      ({ id, box }) => was.has(id) && was.get(id)![0] !== box[0],
    );
    const [x, y, w, h] = was.get(moved[0]!.id)!;
    expect(moved.map(({ box }) => box)).toEqual([[x + 10, y, w, h]]);
    const copies = after.annotations.filter(({ id }) => !was.has(id));
    expect(copies.map(({ box }) => box)).toEqual([[x + 14, y + 5, w, h]]);
    expect(reopened.errors).toEqual([]);
  } finally {
    await second.close();
    await first.close();
  }
});
