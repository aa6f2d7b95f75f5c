/**
 * TensorFlow.js' own installer, for systems that Python's wheels do not serve: it fetches libtensorflow and a binding
 * that was compiled by the authors of TensorFlow.js. Untried on Windows and macOS.
 */
import { copyFileSync, cpSync, existsSync, readdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { AppError } from "../../shared/domain/app-error.ts";
import { bindingFile, type TensorFlowBuild } from "./build.ts";
import { packageFolder } from "./compile.ts";
import { lastLines, runProgram } from "./run-program.ts";

const PACKAGE = "@tensorflow/tfjs-node-gpu";
/** Parts of the package that the installer needs, so that nothing in node_modules is written. */
const NEEDED = ["package.json", "binding.gyp", "binding", "scripts"];

/**
 * Leaves `package/` in `folder`: the binding in lib/, libtensorflow in deps/lib. Throws
 * `tensorflow/upstream-failed` with the installer's last words.
 */
export async function runUpstreamInstaller(build: TensorFlowBuild, folder: string): Promise<void> {
  const origin = packageFolder(PACKAGE);
  if (origin === null)
    throw failed(`${PACKAGE} is not in node_modules; run npm ci in Fovea's folder`);
  const copy = join(folder, "package");
  for (const part of NEEDED) cpSync(join(origin, part), join(copy, part), { recursive: true });
  const modules = dirname(dirname(origin));
  const separator = process.platform === "win32" ? ";" : ":";
  const { code, stdout, stderr } = await runProgram(
    process.execPath,
    [join("scripts", "install.js"), build.variant === "cuda" ? "gpu" : "cpu", "download"],
    {
      cwd: copy,
      env: {
        ...process.env,
        NODE_PATH: modules,
        // Inside of the desktop program, Electron's binary is to be Node.
        ELECTRON_RUN_AS_NODE: "1",
        PATH: [join(modules, ".bin"), dirname(process.execPath), process.env["PATH"]].join(
          separator,
        ),
      },
    },
  );
  const binding = bindingFile(build, folder);
  if (code !== 0 || !existsSync(binding)) throw failed(reasonIn(`${stdout}\n${stderr}`));
  placeLibraryOnWindows(copy, dirname(binding));
  rmSync(join(copy, "binding"), { recursive: true, force: true });
}

/** Windows looks for libraries beside the binding; the installer puts them where a newer Node's binding would be. */
function placeLibraryOnWindows(copy: string, besideBinding: string): void {
  if (process.platform !== "win32") return;
  const libraries = join(copy, "deps", "lib");
  for (const name of readdirSync(libraries))
    if (name.endsWith(".dll")) copyFileSync(join(libraries, name), join(besideBinding, name));
}

/** The first line that names an error, else the last ones. */
function reasonIn(output: string): string {
  return /^.*\bError: .*$/m.exec(output)?.[0].trim() ?? lastLines(output);
}

function failed(reason: string): AppError {
  return new AppError(
    "tensorflow/upstream-failed",
    `TensorFlow.js' own installer did not succeed: ${reason}. ` +
      "On Windows, WSL 2 with Ubuntu runs Fovea's Linux path instead; ONNX detectors run without TensorFlow.",
  );
}
