import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { FailureCard, FailureReason } from "../../shared/api/images.ts";
import { startWorkbench, type Workbench } from "./browser.ts";
import { sampleRun, type SampleRun } from "./sample-run.ts";

const reasonWords: Readonly<Record<FailureReason, string>> = {
  "no-detection": "No detection near",
  "wrong-class": "Wrong class",
  "poor-box": "Box too far off",
  duplicate: "Found twice",
  "below-score": "Score too low",
  "beyond-max-dets": "Beyond maxDets",
  background: "Nothing there",
};

describe("the image view", () => {
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

  async function openImage(imageId: number, query = "") {
    const opened = await workbench.open(`/images/${imageId}?${sample.query}${query}`);
    await opened.page.locator(`[data-image="${imageId}"]`).waitFor();
    await pictureShown(opened.page);
    return opened;
  }

  test("counts and list say what the main side says", async () => {
    const { page, errors } = await openImage(imageIds[1]!);
    expect(await chips(page)).toEqual(await judged(imageIds[1]!, 0.3));
    const { annotations, predictions } = await sample.detail(imageIds[1]!, { score: 0.3 });
    const shown = predictions.filter(({ verdict }) => verdict !== "below-score").length;
    const objects = `${annotations.length + shown} objects`;
    await page.getByText(objects, { exact: true }).waitFor();
    expect(errors).toEqual([]);
    await page.context().close();
  });

  test.each([0.05, 0.55, 0.92])(
    "at a score of %f the verdicts judged in the page are the main side's",
    async (score) => {
      const { page } = await openImage(imageIds[4]!, `&score=${score}`);
      expect(await chips(page)).toEqual(await judged(imageIds[4]!, score));
      await page.context().close();
    },
  );

  test("the score slider acts at once, without asking, and is written to the address", async () => {
    const { page } = await openImage(imageIds[0]!);
    const before = await chips(page);
    let asked = 0;
    page.on("request", (request) => {
      if (request.url().endsWith("/api/images/get")) asked += 1;
    });
    await page.locator('[data-slider="score"] [role="slider"]').focus();
    for (let i = 0; i < 30; i += 1) await page.keyboard.press("ArrowRight");
    await page.waitForURL(/score=0\.6/);
    const after = await chips(page);
    expect(after).toEqual(await judged(imageIds[0]!, 0.6));
    expect(after["miss"]).toBeGreaterThan(before["miss"]!);
    expect(asked).toBe(0);
    await page.context().close();
  });

  test.each([0.3, 0.8])(
    "at a score of %f the read-out says why, as the main side does",
    async (score) => {
      const filter = { runId: sample.runId, score };
      const { items } = (await workbench.call("failures/query", { filter, limit: 500 })) as {
        items: FailureCard[];
      };
      const told = new Map(items.map((card) => [card.reason, card]));
      expect(told.size).toBeGreaterThan(1);
      for (const card of told.values()) {
        const object =
          card.kind === "miss" ? `gt-${card.annotationId}` : `p-${card.predictionIndex}`;
        const { page } = await openImage(card.imageId, `&score=${score}&object=${object}`);
        await page.locator(".readout dd", { hasText: reasonWords[card.reason] }).waitFor();
        await page.context().close();
      }
    },
  );

  test("zooms at the cursor until each pixel of the original is a sharp square of 64", async () => {
    const { page, errors } = await openImage(imageIds[2]!);
    const centre = await middleOf(page);
    await page.mouse.move(centre.x, centre.y);
    for (let i = 0; i < 40; i += 1) await page.mouse.wheel(0, -120);
    await page.getByText("×64", { exact: true }).waitFor();
    const colours = await page.evaluate<number>(DISTINCT_COLOURS_IN_A_ROW);
    // 600 screen pixels are at most 11 pixels of the picture, and as many again where the grid lies on them.
    expect(colours).toBeLessThanOrEqual(22);
    await page.keyboard.press("f");
    await page.getByText("×64", { exact: true }).waitFor({ state: "detached" });
    expect(errors).toEqual([]);
    await page.context().close();
  });

  test("G and P switch ground truth and predictions off and on", async () => {
    const { page } = await openImage(imageIds[3]!);
    const drawn = async () => {
      await nextFrames(page);
      return page.evaluate<number>(PAINTED_PIXELS);
    };
    const all = await drawn();
    await page.keyboard.press("g");
    const predictions = await drawn();
    await page.keyboard.press("p");
    expect(await drawn()).toBe(0);
    expect(predictions).toBeGreaterThan(0);
    expect(predictions).toBeLessThan(all);
    await page.getByText("None of these here").waitFor();
    await page.keyboard.press("g");
    await page.keyboard.press("p");
    expect(await drawn()).toBe(all);
    await page.context().close();
  });

  test("Tab steps through the objects from the smallest on, and a reload shows the same one", async () => {
    const { page } = await openImage(imageIds[5]!);
    await page.keyboard.press("Tab");
    await page.keyboard.press("Tab");
    const selected = page.locator('[role="option"][aria-selected="true"]');
    await selected.waitFor();
    expect(await selected.getAttribute("aria-posinset")).toBe("2");
    await page.waitForURL(/object=/);
    const label = await selected.getAttribute("aria-label");
    await page.reload();
    await selected.waitFor();
    expect(await selected.getAttribute("aria-label")).toBe(label);
    await page.keyboard.press("Escape");
    await selected.waitFor({ state: "detached" });
    await page.context().close();
  });

  test("the object in the address is in the middle; there it is clicked", async () => {
    const { annotations } = await sample.detail(imageIds[6]!, { score: 0.3 });
    const miss = annotations.find(({ verdict }) => verdict === "miss")!;
    const { page } = await openImage(imageIds[6]!, `&object=gt-${miss.id}`);
    const selected = page.locator('[role="option"][aria-selected="true"]');
    await selected.waitFor();
    await page.keyboard.press("Escape");
    await selected.waitFor({ state: "detached" });
    const centre = await middleOf(page);
    await page.mouse.click(centre.x, centre.y);
    await page.waitForURL(new RegExp(`object=gt-${miss.id}`));
    await page.context().close();
  });

  test("N goes from failure to failure and on to the next image that has one", async () => {
    const { annotations, predictions } = await sample.detail(imageIds[0]!, { score: 0.3 });
    const failures =
      annotations.filter(({ verdict }) => verdict === "miss").length +
      predictions.filter(({ verdict }) => verdict === "false-alarm").length;
    const { page, errors } = await openImage(imageIds[0]!);
    const seen = new Set<string | null>();
    for (let i = 0; i < failures; i += 1) {
      const before = new URL(page.url()).searchParams.get("object");
      await page.keyboard.press("n");
      await page.waitForURL((url) => url.searchParams.get("object") !== before);
      seen.add(new URL(page.url()).searchParams.get("object"));
    }
    expect(seen.size).toBe(failures);
    await page.keyboard.press("n");
    await page.waitForURL(new RegExp(`/images/${imageIds[1]}\\?.*object=failure`));
    await page.locator('[role="option"][aria-selected="true"]').waitFor();
    expect(errors).toEqual([]);
    await page.context().close();
  });

  test("J and K go through the images of the grid in its order", async () => {
    const worst = await sample.cards({}, "worst");
    const { page } = await openImage(worst[2]!.id, "&sort=worst");
    await page.getByText(`3 of ${worst.length}`).waitFor();
    await page.keyboard.press("j");
    await page.locator(`[data-image="${worst[3]!.id}"]`).waitFor();
    await page.keyboard.press("k");
    await page.keyboard.press("ArrowLeft");
    await page.locator(`[data-image="${worst[1]!.id}"]`).waitFor();
    await page.goBack();
    await page.locator(`[data-image="${worst[2]!.id}"]`).waitFor();
    await page.context().close();
  });

  test("an image that is not there is told, not shown empty", async () => {
    const { page } = await workbench.open(`/images/987654?${sample.query}`);
    await page.getByRole("alert").waitFor();
    await page.context().close();
  });

  async function judged(imageId: number, score: number): Promise<Record<string, number>> {
    const { annotations, predictions } = await sample.detail(imageId, { score });
    const truth = (verdict: string) =>
      annotations.filter((object) => object.verdict === verdict).length;
    const predicted = (verdict: string) =>
      predictions.filter((object) => object.verdict === verdict).length;
    return {
      miss: truth("miss"),
      "false-alarm": predicted("false-alarm"),
      hit: truth("hit"),
      ignored: truth("ignored") + predicted("ignored"),
    };
  }
});

async function chips(page: Page): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const chip of await page.locator("[data-chip]").all()) {
    const verdict = (await chip.getAttribute("data-chip"))!;
    counts[verdict] = Number((await chip.locator("b").textContent())?.replaceAll(",", ""));
  }
  return counts;
}

async function middleOf(page: Page) {
  const box = (await page.locator("canvas[data-layer=focus]").boundingBox())!;
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

async function nextFrames(page: Page): Promise<void> {
  await page.evaluate(
    "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))",
  );
}

/** Reads a part of a layer through a copy: reading back from the canvas itself would slow it down, and warns. */
const readLayer = (layer: string, area: string) => `((canvas) => {
  const [x, y, w, h] = ((width, height) => ${area})(canvas.width, canvas.height);
  const copy = Object.assign(document.createElement("canvas"), { width: w, height: h });
  const ctx = copy.getContext("2d", { willReadFrequently: true });
  ctx.drawImage(canvas, -x, -y);
  return ctx.getImageData(0, 0, w, h).data;
})(document.querySelector("canvas[data-layer=${layer}]"))`;

/** Waits until the middle of the picture is no longer the ground it lies on. */
async function pictureShown(page: Page): Promise<void> {
  const alpha = `${readLayer("picture", "[width >> 1, height >> 1, 1, 1]")}[3]`;
  await expect.poll(() => page.evaluate<number>(alpha), { timeout: 30_000 }).toBe(255);
}

const PAINTED_PIXELS = `${readLayer("boxes", "[0, 0, width, height]")}
  .reduce((painted, value, i) => painted + (i % 4 === 3 && value > 0 ? 1 : 0), 0)`;

const DISTINCT_COLOURS_IN_A_ROW = `(() => {
  const data = ${readLayer("picture", "[0, height >> 1, 600, 1]")};
  const colours = new Set();
  for (let i = 0; i < data.length; i += 4) colours.add(data.slice(i, i + 3).join());
  return colours.size;
})()`;
