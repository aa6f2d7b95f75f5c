import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { withCodeCache } from "./code-cache.mjs";
import { projectRoot } from "./project-root.mjs";
import { runInherited } from "./process.mjs";

/** An Electron that ends with an error this soon never showed a window. */
const START_MS = 5000;

/** Electron's program where its package holds one; null where it was never downloaded. */
function electronBinary() {
  const folder = join(projectRoot, "node_modules", "electron");
  const pathFile = join(folder, "path.txt");
  if (!existsSync(pathFile)) return null;
  const binary = join(folder, "dist", readFileSync(pathFile, "utf8").trim());
  return existsSync(binary) ? binary : null;
}

function hasDisplay() {
  const { platform, env } = process;
  return platform !== "linux" || Boolean(env.DISPLAY || env.WAYLAND_DISPLAY);
}

/** Opens the desktop window where Electron is there, else serves on loopback and opens or prints the address. */
export async function startApp(node, args) {
  const electron = electronBinary();
  if (electron === null) return serve(node, args, "Electron's program is not installed here");
  if (!hasDisplay()) return serve(node, args, "there is no display for Electron's window");
  const started = Date.now();
  const code = await runInherited(electron, [join(projectRoot, "main", "desktop.ts"), ...args]);
  if (code === 0 || Date.now() - started > START_MS) return code;
  return serve(node, args, `Electron could not open its window (exit code ${code})`);
}

function serve(node, args, reason) {
  process.stderr.write(`fovea: ${reason}, so Fovea opens in your browser instead.\n`);
  const words = [join("main", "cli.ts"), "serve", "--open", ...args];
  return runInherited(node, words, { env: withCodeCache() });
}
