import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "./modules.mjs";
import { runSync, Stop } from "./process.mjs";

const stampFile = join(projectRoot, "dist", "page", ".built-from");

/** Newest change and number of files below the folders the page is built from. */
function sourceState() {
  let newest = 0;
  let files = 0;
  for (const folder of ["renderer", "shared"]) {
    for (const entry of readdirSync(join(projectRoot, folder), {
      recursive: true,
      withFileTypes: true,
    })) {
      if (!entry.isFile()) continue;
      files += 1;
      newest = Math.max(newest, statSync(join(entry.parentPath ?? entry.path, entry.name)).mtimeMs);
    }
  }
  return `${newest} ${files}`;
}

/** Builds the page unless the built one is of this state of the sources. */
export function ensurePage(node) {
  const state = sourceState();
  if (existsSync(stampFile) && readFileSync(stampFile, "utf8") === state) return;
  process.stderr.write("fovea: building the page\n");
  const vite = join(projectRoot, "node_modules", "vite", "bin", "vite.js");
  const code = runSync(
    node,
    [vite, "build", "--config", "renderer/vite.config.ts", "--logLevel", "warn"],
    {
      cwd: projectRoot,
      stdio: ["ignore", 2, 2],
    },
  );
  if (code !== 0) throw new Stop("the page could not be built; the reason is above.");
  writeFileSync(stampFile, state);
}
