/** One process at a time writes a training's folder: one that outlived its host may still be saving there. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { AppError } from "../../shared/domain/app-error.ts";

/** Holds the process id of who writes. */
const WRITER = "writer";
const LOOK_EVERY_MS = 200;
/** Longer than a process without host takes to save. */
const PATIENCE_MS = 150_000;

/**
 * Waits until nobody else writes `folder`, then claims it; returns the call that gives it back.
 * Throws `training/busy` where the other does not end, `training/not-saved` where the folder takes no file.
 */
export async function claimFolder(
  folder: string,
  signal: AbortSignal,
  waiting: () => void,
): Promise<() => void> {
  const file = join(folder, WRITER);
  const since = performance.now();
  while (!claimed(folder, file)) {
    signal.throwIfAborted();
    const pid = writerOf(file);
    if (pid === null || !isComputing(pid)) rmSync(file, { force: true });
    else if (performance.now() - since > PATIENCE_MS)
      throw new AppError(
        "training/busy",
        `Process ${pid} still works on this training. Resume when it has ended; if it is no process of Fovea, delete ${file} first.`,
      );
    else {
      waiting();
      await pause(LOOK_EVERY_MS);
    }
  }
  return () => rmSync(file, { force: true });
}

/** false where another was first. */
function claimed(folder: string, file: string): boolean {
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(file, String(process.pid), { flag: "wx" });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw new AppError(
      "training/not-saved",
      `Nothing can be written to ${folder}: ${(error as Error).message}. Make room on the disk, then resume.`,
    );
  }
}

function writerOf(file: string): number | null {
  try {
    const pid = Number(readFileSync(file, "utf8"));
    return Number.isSafeInteger(pid) && pid > 0 ? pid : null;
  } catch {
    return null; // given back meanwhile
  }
}

/** Whether the process lives and, where that can be seen, is one like this one. */
function isComputing(pid: number): boolean {
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EPERM") return false;
  }
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(process.argv[1] ?? "");
  } catch {
    return true; // only Linux tells
  }
}
