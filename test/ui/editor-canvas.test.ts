import type { Page } from "playwright-core";
import sharp from "sharp";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { AnnotationChange, EditableAnnotation } from "../../shared/domain/editing.ts";
import type { XywhPixels } from "../../shared/domain/records.ts";
import { inPage, origin, startEditorBrowser, type EditorBrowser } from "./editor-page.ts";

const WIDTH = 200;
const HEIGHT = 140;
/** Of the bright rectangle drawn in the picture. */
const OBJECT: XywhPixels = [120, 60, 11, 8];

const label = (id: number, box: XywhPixels): EditableAnnotation => ({
  id,
  box,
  categoryId: 2,
  crowd: false,
  ignore: false,
  area: box[2] * box[3],
  masked: false,
});
const near = label(1, [40, 30, 5, 4]);
const other = label(2, [52, 30, 6, 6]);
const region = label(3, [20, 15, 80, 60]);

describe("the editor's canvas", () => {
  let browser: EditorBrowser;
  let picture: Buffer;
  let page: Page;

  beforeAll(async () => {
    browser = await startEditorBrowser();
    const [x, y, w, h] = OBJECT;
    const object = await sharp({
      create: { width: w, height: h, channels: 3, background: { r: 210, g: 200, b: 190 } },
    })
      .png()
      .toBuffer();
    picture = await sharp({
      create: { width: WIDTH, height: HEIGHT, channels: 3, background: { r: 60, g: 64, b: 58 } },
    })
      .composite([{ input: object, left: x, top: y }])
      .png()
      .toBuffer();
  });
  afterAll(async () => {
    await browser.close();
  });
  afterEach(async () => {
    await page.context().close();
  });

  async function open(labels: readonly EditableAnnotation[], scale = 4): Promise<void> {
    page = await browser.open({ picture });
    const given = { url: `${origin}/picture`, width: WIDTH, height: HEIGHT, labels };
    await inPage(
      page,
      (editorPage, { url, width, height, labels: list }) => {
        editorPage.openPicture(url, width, height);
        editorPage.load(list);
      },
      given,
    );
    await zoomTo(scale);
    await page.waitForLoadState("networkidle");
  }

  /** Scales with the middle of the view fixed. */
  async function zoomTo(scale: number): Promise<void> {
    await inPage(page, ({ editor, view }, to) => editor.zoomBy(to / view!.scale), scale);
  }

  async function onScreen(x: number, y: number): Promise<{ x: number; y: number }> {
    const view = await inPage(page, (editorPage) => editorPage.view, null);
    return { x: x * view!.scale + view!.originX, y: y * view!.scale + view!.originY };
  }
  async function at(x: number, y: number): Promise<void> {
    const to = await onScreen(x, y);
    await page.mouse.move(to.x, to.y);
  }
  /** Presses at an image point and drags by screen pixels; the button stays down. */
  async function dragBy(x: number, y: number, dx: number, dy: number): Promise<void> {
    const from = await onScreen(x, y);
    await page.mouse.move(from.x, from.y);
    await page.mouse.down();
    await page.mouse.move(from.x + dx + 9, from.y + dy, { steps: 3 });
    await page.mouse.move(from.x + dx, from.y + dy);
  }
  async function click(x: number, y: number): Promise<void> {
    const to = await onScreen(x, y);
    await page.mouse.click(to.x, to.y);
  }
  const selection = () => inPage(page, (editorPage) => editorPage.selection, null);
  const select = (...ids: number[]) =>
    inPage(page, ({ editor }, chosen) => editor.setSelection(new Set(chosen)), ids);
  const edits = () =>
    inPage(
      page,
      ({ told }) => told.filter(({ name }) => name === "edit").map(({ value }) => value),
      null,
    ) as Promise<{ action: string; changes: AnnotationChange[] }[]>;
  const told = (wanted: string) =>
    inPage(
      page,
      ({ told: all }, name) => all.filter((each) => each.name === name).map(({ value }) => value),
      wanted,
    );
  const options = (next: object) =>
    inPage(page, ({ editor }, given) => editor.setOptions(given), next);
  const cursor = () => page.evaluate<string>("document.querySelector('#root').style.cursor");

  /** The picture of the canvas once what was asked for is painted. */
  async function painted(): Promise<Buffer> {
    await page.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done, 30)))");
    return page.screenshot();
  }
  const boxAfter = async () => (await edits()).at(-1)!.changes[0]!.after!.box;

  test("a click takes the smallest, further ones what lies under it; Shift adds", async () => {
    await open([region, near, other]);
    await click(42, 32);
    expect(await selection()).toEqual([1]);
    await click(42, 32);
    expect(await selection()).toEqual([3]);
    await click(42, 32);
    expect(await selection()).toEqual([1]);
    await page.keyboard.down("Shift");
    await click(55, 33);
    expect(await selection()).toEqual([1, 2]);
    await click(42, 32);
    expect(await selection()).toEqual([2]);
    await page.keyboard.up("Shift");
    await click(150, 120);
    expect(await selection()).toEqual([]);
  });

  test("the cursor says what a press would do", async () => {
    await open([near, other]);
    await at(42, 32);
    expect(await cursor()).toBe("pointer");
    await select(1);
    await at(42.1, 32);
    expect(await cursor()).toBe("move");
    // The box is 20 x 16 pixels on screen: its handles lie outside.
    await page.mouse.move((await onScreen(45, 34)).x + 7, (await onScreen(45, 34)).y + 8);
    expect(await cursor()).toBe("nwse-resize");
    await at(150, 120);
    expect(await cursor()).toBe("default");
    await options({ tool: "draw" });
    await at(151, 120);
    expect(await cursor()).toBe("crosshair");
    await options({ panKey: true });
    await at(150, 120);
    expect(await cursor()).toBe("grab");
  });

  test("at 64x a drag of 3 screen pixels more moves a box by 3/64 of a pixel more", async () => {
    await open([near, other], 64);
    await inPage(page, ({ editor }) => editor.show([40, 30, 5, 4]), null);
    await zoomTo(64);
    await select(1);
    await dragBy(42, 32, 35, 0);
    await page.mouse.up();
    const [moved] = await edits();
    expect(moved).toMatchObject({
      action: "move",
      changes: [{ id: 1, before: { box: near.box } }],
    });
    const [x, y, w, h] = await boxAfter();
    expect(x).toBe(40 + 35 / 64);
    expect([y, w, h]).toEqual([30, 5, 4]);
  });

  test("a box of five screen pixels can be moved and resized", async () => {
    await open([near, other], 1);
    await select(1);
    await dragBy(42, 32, 14, -6);
    await page.mouse.up();
    expect(await boxAfter()).toEqual([54, 24, 5, 4]);
    const corner = await onScreen(56.5, 26);
    await page.mouse.move(corner.x + 16, corner.y + 16);
    expect(await cursor()).toBe("nwse-resize");
    await page.mouse.down();
    await page.mouse.move(corner.x + 19, corner.y + 18, { steps: 3 });
    await page.mouse.up();
    expect((await edits()).at(-1)).toMatchObject({ action: "resize" });
    expect(await boxAfter()).toEqual([54, 24, 8, 6]);
  });

  test("a band takes several, and dragging one of them moves all alike", async () => {
    await open([region, near, other]);
    await dragBy(105, 80, (35 - 105) * 4, (25 - 80) * 4);
    await page.mouse.up();
    expect(await selection()).toEqual([1, 2]);
    await dragBy(55, 33, 20, 8);
    await page.mouse.up();
    const [move] = await edits();
    expect(move!.changes.map(({ id, after }) => [id, after!.box])).toEqual([
      [1, [45, 32, 5, 4]],
      [2, [57, 32, 6, 6]],
    ]);
  });

  test("what was moved stays where it is until the page answers, and then too", async () => {
    await open([near, other]);
    await select(1);
    await inPage(page, (editorPage) => (editorPage.answers = false), null);
    await dragBy(42, 32, 60, 40);
    await page.mouse.up();
    await at(150, 120);
    const before = await painted();
    await inPage(page, (editorPage) => editorPage.answer(), null);
    expect((await painted()).equals(before)).toBe(true);
  });

  test("Escape and a lost window put everything back", async () => {
    await open([near, other]);
    await select(1);
    await at(150, 120);
    const before = await painted();
    await dragBy(42, 32, 60, 40);
    expect(await inPage(page, ({ editor }) => editor.cancelGesture(), null)).toBe(true);
    await page.mouse.up();
    await at(150, 120);
    expect((await painted()).equals(before)).toBe(true);
    await dragBy(42, 32, 60, 40);
    await page.evaluate("window.dispatchEvent(new Event('blur'))");
    await page.mouse.up();
    await at(150, 120);
    expect((await painted()).equals(before)).toBe(true);
    expect(await edits()).toEqual([]);
    expect(await inPage(page, ({ editor }) => editor.cancelGesture(), null)).toBe(false);
  });

  test("a box is drawn from corner to corner and told while it is", async () => {
    await open([]);
    await options({ tool: "draw", categoryId: 7 });
    await dragBy(60, 40, 25, 15);
    await page.mouse.up();
    expect(await edits()).toEqual([
      {
        action: "draw",
        changes: [
          {
            id: -1,
            before: null,
            after: { categoryId: 7, box: [60, 40, 6.25, 3.75], crowd: false, ignore: false },
          },
        ],
      },
    ]);
    expect((await told("draft")).slice(-2)).toEqual([[60, 40, 6.25, 3.75], null]);
  });

  test("without a class the page is asked for one", async () => {
    await open([]);
    await options({ tool: "draw" });
    await dragBy(60, 40, 25, 15);
    await page.mouse.up();
    expect(await edits()).toEqual([]);
    expect(await told("noClass")).toHaveLength(1);
  });

  test("with snapping a rough box lies on the object; with Alt it stays rough", async () => {
    await open([]);
    await options({ tool: "draw", categoryId: 7, snap: true });
    // The corners are off by about a pixel, 4 on screen.
    await dragBy(119, 61, 53, 24);
    await page.mouse.up();
    const snapped = await boxAfter();
    OBJECT.forEach((value, i) => expect(snapped[i]).toBeCloseTo(value, 6));
    await page.keyboard.down("Alt");
    await dragBy(119, 61, 53, 24);
    await page.mouse.up();
    await page.keyboard.up("Alt");
    expect(await boxAfter()).toEqual([119, 61, 13.25, 6]);
  });

  test("each click with the stamp sets a box of its size", async () => {
    await open([]);
    await options({ tool: "stamp", categoryId: 7, stamp: [6, 5] });
    await click(50, 40);
    await click(61.25, 40);
    const stamped = (await edits()).map(({ action, changes }) => [action, changes[0]!.after!.box]);
    expect(stamped).toEqual([
      ["stamp", [47, 37.5, 6, 5]],
      ["stamp", [58.25, 37.5, 6, 5]],
    ]);
  });

  test("a region is told, and no label drawn", async () => {
    await open([]);
    await options({ tool: "region" });
    await dragBy(60, 40, 200, 100);
    await page.mouse.up();
    expect(await told("region")).toEqual([[60, 40, 50, 25]]);
    expect(await edits()).toEqual([]);
  });

  test("zooming in the middle of a drag does not move the box on its own", async () => {
    await open([near, other]);
    await select(1);
    await dragBy(42, 32, 40, 20);
    await page.mouse.wheel(0, -200);
    await expect.poll(() => inPage(page, ({ view }) => view!.scale, null)).toBeGreaterThan(5);
    await page.mouse.up();
    const [x, y] = await boxAfter();
    expect(x).toBeCloseTo(50, 9);
    expect(y).toBeCloseTo(35, 9);
  });

  test("the middle button pans while drawing, and draws nothing", async () => {
    await open([near]);
    await options({ tool: "draw", categoryId: 7 });
    const before = await inPage(page, ({ view }) => view!.originX, null);
    await at(60, 40);
    await page.mouse.down({ button: "middle" });
    await page.mouse.move(400, 300, { steps: 4 });
    await page.mouse.move(430, 300);
    await page.mouse.up({ button: "middle" });
    expect(await inPage(page, ({ view }) => view!.originX, null)).not.toBe(before);
    expect(await edits()).toEqual([]);
  });

  test("a ghost that is clicked is told by its place", async () => {
    await open([near]);
    await inPage(
      page,
      ({ editor }) =>
        editor.setGhosts([
          {
            kind: "prediction",
            falseAlarm: true,
            categoryId: 2,
            score: 0.4,
            box: [90, 90, 7, 7],
          },
          { kind: "proposal", falseAlarm: false, categoryId: 2, score: 0.4, box: [70, 90, 7, 7] },
        ]),
      null,
    );
    await click(73, 93);
    expect(await told("ghost")).toEqual([1]);
    await options({ showGhosts: false });
    await click(93, 93);
    expect(await told("ghost")).toEqual([1]);
  });

  test("a count of many labels opens when it is clicked, and its labels can be selected with a band", async () => {
    const crowd = Array.from({ length: 40 }, (_, i) =>
      label(i + 1, [100 + (i % 8), 60 + Math.floor(i / 8), 0.8, 0.8]),
    );
    await open(crowd, 2);
    const { x, y } = await onScreen(104, 62);
    await page.mouse.move(x, y);
    expect(await cursor()).toBe("zoom-in");
    await page.mouse.click(x, y);
    expect(await inPage(page, ({ view }) => view!.scale, null)).toBeCloseTo(6, 9);
    await dragBy(80, 50, 6 * 60, 6 * 40);
    await page.mouse.up();
    expect(await selection()).toHaveLength(40);
  });

  test("a picture of 100 megapixels comes by tiles, and the loupe does not send them away", async () => {
    page = await browser.open();
    await inPage(
      page,
      (editorPage, given) => {
        editorPage.openTiles(given.origin, 12_000, 9000);
        editorPage.load([]);
        editorPage.editor.zoomBy(1 / editorPage.view!.scale);
        editorPage.editor.setOptions({ tool: "draw", categoryId: 7, snap: true, loupe: true });
      },
      { origin },
    );
    for (let i = 0; i < 12; i += 1) await page.mouse.move(300 + 30 * i, 200 + 20 * i);
    // The middle of the view lies in the tile at (5120, 4096): 60 + 9 * 8 is its grey.
    const middle = `(() => {
      const copy = Object.assign(document.createElement("canvas"), { width: 1, height: 1 });
      const ctx = copy.getContext("2d");
      ctx.drawImage(document.querySelector("canvas[data-layer=picture]"), -500, -350);
      return ctx.getImageData(0, 0, 1, 1).data[0];
    })()`;
    await expect.poll(() => page.evaluate<number>(middle)).toBe(132);
    await dragBy(6000, 4500, 40, 30);
    await page.mouse.up();
    expect(await boxAfter()).toEqual([6000, 4500, 40, 30]);
  });
});
