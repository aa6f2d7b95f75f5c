import { createHash } from "node:crypto";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "./project-root.mjs";
import { runSync, Stop } from "./process.mjs";
import { whileAlone } from "./setup-lock.mjs";

const stampFile = join(projectRoot, "node_modules", ".fovea-lock");
const MINIMUM_NODE = 24;

/** Of the lock file and the system it was installed for. */
export function lockDigest() {
  const lock = readFileSync(join(projectRoot, "package-lock.json"));
  return createHash("sha256")
    .update(lock)
    .update(`${process.platform}-${process.arch}`)
    .digest("hex");
}

/** Installs exactly what the lock file says, unless node_modules already is that. */
export function ensureModules() {
  if (isInstalled()) return;
  whileAlone(() => {
    if (!isInstalled()) install();
  });
}

function isInstalled() {
  return existsSync(stampFile) && readFileSync(stampFile, "utf8") === lockDigest();
}

function install() {
  const digest = lockDigest();
  // First, for an install that is interrupted leaves packages that no longer are what the stamp says.
  rmSync(stampFile, { force: true });
  process.stderr.write("fovea: installing packages (about a minute the first time)\n");
  // npm started this process, so its own script is the npm to use; no shell, no PATH.
  const npm = process.env.npm_execpath;
  const ci = ["ci", "--loglevel=error", "--no-fund", "--no-audit"];
  const options = { cwd: projectRoot, stdio: ["ignore", 2, 2] };
  const isWindows = process.platform === "win32";
  const code = npm
    ? runSync(process.execPath, [npm, ...ci], options)
    : runSync(isWindows ? "npm.cmd" : "npm", ci, { ...options, shell: isWindows });
  if (code !== 0)
    throw new Stop(
      "npm ci failed; its message is above. Check the network or the registry set in npm's configuration, then run the command again.",
    );
  writeFileSync(stampFile, digest);
}

/** The Node that runs the app: the one pinned through npm, else this one where it is new enough. */
export function pinnedNode() {
  const os = { win32: "win", darwin: "darwin", linux: "linux" }[process.platform];
  const binary = process.platform === "win32" ? "node.exe" : "node";
  const pinned = join(projectRoot, "node_modules", `node-${os}-${process.arch}`, "bin", binary);
  if (existsSync(pinned)) return pinned;
  if (Number.parseInt(process.versions.node, 10) >= MINIMUM_NODE) return process.execPath;
  throw new Stop(
    `there is no pinned Node for ${process.platform}-${process.arch}; install Node ${MINIMUM_NODE} or later from nodejs.org and run the command again.`,
  );
}
