import { existsSync, mkdirSync, readFileSync, statfsSync } from "node:fs";
import { delimiter, join } from "node:path";
import type { DoctorCheck } from "../../shared/api/system.ts";
import { probeTensorFlow } from "../compute/probe-tensorflow.ts";
import { programFolder } from "../program.ts";

const GIB = 2 ** 30;
const ENOUGH_DISK_BYTES = 5 * GIB;

/** Looks at what Fovea needs or can use here, and says what to do about what is missing. */
export async function examine(dataFolder: string): Promise<DoctorCheck[]> {
  return [node(), await sqlite(), await tensorflow(), electron(), chromium(), disk(dataFolder)];
}

function node(): DoctorCheck {
  const enough = Number.parseInt(process.versions.node, 10) >= 24;
  return {
    name: "Node",
    state: enough ? "ok" : "missing",
    found: `${process.versions.node} at ${process.execPath}`,
    advice: enough
      ? null
      : "Start Fovea through npm, which brings the right Node, or install Node 24 or later.",
  };
}

async function sqlite(): Promise<DoctorCheck> {
  try {
    const { databaseVersion } = await import("../db/queries/version.ts");
    return { name: "SQLite", state: "ok", found: databaseVersion(), advice: null };
  } catch (error) {
    return {
      name: "SQLite",
      state: "missing",
      found: error instanceof Error ? error.message : String(error),
      advice:
        "Remove node_modules and run npm start again, so that better-sqlite3 is installed for this system.",
    };
  }
}

async function tensorflow(): Promise<DoctorCheck> {
  const name = "TensorFlow";
  const probe = await probeTensorFlow();
  if (probe.state === "missing") {
    return { name, state: "warning", found: "not installed", advice: probe.advice };
  }
  if (probe.state === "broken") {
    return { name, state: "warning", found: probe.problem, advice: probe.advice };
  }
  const { version, device, gigaflops, correct, advice } = probe;
  return {
    name,
    state: correct && advice === null ? "ok" : "warning",
    found: `${version} on the ${device.toUpperCase()}, ${gigaflops.toFixed(0)} GFLOP/s${correct ? "" : ", with wrong results"}`,
    advice: correct ? advice : "Run fovea doctor --install-tensorflow to install it anew.",
  };
}

function electron(): DoctorCheck {
  const folder = join(programFolder, "node_modules", "electron");
  const running = process.versions["electron"];
  if (running) return { name: "Electron", state: "ok", found: running, advice: null };
  const pathFile = join(folder, "path.txt");
  if (
    existsSync(pathFile) &&
    existsSync(join(folder, "dist", readFileSync(pathFile, "utf8").trim()))
  ) {
    return { name: "Electron", state: "ok", found: folder, advice: null };
  }
  return {
    name: "Electron",
    state: "warning",
    found: "its program was not downloaded",
    advice:
      "Fovea works in the browser instead. For the desktop window run npx install-electron --no where GitHub can be reached.",
  };
}

function chromium(): DoctorCheck {
  const names = [
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "chrome.exe",
    "msedge",
  ];
  const folders = [
    ...(process.env["PATH"] ?? "").split(delimiter),
    "/Applications/Google Chrome.app/Contents/MacOS",
  ];
  const asked = process.env["FOVEA_CHROMIUM"];
  const candidates = [
    ...(asked ? [asked] : []),
    ...folders.flatMap((folder) => names.map((name) => join(folder, name))),
  ];
  const found = candidates.find((path) => existsSync(path));
  return {
    name: "Chromium",
    state: found ? "ok" : "warning",
    found: found ?? "none on the PATH",
    advice: found
      ? null
      : "Only the browser tests need it. Install Chrome or Chromium, or set FOVEA_CHROMIUM to its program.",
  };
}

function disk(dataFolder: string): DoctorCheck {
  mkdirSync(dataFolder, { recursive: true });
  const { bavail, bsize } = statfsSync(dataFolder);
  const free = bavail * bsize;
  return {
    name: "Disk space",
    state: free >= ENOUGH_DISK_BYTES ? "ok" : "warning",
    found: `${(free / GIB).toFixed(1)} GiB free at ${dataFolder}`,
    advice:
      free >= ENOUGH_DISK_BYTES
        ? null
        : "Large datasets and training need room. Free some, or set FOVEA_DATA to a folder on a larger disk.",
  };
}
