/**
 * The TensorFlow that Fovea runs on: which wheel, which files of it, and where they are kept.
 * The native binding comes from @tensorflow/tfjs-node-gpu and is compiled against these libraries.
 */
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { AppError } from "../../shared/domain/app-error.ts";

export interface TensorFlowBuild {
  readonly variant: "cpu" | "cuda";
  /** `wheel`: Python's package, with a binding compiled here. `upstream`: what TensorFlow.js' own installer fetches. */
  readonly source: "wheel" | "upstream";
  /** Requirement as pip understands it. */
  readonly requirement: string;
  readonly version: string;
  /** SHA-256 of the wheel, lower-case hex; null where only the version is pinned. */
  readonly sha256: string | null;
  readonly platformTag: string;
  /** Bytes needed in the cache folder while installing. */
  readonly diskBytes: number;
}

const VERSION = "2.21.0";

/** Raised whenever the way the binding is compiled changes, so that old builds are not used again. */
const BINDING_REVISION = 1;

export const cpuBuild: TensorFlowBuild = {
  variant: "cpu",
  source: "wheel",
  requirement: `tensorflow-cpu==${VERSION}`,
  version: VERSION,
  sha256: "2b847d217b02ee7731ed91431daf3250daa0196c3c94614d23be27232e6e5b6c",
  platformTag: "manylinux_2_27_x86_64",
  diskBytes: 1.3e9,
};

/** Untried: prepared from the packages' own description, on no machine with a GPU yet. */
export const cudaBuild: TensorFlowBuild = {
  variant: "cuda",
  source: "wheel",
  requirement: `tensorflow==${VERSION}`,
  version: VERSION,
  sha256: null,
  platformTag: "manylinux_2_27_x86_64",
  diskBytes: 8e9,
};

/**
 * For Windows and macOS. Untried: no such machine was at hand, and the installer's server has refused some of its files.
 * The version is that of the libtensorflow it fetches.
 */
export const upstreamBuild: TensorFlowBuild = {
  variant: "cpu",
  source: "upstream",
  requirement: "libtensorflow 2.9.1",
  version: "2.9.1",
  sha256: null,
  platformTag: `${process.platform}-${process.arch}`,
  diskBytes: 2e9,
};

/** The CUDA libraries that TensorFlow opens at run time, as its `and-cuda` extra names them. */
export const cudaLibraries: readonly string[] = [
  "nvidia-cublas-cu12>=12.5.3.2,<13.0",
  "nvidia-cuda-cupti-cu12>=12.5.82,<13.0",
  "nvidia-cuda-nvcc-cu12>=12.5.82,<13.0",
  "nvidia-cuda-nvrtc-cu12>=12.5.82,<13.0",
  "nvidia-cuda-runtime-cu12>=12.5.82,<13.0",
  "nvidia-cudnn-cu12>=9.3.0.75,<10.0",
  "nvidia-cufft-cu12>=11.2.3.61,<12.0",
  "nvidia-curand-cu12>=10.3.6.82,<11.0",
  "nvidia-cusolver-cu12>=11.6.3.83,<12.0",
  "nvidia-cusparse-cu12>=12.5.1.3,<13.0",
  "nvidia-nccl-cu12>=2.27.7,<3.0",
  "nvidia-nvjitlink-cu12>=12.5.82,<13.0",
];

/** Folder of the user's caches, by the custom of each system. */
export function userCacheFolder(): string {
  if (process.platform === "win32")
    return process.env["LOCALAPPDATA"] ?? join(homedir(), "AppData", "Local");
  if (process.platform === "darwin") return join(homedir(), "Library", "Caches");
  const xdg = process.env["XDG_CACHE_HOME"];
  return xdg !== undefined && xdg !== "" ? xdg : join(homedir(), ".cache");
}

/** Where a build lives: one folder per version, wheel and way of compiling. */
export function buildFolder(build: TensorFlowBuild): string {
  const origin =
    build.sha256?.slice(0, 12) ?? (build.source === "wheel" ? build.variant : "upstream");
  return join(
    userCacheFolder(),
    "fovea",
    "tensorflow",
    `${build.version}-${origin}-b${BINDING_REVISION}`,
  );
}

/** The binding inside a build's folder. The folder appears by a rename, so it is whole or absent. */
export function bindingFile({ source }: TensorFlowBuild, folder: string): string {
  const own = source === "wheel" ? [] : ["package", "lib", "napi-v8"];
  return join(folder, ...own, "tfjs_binding.node");
}

/** The build that is installed, CUDA before CPU; null where there is none. */
export function installedBuild(): { build: TensorFlowBuild; folder: string } | null {
  for (const build of [cudaBuild, cpuBuild, upstreamBuild]) {
    const folder = buildFolder(build);
    if (existsSync(bindingFile(build, folder))) return { build, folder };
  }
  return null;
}

/** Where TensorFlow comes from on this system. Throws where there is no way at all. */
export function sourceHere(
  platform: string = process.platform,
  arch: string = process.arch,
): TensorFlowBuild["source"] {
  if (platform === "linux" && arch === "x64") return "wheel";
  if (platform === "win32" && arch === "x64") return "upstream";
  if (platform === "darwin") return "upstream";
  throw new AppError(
    "tensorflow/unsupported-system",
    `Fovea can install TensorFlow on Linux x64, and through TensorFlow.js' own installer on Windows x64 and macOS; this is ${platform} ${arch}. ` +
      "Everything but running RT-DETR and training works without TensorFlow.",
  );
}

/** Whether this machine has an NVIDIA driver, judged by what the driver itself puts there. */
export function hasNvidiaDriver(): boolean {
  return existsSync("/proc/driver/nvidia/version") || existsSync("/dev/nvidiactl");
}
