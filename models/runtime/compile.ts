/** Compiles the TensorFlow.js binding against the unpacked libraries with one compiler call. */
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { AppError } from "../../shared/domain/app-error.ts";
import { lastLines, runProgram } from "./run-program.ts";

const require = createRequire(import.meta.url);

/** A package's folder. The compiler cannot look into a packaged app's archive; what it reads lies unpacked beside it. */
export function packageFolder(name: string): string | null {
  try {
    const manifest = require.resolve(`${name}/package.json`);
    return dirname(manifest).replace(/\bapp\.asar(?=[\\/])/, "app.asar.unpacked");
  } catch {
    return null; // not installed for this system
  }
}

/** Headers of the Node that is pinned in node_modules, else of the Node that runs this. */
function nodeHeaders(): string {
  const folders = [join(dirname(process.execPath), "..", "include", "node")];
  try {
    const pinned = require.resolve(`node-${process.platform}-${process.arch}/package.json`);
    folders.unshift(join(dirname(pinned), "include", "node"));
  } catch {
    // No Node is pinned for this system; its own headers may be there.
  }
  const found = folders.find((folder) => existsSync(join(folder, "node_api.h")));
  if (found !== undefined) return found;
  throw new AppError(
    "tensorflow/no-node-headers",
    `Node's headers (node_api.h) were not found in ${folders.join(" or ")}. Run npm ci in Fovea's folder and try again.`,
  );
}

async function findCompiler(): Promise<string> {
  for (const name of ["g++", "c++", "clang++"])
    if ((await runProgram(name, ["--version"])).code === 0) return name;
  throw new AppError(
    "tensorflow/no-compiler",
    "No C++ compiler was found (g++, c++ or clang++). Install one (Debian and Ubuntu: apt install g++) and try again.",
  );
}

/** Writes the binding as `target`, beside the folder `libraries`: `tensorflow` as unpacked from the wheel. */
export async function compileBinding(target: string, libraries: string): Promise<void> {
  const compiler = await findCompiler();
  const sources = join(packageFolder("@tensorflow/tfjs-node-gpu") ?? "", "binding");
  const runPath = ["$ORIGIN/tensorflow", ...cudaRunPath].join(":");
  const result = await runProgram(compiler, [
    ...["-shared", "-O2", "-fPIC", "-std=c++17"],
    ...["-DNAPI_VERSION=8", "-DNODE_GYP_MODULE_NAME=tfjs_binding", "-DBUILDING_NODE_EXTENSION"],
    ...[`-I${nodeHeaders()}`, `-I${join(libraries, "include")}`],
    ...[join(sources, "tfjs_backend.cc"), join(sources, "tfjs_binding.cc")],
    join(libraries, "libtensorflow_cc.so.2"),
    join(libraries, "libtensorflow_framework.so.2"),
    // Old-style tags, because they also serve the libraries that TensorFlow opens later by name.
    ...["-Wl,--disable-new-dtags", `-Wl,-rpath,${runPath}`],
    ...["-o", target],
  ]);
  if (result.code !== 0)
    throw new AppError(
      "tensorflow/compile-failed",
      `${compiler} could not build the TensorFlow binding: ${lastLines(result.stderr)}. ` +
        "It needs C++17 (GCC 8 or later) and the C++ standard library's headers.",
    );
}

const cudaRunPath = [
  ...["cublas", "cuda_cupti", "cuda_nvrtc", "cuda_runtime", "cudnn", "cufft"],
  ...["curand", "cusolver", "cusparse", "nccl", "nvjitlink"],
].map((name) => `$ORIGIN/nvidia/${name}/lib`);
