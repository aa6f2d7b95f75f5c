import { describe, expect, test } from "vitest";
import { importsOf, sourceFiles, type SourceFile } from "./source-files.ts";

const endings = [".ts", ".vue"];

/** What the files of some folders import that is not allowed, as `file -> import`. */
function breaches(
  folders: readonly string[],
  allowed: (target: string, file: SourceFile) => boolean,
): string[] {
  return sourceFiles(folders, endings).flatMap((file) =>
    importsOf(file)
      .filter(({ target }) => !allowed(target, file))
      .map(({ specifier }) => `${file.path} -> ${specifier}`),
  );
}

const isPackage = (target: string) =>
  !/^(main|models|renderer|shared|test|bench|assets)\//.test(target);
const within = (target: string, ...folders: string[]) =>
  folders.some((folder) => target.startsWith(`${folder}/`));

test("the reader of imports sees all the ways there are", () => {
  const text = `import "./a.css"; import type { B } from "./b.ts"; import { c,
    d } from "../c.ts"; export { e } from "e"; const f = await import("./f.ts"); const g = require('g');`;
  expect(importsOf({ path: "main/x/y.ts", text })).toEqual([
    { specifier: "./a.css", target: "main/x/a.css", typeOnly: false },
    { specifier: "./b.ts", target: "main/x/b.ts", typeOnly: true },
    { specifier: "../c.ts", target: "main/c.ts", typeOnly: false },
    { specifier: "e", target: "e", typeOnly: false },
    { specifier: "./f.ts", target: "main/x/f.ts", typeOnly: false },
    { specifier: "g", target: "g", typeOnly: false },
  ]);
});

describe("each side imports itself and shared, never another", () => {
  test.each(["main", "models", "renderer"])("%s", (side) => {
    expect(
      breaches([side], (target) => isPackage(target) || within(target, side, "shared")),
    ).toEqual([]);
  });
});

test("shared stands alone: no Node, no page, no tensors; only zod checks what comes over the wire", () => {
  const packages: Readonly<Record<string, readonly string[]>> = { "shared/api/": ["zod"] };
  const allowed = (target: string, { path }: SourceFile) =>
    within(target, "shared") ||
    Object.entries(packages).some(
      ([folder, names]) => path.startsWith(folder) && names.includes(target),
    );
  expect(breaches(["shared"], allowed)).toEqual([]);
});

test("the page imports no Node; only the configuration of its build runs there", () => {
  const allowed = (target: string, { path }: SourceFile) =>
    !target.startsWith("node:") || path === "renderer/vite.config.ts";
  expect(breaches(["renderer"], allowed)).toEqual([]);
});

test("one file imports Electron; all others its types at most", () => {
  const values = sourceFiles(["main", "shared", "models", "renderer"], endings).flatMap((file) =>
    importsOf(file)
      .filter(({ specifier, typeOnly }) => specifier === "electron" && !typeOnly)
      .map(() => file.path),
  );
  expect(values).toEqual(["main/electron/electron.ts"]);
});

test("TensorFlow is loaded in models/runtime only; what is loaded is handed on", () => {
  const values = sourceFiles(["main", "shared", "models", "renderer"], endings).flatMap((file) =>
    importsOf(file)
      .filter(
        ({ specifier, typeOnly }) => specifier.startsWith("@tensorflow/tfjs-node") && !typeOnly,
      )
      .map(() => file.path),
  );
  expect(values.filter((path) => !path.startsWith("models/runtime/"))).toEqual([]);
});

test("relative imports name their file with its ending, for Node runs the sources as they are", () => {
  const isFile = (target: string) => /\.(ts|vue|mjs|css|json|svg|png)(\?\w+)?$/.test(target);
  const folders = ["main", "models", "renderer", "shared", "bench", "test"];
  const relative = (specifier: string) => specifier.startsWith(".");
  const bad = sourceFiles(folders, endings).flatMap((file) =>
    file.path.startsWith("test/rules/")
      ? []
      : importsOf(file)
          .filter(({ specifier }) => relative(specifier) && !isFile(specifier))
          .map(({ specifier }) => `${file.path} -> ${specifier}`),
  );
  expect(bad).toEqual([]);
});
