#!/usr/bin/env node
// Sets everything up and starts what was asked for. Plain JavaScript for Node 20 and later, and nothing
// from node_modules: this file runs before anything is installed.
import { withCodeCache } from "./code-cache.mjs";
import { packageApp } from "./package-app.mjs";
import { ensureModules, pinnedNode } from "./modules.mjs";
import { projectRoot } from "./project-root.mjs";
import { ensurePage } from "./page.mjs";
import { runInherited, Stop } from "./process.mjs";
import { startApp } from "./start-app.mjs";
import { runTests } from "./test-suite.mjs";

const [mode, ...args] = process.argv.slice(2);

const modes = {
  async start() {
    const node = prepare();
    ensurePage(node);
    return startApp(node, args);
  },
  async test() {
    const node = prepare();
    ensurePage(node);
    return runTests(node, args);
  },
  async fovea() {
    const node = prepare();
    if (args[0] === "serve") ensurePage(node);
    return runInherited(node, ["main/cli.ts", ...args], { env: withCodeCache() });
  },
  async golden() {
    return runInherited(prepare(), ["models/golden.ts", ...args], { env: withCodeCache() });
  },
  async exec() {
    return runInherited(prepare(), args, { env: withCodeCache() });
  },
  async package() {
    const node = prepare();
    ensurePage(node);
    return packageApp(node, args);
  },
};

/** Packages are there, and the Node that runs the app is known. */
function prepare() {
  ensureModules();
  return pinnedNode();
}

try {
  if (Number.parseInt(process.versions.node, 10) < 20)
    throw new Stop(
      `the set-up needs Node 20 or later; this is ${process.versions.node}. Newer ones are at nodejs.org.`,
    );
  const action = modes[mode ?? ""];
  if (!action)
    throw new Stop(
      `run.mjs knows ${Object.keys(modes).join(", ")}; it was called with "${mode ?? ""}".`,
    );
  process.chdir(projectRoot);
  process.exitCode = await action();
} catch (error) {
  if (!(error instanceof Stop)) throw error;
  process.stderr.write(`fovea: ${error.message}\n`);
  process.exitCode = 1;
}
