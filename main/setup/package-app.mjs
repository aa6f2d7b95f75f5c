import { cpSync, readdirSync, rmSync } from "node:fs";
import { extname, join, relative } from "node:path";
import { projectRoot } from "./project-root.mjs";
import { runInherited, runSync, Stop } from "./process.mjs";

/** Emits plain JavaScript for the packaged app, then lets electron-builder make the installers. */
export async function packageApp(node, args) {
  compileApp(node);
  return runInherited(node, [
    join(projectRoot, "node_modules", "electron-builder", "cli.js"),
    "--config",
    "electron-builder.yml",
    ...args,
  ]);
}

/**
 * Writes `folder` anew: main, models and shared as JavaScript, with the files they read beside them.
 * It must lie below the project's package.json. tscOptions: more options of the compiler.
 */
export function compileApp(node, folder = join(projectRoot, "dist", "desktop"), tscOptions = []) {
  rmSync(folder, { recursive: true, force: true });
  const tsc = join(projectRoot, "node_modules", "typescript", "bin", "tsc");
  const project = join(projectRoot, "main", "tsconfig.package.json");
  const args = [tsc, "-p", project, "--outDir", folder, ...tscOptions];
  if (runSync(node, args, { stdio: ["ignore", 2, 2] }) !== 0)
    throw new Stop("the sources do not compile; the reason is above.");
  for (const side of ["main", "models", "shared"]) copyOtherFiles(side, folder);
}

/** Migrations, the preload and whatever else is read at run time. */
function copyOtherFiles(side, folder) {
  for (const entry of readdirSync(join(projectRoot, side), {
    recursive: true,
    withFileTypes: true,
  })) {
    if (!entry.isFile() || extname(entry.name) === ".ts" || entry.name.startsWith("tsconfig"))
      continue;
    const from = join(entry.parentPath ?? entry.path, entry.name);
    const path = relative(projectRoot, from);
    if (!path.startsWith(join("main", "setup"))) cpSync(from, join(folder, path));
  }
}
