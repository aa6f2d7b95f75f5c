import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureBrowser } from "./browser.mjs";
import { withCodeCache } from "./code-cache.mjs";
import { projectRoot } from "./project-root.mjs";
import { runCollected, runInherited, runSync } from "./process.mjs";

const bin = (path) => join(projectRoot, "node_modules", path);

/** What is checked before the tests run; each counts as one test. The longest comes first. */
const checks = [
  [
    "lint",
    bin("eslint/bin/eslint.js"),
    ["--config", "test/eslint.config.js", "--max-warnings", "0", "."],
  ],
  ["format", bin("prettier/bin/prettier.cjs"), ["--check", "--log-level", "warn", "."]],
  [
    "types of main, models, shared and tests",
    bin("typescript/bin/tsc"),
    ["-p", "main/tsconfig.json"],
  ],
  ["types of the browser tests", bin("typescript/bin/tsc"), ["-p", "test/ui/tsconfig.json"]],
  [
    "types of the page",
    bin("vue-tsc/bin/vue-tsc.js"),
    ["-p", "renderer/tsconfig.json", "--noEmit"],
  ],
];

/** Lint, types and all tests. With arguments: only vitest, with those arguments. */
export async function runTests(node, args) {
  const chromium = ensureBrowser(node);
  const tensorflow = join(projectRoot, "models", "runtime", "install.ts");
  if (
    existsSync(tensorflow) &&
    runSync(node, [tensorflow]) !== 0 &&
    process.env.FOVEA_REQUIRE_TF === "1"
  ) {
    process.stderr.write("fovea: native TensorFlow is required here and could not be installed.\n");
    process.stdout.write("0 passed, 1 failed\n");
    return 1;
  }
  let passed = 0;
  let failed = 0;
  if (args.length === 0) {
    const results = await runChecks(node);
    passed += results.filter((ok) => ok).length;
    failed += results.filter((ok) => !ok).length;
  }
  const folder = mkdtempSync(join(tmpdir(), "fovea-test-"));
  const report = join(folder, "report.json");
  const code = await runInherited(
    node,
    [
      bin("vitest/vitest.mjs"),
      "run",
      "--config",
      "test/vitest.config.ts",
      "--reporter=default",
      "--reporter=json",
      `--outputFile.json=${report}`,
      ...args,
    ],
    // The programs that the tests start find their code compiled, as those that a user starts do.
    { env: { ...withCodeCache(), FOVEA_CHROMIUM: chromium } },
  );
  if (existsSync(report)) {
    const { numPassedTests, numFailedTests, numFailedTestSuites } = JSON.parse(
      readFileSync(report, "utf8"),
    );
    passed += numPassedTests;
    failed += Math.max(
      numFailedTests,
      code === 0 ? 0 : Math.max(1, numFailedTests || numFailedTestSuites),
    );
  } else {
    failed += 1;
  }
  rmSync(folder, { recursive: true, force: true });
  process.stdout.write(`${passed} passed, ${failed} failed\n`);
  return failed === 0 && code === 0 ? 0 : 1;
}

/** Two at a time: each keeps one core busy. Resolves with whether each passed. */
async function runChecks(node) {
  const waiting = checks.values();
  const results = [];
  const runWaiting = async () => {
    for (const [name, program, programArgs] of waiting) {
      const { code, output } = await runCollected(node, [program, ...programArgs]);
      process.stderr.write(`${output}${code === 0 ? "ok" : "FAILED"}: ${name}\n`);
      results.push(code === 0);
    }
  };
  await Promise.all([runWaiting(), runWaiting()]);
  return results;
}
