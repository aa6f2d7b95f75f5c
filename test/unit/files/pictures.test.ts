import { mkdirSync, readdirSync, statSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { pictureResponse } from "../../../main/api/pictures.ts";
import {
  cmykJpeg,
  gradient,
  jpeg,
  png,
  png16,
  tiff,
  turnedJpeg,
} from "../../fixtures/formats/pictures.ts";
import { folderOf } from "../../fixtures/formats/temp-folder.ts";

/** Asks for a view of a picture that is stored under this name. */
async function ask(
  files: Readonly<Record<string, string | Uint8Array>>,
  view: string,
  {
    name = Object.keys(files)[0]!,
    root = folderOf(files),
    headers = {},
    signal,
  }: {
    name?: string;
    root?: string;
    headers?: Record<string, string>;
    signal?: AbortSignal;
  } = {},
) {
  const cacheFolder = join(folderOf({}), "cache");
  const request = new Request(`http://127.0.0.1/api/pictures/5/${view}`, {
    headers,
    ...(signal === undefined ? {} : { signal }),
  });
  const response = await pictureResponse(request, {
    place: (imageId) => (imageId === 5 ? { root, path: name } : undefined),
    cacheFolder,
  });
  return { response, root, cacheFolder, name };
}

const pixelsOf = async (response: Response) => {
  const { data, info } = await sharp(await response.arrayBuffer())
    .raw()
    .toBuffer({ resolveWithObject: true });
  const at = (x: number, y: number) => [
    ...data.subarray(
      (y * info.width + x) * info.channels,
      (y * info.width + x) * info.channels + 3,
    ),
  ];
  return { ...info, at };
};

describe("file", () => {
  test.each([
    ["a.jpg", () => jpeg(60, 40), "image/jpeg"],
    ["größe 1.png", () => png(60, 40), "image/png"],
    ["wrong-name.png", () => jpeg(60, 40), "image/jpeg"],
  ])("what a browser shows is sent as it is: %s", async (name, make, type) => {
    const bytes = await make();
    const { response } = await ask({ [name]: bytes }, "file");
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe(type);
    expect(Buffer.from(await response.arrayBuffer()).equals(bytes)).toBe(true);
  });

  test("TIFF keeps its pixels as PNG", async () => {
    const { response } = await ask({ "a.tif": await tiff(60, 40) }, "file");
    expect(response.headers.get("content-type")).toBe("image/png");
    const { width, height, at } = await pixelsOf(response);
    expect([width, height, at(20, 30)]).toEqual([60, 40, [60, 150, 90]]);
  });

  test("16 bits become 8", async () => {
    const { response } = await ask({ "a.png": await png16(60, 40) }, "file");
    const meta = await sharp(await response.clone().arrayBuffer()).metadata();
    expect(meta.depth).toBe("uchar");
    const { data } = await sharp(await response.arrayBuffer())
      .greyscale()
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect(Math.abs(data[30]! - 30)).toBeLessThanOrEqual(1);
  });

  test("CMYK becomes RGB", async () => {
    const { response } = await ask({ "a.jpg": await cmykJpeg(60, 40) }, "file");
    expect(await sharp(await response.arrayBuffer()).metadata()).toMatchObject({
      space: "srgb",
      channels: 3,
      width: 60,
    });
  });
});

describe("thumb", () => {
  test("the longer side has the asked-for size", async () => {
    const { response } = await ask({ "a.jpg": await jpeg(600, 300) }, "thumb?size=128");
    expect(await sharp(await response.arrayBuffer()).metadata()).toMatchObject({
      width: 128,
      height: 64,
    });
  });

  test("small pictures are not blown up; EXIF turns them", async () => {
    const { response } = await ask({ "a.jpg": await turnedJpeg(60, 40) }, "thumb");
    expect(await sharp(await response.arrayBuffer()).metadata()).toMatchObject({
      width: 40,
      height: 60,
    });
  });

  test("it is kept on disk and made anew when the picture changes", async () => {
    const { root, cacheFolder } = await ask({ "a.jpg": await jpeg(60, 40) }, "thumb");
    const keep = (etag?: string) =>
      pictureResponse(
        new Request("http://127.0.0.1/api/pictures/5/thumb", {
          headers: etag === undefined ? {} : { "if-none-match": etag },
        }),
        { place: () => ({ root, path: "a.jpg" }), cacheFolder },
      );
    const kept = () =>
      readdirSync(cacheFolder, { recursive: true }).filter((path) =>
        statSync(join(cacheFolder, String(path))).isFile(),
      );
    const first = await keep();
    expect(kept()).toHaveLength(1);
    const etag = first.headers.get("etag")!;
    expect((await keep(etag)).status).toBe(304);
    writeFileSync(join(root, "a.jpg"), await jpeg(30, 90));
    utimesSync(join(root, "a.jpg"), 1e9, 1e9);
    const second = await keep(etag);
    expect(second.status).toBe(200);
    expect(await sharp(await second.arrayBuffer()).metadata()).toMatchObject({
      width: 30,
      height: 90,
    });
    expect(kept()).toHaveLength(2);
  });

  test("a cache that cannot be written is done without", async () => {
    const root = folderOf({
      "a.jpg": await jpeg(60, 40),
      cache: "a file where the folder should be",
    });
    const response = await pictureResponse(new Request("http://127.0.0.1/api/pictures/5/thumb"), {
      place: () => ({ root, path: "a.jpg" }),
      cacheFolder: join(root, "cache"),
    });
    expect(response.status).toBe(200);
  });

  test("addresses that name a state may be kept for good, others are asked again", async () => {
    const files = { "a.jpg": await jpeg(60, 40) };
    expect((await ask(files, "thumb?size=64&v=1")).response.headers.get("cache-control")).toContain(
      "immutable",
    );
    expect((await ask(files, "thumb?size=64")).response.headers.get("cache-control")).toBe(
      "private, no-cache",
    );
  });
});

describe("crop", () => {
  test("pixels are exact, fractions widened to whole ones", async () => {
    const { response } = await ask({ "a.png": await png(60, 40) }, "crop?x=10.6&y=20.2&w=4&h=3");
    expect(response.headers.get("content-type")).toBe("image/png");
    const { width, height, at } = await pixelsOf(response);
    expect([width, height]).toEqual([5, 4]);
    expect(at(0, 0)).toEqual([30, 100, 90]);
    expect(at(4, 3)).toEqual([42, 115, 90]);
  });

  test("what hangs over is clipped", async () => {
    const { response } = await ask({ "a.png": await png(60, 40) }, "crop?x=-5&y=35&w=8&h=20");
    const { width, height, at } = await pixelsOf(response);
    expect([width, height, at(0, 0)]).toEqual([3, 5, [0, 175, 90]]);
  });

  test("places are those of the turned picture", async () => {
    const lossless = await gradient(60, 40).png().withMetadata({ orientation: 6 }).toBuffer();
    const { response } = await ask({ "a.png": lossless }, "crop?x=2&y=50&w=1&h=1");
    // Turned by 90 degrees, pixel (x, y) of the shown picture is (y, 39 - x) of the stored one.
    const { at } = await pixelsOf(response);
    expect(at(0, 0)).toEqual([150, 185, 90]);
  });

  test("an empty box shows the pixel it is at", async () => {
    const { response } = await ask({ "a.png": await png(60, 40) }, "crop?x=7&y=9&w=0&h=0");
    const { width, height, at } = await pixelsOf(response);
    expect([width, height, at(0, 0)]).toEqual([1, 1, [21, 45, 90]]);
  });
});

test("BMP is shown, thumbnailed and cropped though libvips does not read it", async () => {
  // 3 x 2, 24 bits, rows from the bottom up, each filled up to 12 bytes.
  const bmp = Buffer.alloc(54 + 24);
  bmp.write("BM");
  bmp.writeUInt32LE(54, 10);
  bmp.writeUInt32LE(40, 14);
  bmp.writeInt32LE(3, 18);
  bmp.writeInt32LE(2, 22);
  bmp.writeUInt16LE(24, 28);
  bmp.set([1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 0, 0, 11, 12, 13, 14, 15, 16, 17, 18, 19], 54);
  expect((await ask({ "a.bmp": bmp }, "file")).response.headers.get("content-type")).toBe(
    "image/bmp",
  );
  expect((await ask({ "a.bmp": bmp }, "thumb")).response.status).toBe(200);
  const { at } = await pixelsOf((await ask({ "a.bmp": bmp }, "crop?x=1&y=0&w=2&h=2")).response);
  expect([at(0, 0), at(1, 1)]).toEqual([
    [16, 15, 14],
    [9, 8, 7],
  ]);
});

describe("what cannot be shown says why", () => {
  const code = async ({ response }: { response: Response }) => {
    const { error } = (await response.json()) as { error: { code: string; message: string } };
    expect(error.message).toMatch(/\.$/);
    return [response.status, error.code];
  };

  test("missing, corrupt, cut off, empty", async () => {
    expect(await code(await ask({}, "thumb", { name: "a.jpg" }))).toEqual([404, "file/missing"]);
    const broken = { "a.jpg": "no picture" };
    for (const view of ["file", "thumb", "crop?x=1&y=1&w=2&h=2"]) {
      expect(await code(await ask(broken, view))).toEqual([422, "picture/unreadable"]);
    }
    const whole = await jpeg(600, 400);
    expect(await code(await ask({ "a.jpg": whole.subarray(0, 900) }, "thumb"))).toEqual([
      422,
      "picture/unreadable",
    ]);
    expect(await code(await ask({ "a.jpg": "" }, "file"))).toEqual([422, "picture/unreadable"]);
    expect(await code(await ask({ "a.bmp": "BM" }, "thumb"))).toEqual([422, "picture/unreadable"]);
  });

  test("an image that is not there, a view that is not there, numbers that are none", async () => {
    const files = { "a.png": await png(6, 4) };
    const other = await pictureResponse(new Request("http://127.0.0.1/api/pictures/6/file"), {
      place: () => undefined,
      cacheFolder: "",
    });
    expect(await code({ response: other })).toEqual([404, "image/not-found"]);
    expect(await code(await ask(files, "original"))).toEqual([404, "picture/not-found"]);
    for (const view of [
      "thumb?size=0",
      "thumb?size=x",
      "crop?x=1&y=1&w=2",
      "crop?x=1&y=1&w=Infinity&h=1",
    ]) {
      expect(await code(await ask(files, view))).toEqual([400, "call/invalid-input"]);
    }
    expect(await code(await ask(files, "crop?x=6&y=0&w=2&h=2"))).toEqual([400, "picture/outside"]);
  });

  test("paths and links that lead out of the dataset's folder", async () => {
    const secret = folderOf({ "secret.png": await png(6, 4) });
    const root = folderOf({ "a.png": await png(6, 4) });
    mkdirSync(join(root, "in"));
    symlinkSync(join(secret, "secret.png"), join(root, "in/link.png"));
    for (const name of [
      "../a.png",
      join(secret, "secret.png"),
      "in/link.png",
      "in/../../x.png",
      "a.png\0",
    ]) {
      expect(await code(await ask({}, "file", { root, name }))).toEqual([403, "file/outside-root"]);
    }
  });
});

test("a request that was given up is not worked on", async () => {
  const { response, cacheFolder } = await ask({ "a.jpg": await jpeg(60, 40) }, "thumb", {
    signal: AbortSignal.abort(),
  });
  expect(response.status).toBe(499);
  expect(() => readdirSync(cacheFolder)).toThrow("ENOENT");
});
