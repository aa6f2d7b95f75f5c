import { readdirSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { PictureCache, prunePictures } from "../../../main/files/picture-cache.ts";
import { folderOf } from "../../fixtures/formats/temp-folder.ts";

test("bytes are made once a key", async () => {
  const cache = new PictureCache(join(folderOf({}), "deep", "cache"));
  let made = 0;
  const make = (text: string) => () => {
    made += 1;
    return Promise.resolve(Buffer.from(text));
  };
  expect((await cache.keep("one", make("1"))).toString()).toBe("1");
  expect((await cache.keep("one", make("other"))).toString()).toBe("1");
  expect((await cache.keep("two", make("2"))).toString()).toBe("2");
  expect(made).toBe(2);
});

test("what fails to be made is not kept", async () => {
  const folder = folderOf({});
  const cache = new PictureCache(folder);
  await expect(cache.keep("one", () => Promise.reject(new Error("broken")))).rejects.toThrow(
    "broken",
  );
  expect(readdirSync(folder)).toEqual([]);
});

test("the files made longest ago go first when there are too many", async () => {
  const folder = folderOf({
    "aa/old": "x".repeat(40),
    "bb/newer": "x".repeat(50),
    "cc/newest": "x".repeat(30),
  });
  utimesSync(join(folder, "aa/old"), 100, 100);
  utimesSync(join(folder, "bb/newer"), 200, 200);
  utimesSync(join(folder, "cc/newest"), 300, 300);
  const left = () =>
    readdirSync(folder, { recursive: true }).filter((name) => String(name).includes("/"));
  await prunePictures(folder, 120);
  expect(left()).toHaveLength(3);
  await prunePictures(folder, 85);
  expect(left().sort()).toEqual(["bb/newer", "cc/newest"]);
  await prunePictures(join(folder, "nowhere"), 1);
});
