import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "./modules.mjs";
import { runInherited } from "./process.mjs";

/** Electron's program where its package holds one; null where it was never downloaded. */
function electronBinary() {
  const folder = join(projectRoot, "node_modules", "electron");
  const pathFile = join(folder, "path.txt");
  if (!existsSync(pathFile)) return null;
  const binary = join(folder, "dist", readFileSync(pathFile, "utf8").trim());
  return existsSync(binary) ? binary : null;
}

/** Opens the desktop window where Electron is there, else serves on loopback and opens or prints the address. */
export function startApp(node, args) {
  const electron = electronBinary();
  if (electron) return runInherited(electron, [join(projectRoot, "main", "desktop.ts"), ...args]);
  process.stderr.write(
    "fovea: Electron's program is not installed here, so Fovea opens in your browser instead.\n",
  );
  return runInherited(node, ["main/cli.ts", "serve", "--open", ...args]);
}
