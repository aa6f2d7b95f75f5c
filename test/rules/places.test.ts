import { basename } from "node:path";
import { expect, test } from "vitest";
import { sourceFiles } from "./source-files.ts";

const sides = ["main", "models", "renderer", "shared", "bench"];

test("SQL stands in main/db/queries and the migrations only", () => {
  const sql =
    /\b(SELECT\s[\s\S]{1,200}?\sFROM\s|INSERT\s+INTO\s|UPDATE\s+\w+\s+SET\s|DELETE\s+FROM\s|CREATE\s+TABLE\s)/;
  const outside = sourceFiles(["main", "models", "renderer", "shared"], [".ts", ".vue"])
    .filter(({ path, text }) => !path.startsWith("main/db/queries/") && sql.test(text))
    .map(({ path }) => path);
  expect(outside).toEqual([]);
});

test("the database is opened in main/db only", () => {
  const outside = sourceFiles(sides.slice(0, 4), [".ts"])
    .filter(
      ({ path, text }) => !path.startsWith("main/db/") && text.includes('from "better-sqlite3"'),
    )
    .map(({ path }) => path);
  expect(outside).toEqual([]);
});

test("files are named for what is in them, in small letters with hyphens; components like their tags", () => {
  const files = sourceFiles([...sides, "test"], [".ts", ".mjs", ".vue", ".sql"]).map(
    ({ path }) => path,
  );
  const drawers = /(^|[-/])(utils?|helpers|helper(?=\.)|misc|manager|stuff)(\.|-|\/)/i;
  expect(files.filter((path) => drawers.test(path))).toEqual([]);
  const isWellNamed = (path: string) =>
    path.endsWith(".vue")
      ? /^[A-Z][A-Za-z0-9]*\.vue$/.test(basename(path))
      : /^[a-z0-9]+(-[a-z0-9]+)*(\.(test|config|bench|d|property))*\.(ts|mjs|sql)$/.test(
          basename(path),
        );
  expect(files.filter((path) => !isWellNamed(path))).toEqual([]);
});

test("nothing is exported by default, but where a tool asks for it", () => {
  const found = sourceFiles(sides, [".ts"])
    .filter(({ path, text }) => /^export default /m.test(text) && !path.endsWith(".config.ts"))
    .map(({ path }) => path);
  expect(found).toEqual([]);
});

test("migrations are numbered one after the other", () => {
  const numbers = sourceFiles(["main/db/migrations"], [".sql"]).map(({ path }) =>
    Number.parseInt(basename(path), 10),
  );
  expect(numbers.sort((a, b) => a - b)).toEqual(numbers.map((_, at) => at + 1));
});

test("files stay short enough to be read", () => {
  const long = sourceFiles(sides, [".ts", ".vue", ".mjs"])
    .filter(({ text }) => text.split("\n").length > 450)
    .map(({ path, text }) => `${path}: ${text.split("\n").length}`);
  expect(long).toEqual([]);
});
