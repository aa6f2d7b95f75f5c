import {
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { lockDigest } from "./modules.mjs";
import { projectRoot } from "./project-root.mjs";
import { runSync, Stop } from "./process.mjs";
import { whileAlone } from "./setup-lock.mjs";

const pageFolder = join(projectRoot, "dist", "page");
const stamp = ".built-from";

/** Builds the page unless the built one is of this state of the sources. */
export function ensurePage(node) {
  if (isBuilt()) return;
  whileAlone(() => {
    if (!isBuilt()) build(node);
  });
}

function isBuilt() {
  const file = join(pageFolder, stamp);
  return existsSync(file) && readFileSync(file, "utf8") === sourceState();
}

/** The packages, and the newest change, number and bytes of the files below the folders the page is built from. */
function sourceState() {
  let newest = 0;
  let files = 0;
  let bytes = 0;
  for (const folder of ["renderer", "shared"]) {
    for (const entry of readdirSync(join(projectRoot, folder), {
      recursive: true,
      withFileTypes: true,
    })) {
      if (!entry.isFile()) continue;
      const { mtimeMs, size } = statSync(join(entry.parentPath ?? entry.path, entry.name));
      files += 1;
      bytes += size;
      newest = Math.max(newest, mtimeMs);
    }
  }
  return `${lockDigest()} ${newest} ${files} ${bytes}`;
}

/** Builds beside the page and swaps, so that a build that fails or is stopped leaves the old page whole. */
function build(node) {
  const state = sourceState();
  process.stderr.write("fovea: building the page\n");
  const fresh = `${pageFolder}-new`;
  const old = `${pageFolder}-old`;
  rmSync(fresh, { recursive: true, force: true });
  const vite = join(projectRoot, "node_modules", "vite", "bin", "vite.js");
  const args = ["build", "--config", "renderer/vite.config.ts", "--outDir", fresh];
  const code = runSync(node, [vite, ...args, "--emptyOutDir", "--logLevel", "warn"], {
    cwd: projectRoot,
    stdio: ["ignore", 2, 2],
  });
  if (code !== 0) throw new Stop("the page could not be built; the reason is above.");
  writeFileSync(join(fresh, stamp), state);
  rmSync(old, { recursive: true, force: true });
  if (existsSync(pageFolder)) renameSync(pageFolder, old);
  renameSync(fresh, pageFolder);
  rmSync(old, { recursive: true, force: true });
}
