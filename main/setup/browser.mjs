import { accessSync, constants, existsSync } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, join } from "node:path";
import { projectRoot } from "./project-root.mjs";
import { runSync, Stop } from "./process.mjs";

const names = [
  "chromium",
  "chromium-browser",
  "google-chrome",
  "google-chrome-stable",
  "chrome",
  "msedge",
];
const fixedPlaces = [
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
  "C:\\Program Files (x86)\\Google\\Chrome\\Application\\chrome.exe",
];

function runnable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function find() {
  const asked = process.env.FOVEA_CHROMIUM;
  if (asked) return runnable(asked) ? asked : null;
  const onPath = (process.env.PATH ?? "")
    .split(delimiter)
    .flatMap((folder) => names.map((name) => join(folder, name)));
  return (
    [...onPath, ...fixedPlaces, playwrightsOwn()].find((path) => path && runnable(path)) ?? null
  );
}

function playwrightsOwn() {
  try {
    const { chromium } = createRequire(join(projectRoot, "package.json"))("playwright-core");
    const path = chromium.executablePath();
    return existsSync(path) ? path : null;
  } catch {
    return null; // Playwright ships no browser for this system
  }
}

/** An installed Chrome or Chromium; where there is none, installs one or stops with a sentence that says how. */
export function ensureBrowser(node) {
  const found = find();
  if (found) return found;
  process.stderr.write(
    "fovea: no Chrome or Chromium found for the browser tests; installing one\n",
  );
  const quiet = { stdio: ["ignore", 2, 2] };
  if (process.getuid?.() === 0 && existsSync("/usr/bin/apt-get")) {
    runSync("/usr/bin/apt-get", ["update", "-qq"], quiet);
    runSync(
      "/usr/bin/apt-get",
      ["install", "-y", "-qq", "--no-install-recommends", "chromium", "fonts-dejavu-core"],
      {
        ...quiet,
        env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
      },
    );
  } else {
    runSync(
      node,
      [join(projectRoot, "node_modules", "playwright-core", "cli.js"), "install", "chromium"],
      quiet,
    );
  }
  const installed = find();
  if (installed) return installed;
  throw new Stop(
    "the browser tests need Chrome or Chromium and none could be installed. Install one (Debian, Ubuntu: apt-get install chromium) or set FOVEA_CHROMIUM to its program.",
  );
}
