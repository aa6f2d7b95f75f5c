/** Fetches the TensorFlow wheel through pip and takes out the files that the binding needs. */
import { createHash } from "node:crypto";
import { createReadStream, readdirSync } from "node:fs";
import { join } from "node:path";
import { AppError } from "../../shared/domain/app-error.ts";
import { cudaLibraries, type TensorFlowBuild } from "./build.ts";
import { lastLines, runProgram } from "./run-program.ts";

/** The two libraries of the wheel, and the headers that the binding includes. */
const wanted = {
  files: ["tensorflow/libtensorflow_cc.so.2", "tensorflow/libtensorflow_framework.so.2"],
  headers: [
    "tensorflow/include/tensorflow/c/",
    "tensorflow/include/tensorflow/core/platform/ctstring",
    "tensorflow/include/tsl/platform/ctstring",
    "tensorflow/include/xla/tsl/c/",
  ],
};

/** Command words that start a Python 3 with pip. Throws where there is none. */
export async function findPython(): Promise<readonly string[]> {
  const candidates =
    process.platform === "win32" ? [["py", "-3"], ["python"]] : [["python3"], ["python"]];
  let pythonWithoutPip: string | null = null;
  for (const words of candidates) {
    const [program, ...args] = words as [string, ...string[]];
    const version = await runProgram(program, [
      ...args,
      "-c",
      "import sys; print(sys.version_info[0])",
    ]);
    if (version.code !== 0 || version.stdout.trim() !== "3") continue;
    const pip = await runProgram(program, [...args, "-m", "pip", "--version"]);
    if (pip.code === 0) return words;
    pythonWithoutPip ??= words.join(" ");
  }
  if (pythonWithoutPip !== null)
    throw new AppError(
      "tensorflow/no-pip",
      `Python was found (${pythonWithoutPip}) but it has no pip, which fetches TensorFlow. ` +
        "Install it (Debian and Ubuntu: apt install python3-pip) and try again.",
    );
  throw new AppError(
    "tensorflow/no-python",
    "Python 3 was not found; its pip fetches TensorFlow. Install Python 3 with pip " +
      "(Debian and Ubuntu: apt install python3 python3-pip) and try again.",
  );
}

/** Downloads the wheel into `folder`. Returns its path once its digest is the pinned one. */
export async function downloadWheel(
  python: readonly string[],
  build: TensorFlowBuild,
  folder: string,
): Promise<string> {
  const [program, ...args] = python as [string, ...string[]];
  const result = await runProgram(program, [
    ...args,
    ...["-m", "pip", "download", "--no-deps", "--only-binary=:all:", "--disable-pip-version-check"],
    // The libraries inside do not depend on the Python; asking for one fixed tag pins the file.
    ...["--python-version", "3.11", "--implementation", "cp", "--abi", "cp311"],
    ...["--platform", build.platformTag, "--quiet", "-d", folder, build.requirement],
  ]);
  const wheel = readdirSync(folder).find((name) => name.endsWith(".whl"));
  if (result.code !== 0 || wheel === undefined)
    throw new AppError(
      "tensorflow/download-failed",
      `pip could not fetch ${build.requirement}: ${lastLines(result.stderr)}. ` +
        "Check the network, pip's index setting and the free disk space, then try again.",
    );
  const path = join(folder, wheel);
  await assertDigest(path, build);
  return path;
}

async function assertDigest(path: string, build: TensorFlowBuild): Promise<void> {
  if (build.sha256 === null) return;
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 }))
    hash.update(chunk as Buffer);
  const digest = hash.digest("hex");
  if (digest === build.sha256) return;
  throw new AppError(
    "tensorflow/wrong-digest",
    `The downloaded ${build.requirement} has SHA-256 ${digest}, expected ${build.sha256}; it was not used. ` +
      "pip's index serves another file: set pip to the official index and try again.",
  );
}

const unpackScript = `
import json, os, sys, zipfile
wheel, target, files, headers = sys.argv[1], sys.argv[2], json.loads(sys.argv[3]), json.loads(sys.argv[4])
with zipfile.ZipFile(wheel) as archive:
    names = set(archive.namelist())
    missing = [name for name in files if name not in names]
    if missing:
        sys.exit("the wheel lacks " + ", ".join(missing))
    for name in files + [n for n in names if n.startswith(tuple(headers))]:
        archive.extract(name, target)
`;

/** Unpacks the libraries and headers of the wheel into `folder`/tensorflow. */
export async function unpackWheel(
  python: readonly string[],
  wheel: string,
  folder: string,
): Promise<void> {
  const [program, ...args] = python as [string, ...string[]];
  const result = await runProgram(program, [
    ...args,
    ...["-c", unpackScript, wheel, folder],
    ...[JSON.stringify(wanted.files), JSON.stringify(wanted.headers)],
  ]);
  if (result.code !== 0)
    throw new AppError(
      "tensorflow/unpack-failed",
      `The TensorFlow wheel could not be unpacked into ${folder}: ${lastLines(result.stderr)}. ` +
        "Check the free disk space and try again.",
    );
}

/** Puts the CUDA libraries beside the TensorFlow libraries, as the wheel expects them. Untried. */
export async function installCudaLibraries(
  python: readonly string[],
  folder: string,
): Promise<void> {
  const [program, ...args] = python as [string, ...string[]];
  const result = await runProgram(program, [
    ...args,
    ...["-m", "pip", "install", "--no-deps", "--no-compile", "--only-binary=:all:", "--quiet"],
    ...["--disable-pip-version-check", "--target", folder, ...cudaLibraries],
  ]);
  if (result.code !== 0)
    throw new AppError(
      "tensorflow/cuda-libraries-failed",
      `pip could not fetch the CUDA libraries: ${lastLines(result.stderr)}.`,
    );
}
