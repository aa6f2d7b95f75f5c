import { realpathSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { placesInside, resolveInside } from "../../../main/files/inside-root.ts";
import { folderOf } from "../../fixtures/formats/temp-folder.ts";

test("many files of a root have the places that each has by itself; what is missing or leads out has none", () => {
  const outside = folderOf({ "secret.png": Buffer.from("x") });
  const root = folderOf({ "a.png": Buffer.from("a"), "sub/deep/b.png": Buffer.from("b") });
  writeFileSync(join(root, "sub", "c.png"), "c");
  symlinkSync(join(root, "a.png"), join(root, "sub", "inner.png"));
  symlinkSync(join(outside, "secret.png"), join(root, "sub", "outer.png"));
  symlinkSync(outside, join(root, "away"));
  const placeOf = placesInside(root);
  for (const path of ["a.png", "sub/deep/b.png", "sub/c.png", "sub/../a.png", "sub\\c.png"])
    expect(placeOf(path)).toBe(resolveInside(root, path));
  expect(placeOf("sub/inner.png")).toBe(realpathSync(join(root, "a.png")));
  const none = ["gone.png", "gone/a.png", "sub/outer.png", "away/secret.png", "../x.png", "/a.png"];
  expect(none.map(placeOf)).toEqual(none.map(() => null));
  expect(placesInside(join(root, "nowhere"))("a.png")).toBeNull();
});
