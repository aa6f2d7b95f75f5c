import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { projectRoot } from "./project-root.mjs";
import { Stop } from "./process.mjs";

const lock = join(projectRoot, "dist", ".setup-lock");
const POLL_MS = 200;
/** No set-up takes this long; a lock this old was left by a computer that lost its power. */
const STALE_MS = 30 * 60_000;

/** Runs one step of the set-up while no other process of this folder does. The step must look again whether it is needed. */
export function whileAlone(step) {
  acquire();
  try {
    return step();
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}

function acquire() {
  let told = false;
  while (!tryLock()) {
    const owner = readOwner();
    if (isGone(owner)) {
      clearStale(owner);
      continue;
    }
    if (!told && owner !== null) {
      process.stderr.write(`fovea: waiting for the set-up that process ${owner} is doing\n`);
      told = true;
    }
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, POLL_MS);
  }
}

function tryLock() {
  try {
    mkdirSync(dirname(lock), { recursive: true });
    mkdirSync(lock);
    writeFileSync(join(lock, "pid"), String(process.pid));
    return true;
  } catch (error) {
    if (error.code === "EEXIST" && isFolder(lock)) return false;
    // Removed by its owner between the two calls.
    if (error.code === "ENOENT" && isFolder(dirname(lock))) return false;
    throw new Stop(
      `${projectRoot} cannot be written to (${error.code}), and the set-up has to put packages and the built page there. Copy the project to a folder of your own and run the command again.`,
    );
  }
}

function isFolder(path) {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/** null while the owner has not written its number yet. */
function readOwner() {
  try {
    return Number.parseInt(readFileSync(join(lock, "pid"), "utf8"), 10) || null;
  } catch {
    return null;
  }
}

function isGone(owner) {
  const made = statSync(lock, { throwIfNoEntry: false })?.mtimeMs;
  if (made === undefined) return false;
  if (Date.now() - made > STALE_MS) return true;
  // A process that is killed before it wrote its number leaves an empty lock.
  if (owner === null) return Date.now() - made > 5000;
  try {
    process.kill(owner, 0);
    return false;
  } catch (error) {
    return error.code === "ESRCH";
  }
}

/** Of several that wait, one moves the dead owner's lock away. */
function clearStale(owner) {
  const aside = `${lock}-${process.pid}`;
  try {
    if (readOwner() === owner) renameSync(lock, aside);
  } catch {
    return; // another one was quicker
  }
  rmSync(aside, { recursive: true, force: true });
}
