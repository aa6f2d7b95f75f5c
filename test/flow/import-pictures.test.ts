import { chmodSync, linkSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { annotationOf, cocoOf, importInto } from "../fixtures/formats/import-into.ts";
import { cmykJpeg, jpeg, png16, turnedJpeg } from "../fixtures/formats/pictures.ts";
import { folderOf } from "../fixtures/formats/temp-folder.ts";

const imageOf = (file_name: string, width = 64, height = 48) =>
  cocoOf([annotationOf()], { images: [{ id: 3, file_name, width, height }] });

/** Imports labels of one picture that is stored as `name` with these bytes. */
async function importPicture(name: string, bytes: Uint8Array, document: object = imageOf(name)) {
  return importInto(folderOf({ "labels.json": document, [name]: bytes }));
}

describe("pictures that are not as the labels say are reported, their labels kept", () => {
  test("missing", async () => {
    const other = { id: 4, file_name: "b.jpg", width: 64, height: 48 };
    const document = cocoOf([annotationOf()], {
      images: [{ id: 3, file_name: "a.jpg", width: 64, height: 48 }, other],
    });
    const { images, annotations, problems } = await importPicture(
      "b.jpg",
      await jpeg(64, 48),
      document,
    );
    expect(images.map(({ state }) => state)).toEqual(["missing", "ok"]);
    expect(annotations).toHaveLength(1);
    expect(problems).toMatchObject([{ code: "image/missing", file: "a.jpg", record: "images[0]" }]);
  });

  test("all missing is one line", async () => {
    const { summary, annotations } = await importInto(
      folderOf({ "labels.json": imageOf("a.jpg") }),
    );
    expect(summary).toEqual({ "image/none-found": "kept 1" });
    expect(annotations).toHaveLength(1);
  });

  test("zero bytes", async () => {
    const { images, summary } = await importPicture("a.jpg", new Uint8Array());
    expect(images).toMatchObject([{ state: "unreadable", width: 64 }]);
    expect(summary).toEqual({ "image/empty-file": "kept 1" });
  });

  test.each([
    ["no picture at all", Buffer.from("hello, this is text and nothing else")],
    ["cut off in its header", Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0x00])],
  ])("corrupt: %s", async (_, bytes) => {
    const { images, summary } = await importPicture("a.jpg", bytes);
    expect(images).toMatchObject([{ state: "unreadable" }]);
    expect(summary).toEqual({ "image/unreadable": "kept 1" });
  });

  test("another size than stated", async () => {
    const { problems } = await importPicture("a.jpg", await jpeg(32, 24));
    expect(problems).toMatchObject([{ code: "image/other-size", file: "a.jpg" }]);
    expect(problems[0]?.message).toContain("32 x 24");
  });

  test("stated as before its EXIF rotation", async () => {
    const { images, summary } = await importPicture("a.jpg", await turnedJpeg(64, 48));
    expect(images).toMatchObject([{ width: 64, height: 48 }]);
    expect(summary).toEqual({ "image/exif-turned": "kept 1" });
  });

  test("16 bits and CMYK are noted", async () => {
    expect((await importPicture("a.png", await png16(64, 48))).summary).toEqual({
      "image/16-bit": "kept 1",
    });
    expect((await importPicture("a.jpg", await cmykJpeg(64, 48))).summary).toEqual({
      "image/cmyk": "kept 1",
    });
  });
});

test("a size the labels do not state is that of the picture as shown", async () => {
  const document = cocoOf([], { images: [{ id: 3, file_name: "a.jpg" }] });
  const { images } = await importPicture("a.jpg", await turnedJpeg(64, 40), document);
  expect(images).toMatchObject([{ width: 40, height: 64 }]);
});

test("names with blanks and other letters are found", async () => {
  const name = "día 1/größe 日本 (2).jpg";
  const { images, summary } = await importPicture(name, await jpeg(64, 48));
  expect(images).toMatchObject([{ path: name, state: "ok" }]);
  expect(summary).toEqual({});
});

test("back slashes, and absolute paths of another machine, lead to the picture", async () => {
  for (const stated of ["img\\a.jpg", "/home/ann/data/img/a.jpg", "C:\\data\\a.jpg"]) {
    const { images, summary } = await importPicture(
      "img/a.jpg",
      await jpeg(64, 48),
      imageOf(stated),
    );
    expect(images).toMatchObject([{ path: "img/a.jpg", state: "ok" }]);
    expect(summary).toEqual({ "image/found-elsewhere": "repaired 1" });
  }
});

test("case and composed letters do not keep a picture from being found", async () => {
  const document = imageOf("Gr\u00fcn.JPG");
  const { images, summary } = await importPicture("gru\u0308n.jpg", await jpeg(64, 48), document);
  expect(images).toMatchObject([{ path: "gru\u0308n.jpg", state: "ok" }]);
  expect(summary).toEqual({ "image/found-elsewhere": "repaired 1" });
});

test("two images of one picture are kept and reported", async () => {
  const document = cocoOf([], {
    images: [1, 2].map((id) => ({ id, file_name: "a.jpg", width: 64, height: 48 })),
  });
  const { images, summary } = await importPicture("a.jpg", await jpeg(64, 48), document);
  expect(images).toHaveLength(2);
  expect(summary).toEqual({ "image/same-picture": "kept 1" });
});

test.each(["../secret.jpg", "img/../../secret.jpg", "..\\secret.jpg", "/etc/secret.jpg"])(
  "a picture name that leads out of the folder is refused: %s",
  async (stated) => {
    const document = cocoOf([annotationOf()], {
      images: [
        { id: 3, file_name: stated, width: 64, height: 48 },
        { id: 4, file_name: "a.jpg", width: 64, height: 48 },
      ],
    });
    const { images, summary } = await importPicture("a.jpg", await jpeg(64, 48), document);
    expect(images.map(({ path }) => path)).toEqual(["a.jpg"]);
    expect(summary).toEqual({ "image/refused-name": "refused 1", "image/unknown-id": "skipped 1" });
  },
);

test("links that lead out of the folder are refused, those inside are followed", async () => {
  const elsewhere = folderOf({ "b.jpg": await jpeg(64, 48) });
  const root = folderOf({
    "labels.json": cocoOf([], {
      images: ["img/a.jpg", "img/b.jpg", "img/c.jpg"].map((file_name, id) => ({
        id,
        file_name,
        width: 64,
        height: 48,
      })),
    }),
    "real/a.jpg": await jpeg(64, 48),
  });
  mkdirSync(join(root, "img"));
  symlinkSync(join(root, "real/a.jpg"), join(root, "img/a.jpg"));
  symlinkSync(join(elsewhere, "b.jpg"), join(root, "img/b.jpg"));
  symlinkSync(join(root, "nowhere.jpg"), join(root, "img/c.jpg"));
  // A link to a folder above must not make the scan go round for ever.
  symlinkSync(root, join(root, "img/again"));
  const { images, summary } = await importInto(root);
  expect(images.map(({ path, state }) => [path, state])).toEqual([
    ["img/a.jpg", "ok"],
    ["img/b.jpg", "missing"],
    ["img/c.jpg", "missing"],
  ]);
  expect(summary).toMatchObject({
    "file/outside-root": "refused 1",
    "file/broken-link": "skipped 1",
  });
});

test("a folder that may only be read is imported and left as it is", async () => {
  const root = folderOf({ "labels.json": imageOf("a.jpg"), "a.jpg": await jpeg(64, 48) });
  chmodSync(root, 0o555);
  try {
    const { annotations, summary } = await importInto(root);
    expect(annotations).toHaveLength(1);
    expect(summary).toEqual({});
  } finally {
    chmodSync(root, 0o755);
  }
});

test("100,000 pictures in one folder become 100,000 images", { timeout: 240_000 }, async () => {
  const root = folderOf({ "img/p0.jpg": await jpeg(8, 6), "img/p1.jpg": await jpeg(8, 6) });
  // Links: a file system takes some 65,000 of one file.
  for (let n = 2; n < 100_000; n += 1) {
    linkSync(join(root, `img/p${n % 2}.jpg`), join(root, `img/p${n}.jpg`));
  }
  const images = Array.from({ length: 100_000 }, (_, n) => ({
    id: n,
    file_name: `p${n}.jpg`,
    width: 8,
    height: 6,
  }));
  writeFileSync(join(root, "labels.json"), JSON.stringify(cocoOf([], { images })));
  const { db, summary } = await importInto(root, { imageRoot: "img" });
  expect(db.prepare("SELECT state, count(*) AS n FROM image GROUP BY state").all()).toEqual([
    { state: "ok", n: 100_000 },
  ]);
  expect(summary).toEqual({});
});
