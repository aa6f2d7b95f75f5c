import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("../../..", import.meta.url));

test("one file imports Electron's values; under plain Node that import would download it", () => {
  const importing = ["main", "models", "shared", "renderer"]
    .flatMap((side) =>
      readdirSync(join(root, side), { recursive: true, encoding: "utf8" }).map((path) =>
        join(side, path),
      ),
    )
    .filter((path) => /\.(ts|mjs|vue)$/.test(path))
    .filter((path) => {
      const text = readFileSync(join(root, path), "utf8");
      const statements = text.match(/^(?:import|export)\b[^;]*?from\s+["']electron["']/gm) ?? [];
      const loads = /(?:import|require)\(\s*["']electron["']\s*\)/.test(text);
      return loads || statements.some((statement) => !/^import\s+type\b/.test(statement));
    });
  expect(importing).toEqual([join("main", "electron", "electron.ts")]);
});
