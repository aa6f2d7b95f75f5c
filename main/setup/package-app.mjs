import { join } from "node:path";
import { projectRoot } from "./modules.mjs";
import { runInherited, runSync, Stop } from "./process.mjs";

/** Emits plain JavaScript for the packaged app, then lets electron-builder make the installers. */
export async function packageApp(node, args) {
  const tsc = join(projectRoot, "node_modules", "typescript", "bin", "tsc");
  if (runSync(node, [tsc, "-p", "main/tsconfig.package.json"]) !== 0)
    throw new Stop("the sources do not compile; the reason is above.");
  return runInherited(node, [
    join(projectRoot, "node_modules", "electron-builder", "cli.js"),
    "--config",
    "electron-builder.yml",
    ...args,
  ]);
}
