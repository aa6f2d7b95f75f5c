/**
 * Installs native TensorFlow into the user's cache folder. Runnable:
 *   node models/runtime/install.ts [--json] [--cuda]
 * Where a build is installed already it stays; --cuda asks for the CUDA build beside a CPU build.
 * Progress goes to stderr as sentences, or with --json to stdout as one JSON object a line
 * (`InstallEvent`). Exit code 0 when TensorFlow is there, 1 with a sentence when it is not.
 */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statfsSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import {
  bindingFile,
  buildFolder,
  cpuBuild,
  cudaBuild,
  hasNvidiaDriver,
  installedBuild,
  sourceHere,
  upstreamBuild,
  type TensorFlowBuild,
} from "./build.ts";
import { AppError } from "../../shared/domain/app-error.ts";

export type InstallEvent =
  | { readonly kind: "progress"; readonly fraction: number; readonly message: string }
  | {
      readonly kind: "done";
      readonly folder: string;
      readonly version: string;
      readonly variant: "cpu" | "cuda";
    }
  | { readonly kind: "error"; readonly code: string; readonly message: string };

type Report = (fraction: number, message: string) => void;

/** Makes sure TensorFlow is installed and returns its folder. Safe against two at once and a kill. */
export async function installTensorFlow(
  report: Report,
  wantCuda = false,
): Promise<{
  readonly build: TensorFlowBuild;
  readonly folder: string;
}> {
  const present = installedBuild();
  if (present !== null && (present.build.variant === "cuda" || !wantCuda)) {
    clearLeftovers(dirname(present.folder));
    return present;
  }
  if (sourceHere() === "upstream") return installBuild(upstreamBuild, report);
  if (wantCuda || hasNvidiaDriver()) {
    try {
      return await installBuild(cudaBuild, report);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      report(
        0,
        `The CUDA build is not available (${error.message}); the CPU build is used instead`,
      );
    }
  }
  return present ?? (await installBuild(cpuBuild, report));
}

async function installBuild(
  build: TensorFlowBuild,
  report: Report,
): Promise<{ build: TensorFlowBuild; folder: string }> {
  const folder = buildFolder(build);
  const parent = prepareParent(folder, build);
  const temporary = mkdtempSync(join(parent, `.building-${process.pid}-`));
  try {
    await (build.source === "wheel" ? buildFromWheel : buildFromUpstream)(build, temporary, report);
    report(0.97, "Putting it in place");
    moveIntoPlace(temporary, build, folder);
    return { build, folder };
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

async function buildFromWheel(
  build: TensorFlowBuild,
  temporary: string,
  report: Report,
): Promise<void> {
  // Loaded here, so that a call that has nothing to do stays quick.
  const { downloadWheel, findPython, installCudaLibraries, unpackWheel } =
    await import("./wheel.ts");
  const { compileBinding } = await import("./compile.ts");
  const python = await findPython();
  report(0.02, `Fetching ${build.requirement} through pip (about 270 MB)`);
  const wheel = await downloadWheel(python, build, temporary);
  report(0.5, "Unpacking the TensorFlow libraries");
  await unpackWheel(python, wheel, temporary);
  rmSync(wheel);
  if (build.variant === "cuda") {
    report(0.6, "Fetching the CUDA libraries (several GB)");
    await installCudaLibraries(python, temporary);
  }
  report(0.7, "Compiling the binding");
  await compileBinding(bindingFile(build, temporary), join(temporary, "tensorflow"));
}

async function buildFromUpstream(
  build: TensorFlowBuild,
  temporary: string,
  report: Report,
): Promise<void> {
  const { runUpstreamInstaller } = await import("./upstream.ts");
  report(
    0.02,
    `Running TensorFlow.js' own installer for ${build.requirement} (untried on this system)`,
  );
  await runUpstreamInstaller(build, temporary);
}

/** Creates the folder's parent, clears what killed installations left there, checks the disk. */
function prepareParent(folder: string, build: TensorFlowBuild): string {
  const parent = dirname(folder);
  try {
    mkdirSync(parent, { recursive: true });
    clearLeftovers(parent);
  } catch (error) {
    throw new AppError(
      "tensorflow/cache-unwritable",
      `The cache folder ${parent} cannot be written (${String(error)}). Make it writable, or set XDG_CACHE_HOME to another folder.`,
    );
  }
  const { bavail, bsize } = statfsSync(parent);
  const free = bavail * bsize;
  if (free < build.diskBytes)
    throw new AppError(
      "tensorflow/disk-full",
      `TensorFlow needs ${gigabytes(build.diskBytes)} in ${parent} while it is installed, but ${gigabytes(free)} are free. ` +
        "Make room, or set XDG_CACHE_HOME to a folder on another disk.",
    );
  return parent;
}

/** Removes what installations left that were killed. */
function clearLeftovers(parent: string): void {
  for (const name of readdirSync(parent)) {
    const owner = /^\.building-(\d+)-/.exec(name)?.[1];
    if (owner !== undefined && !isRunning(Number(owner)))
      rmSync(join(parent, name), { recursive: true, force: true });
  }
}

const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`;

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Renames the finished build to its name. Where another process was first, its build stays. */
function moveIntoPlace(temporary: string, build: TensorFlowBuild, folder: string): void {
  try {
    renameSync(temporary, folder);
  } catch (error) {
    if (existsSync(bindingFile(build, folder))) return;
    throw new AppError(
      "tensorflow/rename-failed",
      `${basename(temporary)} could not be renamed to ${folder}: ${String(error)}. Remove that folder and try again.`,
    );
  }
}

async function main(json: boolean, wantCuda: boolean): Promise<number> {
  const emit = (event: InstallEvent): void => {
    if (json) process.stdout.write(`${JSON.stringify(event)}\n`);
    else if (event.kind === "progress") process.stderr.write(`TensorFlow: ${event.message}\n`);
    else if (event.kind === "error") process.stderr.write(`TensorFlow: ${event.message}\n`);
  };
  try {
    const { build, folder } = await installTensorFlow(
      (fraction, message) => emit({ kind: "progress", fraction, message }),
      wantCuda,
    );
    emit({ kind: "done", folder, version: build.version, variant: build.variant });
    return 0;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    emit({ kind: "error", code: error.code, message: error.message });
    return 1;
  }
}

if (import.meta.main) {
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    process.once(signal, () => process.exit(130));
  process.exitCode = await main(process.argv.includes("--json"), process.argv.includes("--cuda"));
}
