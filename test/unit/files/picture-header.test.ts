import { writeFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { expect, test } from "vitest";
import { readPictureHeader } from "../../../main/files/picture-header.ts";
import { cmykJpeg, gradient, png16, tiff } from "../../fixtures/formats/pictures.ts";
import { folderOf } from "../../fixtures/formats/temp-folder.ts";

async function headerOf(name: string, bytes: Uint8Array) {
  const path = join(folderOf({}), name);
  writeFileSync(path, bytes);
  return readPictureHeader(path);
}

test.each([1, 2, 3, 4, 5, 6, 7, 8])(
  "EXIF orientation %i of JPEG and PNG gives the size as shown",
  async (orientation) => {
    const turned = orientation >= 5;
    for (const picture of [
      gradient(30, 20).jpeg(),
      gradient(30, 20).png(),
      gradient(30, 20).jpeg({ progressive: true }),
    ]) {
      const bytes = await picture.withMetadata({ orientation }).toBuffer();
      const read = await headerOf("a", bytes);
      expect(read).toMatchObject({
        ok: true,
        header: {
          width: turned ? 20 : 30,
          height: turned ? 30 : 20,
          turned,
          bitsPerChannel: 8,
          channels: 3,
        },
      });
    }
  },
);

test("a JPEG with large blocks before its frame is followed to it", async () => {
  const plain = await gradient(30, 20).jpeg().toBuffer();
  const block = Buffer.concat([Buffer.from([0xff, 0xe2, 0xff, 0xff]), Buffer.alloc(65_533)]);
  const bytes = Buffer.concat([
    plain.subarray(0, 2),
    block,
    block,
    Buffer.from([0xff]),
    plain.subarray(2),
  ]);
  expect(await headerOf("a.jpg", bytes)).toMatchObject({
    ok: true,
    header: { width: 30, height: 20 },
  });
});

test("depth and channels tell 16-bit and CMYK pictures", async () => {
  expect(await headerOf("a.png", await png16(30, 20))).toMatchObject({
    header: { bitsPerChannel: 16, channels: 1 },
  });
  expect(await headerOf("a.jpg", await cmykJpeg(30, 20))).toMatchObject({
    header: { channels: 4 },
  });
});

test("TIFF, WebP, GIF and AVIF are read through libvips", async () => {
  const others = {
    "a.tif": await tiff(30, 20),
    "a.webp": await gradient(30, 20).webp().toBuffer(),
    "a.gif": await gradient(30, 20).gif().toBuffer(),
    "a.avif": await gradient(30, 20).avif({ effort: 0 }).toBuffer(),
  };
  for (const [name, bytes] of Object.entries(others)) {
    expect(await headerOf(name, bytes)).toMatchObject({
      ok: true,
      header: { width: 30, height: 20 },
    });
  }
});

test("what is no picture says so", async () => {
  expect(await headerOf("a.jpg", new Uint8Array())).toMatchObject({ ok: false, problem: "empty" });
  expect(await headerOf("a.jpg", Buffer.from("text"))).toMatchObject({
    ok: false,
    problem: "unreadable",
  });
  const whole = await gradient(30, 20).png().toBuffer();
  expect(await headerOf("a.png", whole.subarray(0, 20))).toMatchObject({
    ok: false,
    problem: "unreadable",
  });
  expect(await readPictureHeader("/nowhere/a.jpg")).toMatchObject({
    ok: false,
    problem: "missing",
  });
  const noise = Buffer.concat([Buffer.from([0xff, 0xd8]), Buffer.alloc(400, 0x41)]);
  expect(await headerOf("a.jpg", noise)).toMatchObject({ ok: false, problem: "unreadable" });
});

test("damaged EXIF blocks are passed over", async () => {
  const plain = await sharp(await gradient(30, 20).jpeg().toBuffer())
    .jpeg()
    .toBuffer();
  for (const tiffBytes of [
    [],
    [0x49, 0x49, 0x2a, 0, 0xff, 0xff, 0xff, 0xff],
    [0x4d, 0x4d, 0, 0x2a, 0, 0, 0, 8, 0xff, 0xff],
  ]) {
    const body = Buffer.from(
      [..."Exif\0\0"].map((letter) => letter.charCodeAt(0)).concat(tiffBytes),
    );
    const head = Buffer.from([0xff, 0xe1, 0, body.length + 2]);
    const bytes = Buffer.concat([plain.subarray(0, 2), head, body, plain.subarray(2)]);
    expect(await headerOf("a.jpg", bytes)).toMatchObject({
      ok: true,
      header: { width: 30, turned: false },
    });
  }
});
