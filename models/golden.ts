/**
 * Checks this program's numbers against golden vectors: `npm run -s golden -- DIR`.
 * Prints one JSON document on stdout: for each file what was found, the worst difference and its tolerance.
 * Exit code 1 where a check fails, a file is missing, or the folder cannot be used.
 */
import { existsSync, readdirSync, statSync } from "node:fs";
import { join, relative, resolve, sep } from "node:path";
import { goldenChecks, inputFiles, type GoldenCheck } from "./golden/checks.ts";
import { loadTensorFlow } from "./runtime/load.ts";

interface FileResult {
  readonly state: "ok" | "failed" | "missing" | "unchecked" | "input";
  /** The largest difference found, in the measure that the tolerance is given in. */
  readonly worst?: number | null;
  readonly tolerance?: number;
  /** Where in the file the worst difference is. */
  readonly at?: string;
  readonly problem?: string;
  readonly notes?: readonly string[];
}

/** Runs every check on a folder. Keys are paths below it, with `/`. */
export async function checkGolden(folder: string): Promise<Record<string, FileResult>> {
  const results: Record<string, FileResult> = {};
  const checked = new Set<string>();
  for (const check of goldenChecks) {
    checked.add(check.file);
    results[check.file] = await runCheck(folder, check);
  }
  for (const file of filesBelow(folder))
    if (!checked.has(file))
      results[file] = {
        state: inputFiles.some((end) => file.endsWith(end)) ? "input" : "unchecked",
      };
  return results;
}

async function runCheck(folder: string, check: GoldenCheck): Promise<FileResult> {
  const { tolerance } = check;
  if (!existsSync(join(folder, check.file))) return { state: "missing" };
  try {
    const { worst, at, notes } = await check.measure(folder);
    const state = worst <= tolerance ? "ok" : "failed"; // NaN fails
    const shown = Number.isFinite(worst) ? worst : null;
    return { state, worst: shown, tolerance, at, ...(notes.length > 0 ? { notes } : {}) };
  } catch (error) {
    return { state: "failed", worst: null, tolerance, problem: String(error) };
  }
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join("/"))
    .sort();
}

async function main(argument: string | undefined): Promise<number> {
  // npm changes the working folder, and says where the caller was.
  const folder = resolve(process.env["INIT_CWD"] ?? ".", argument ?? "");
  if (argument === undefined || !existsSync(folder) || !statSync(folder).isDirectory()) {
    process.stderr.write(
      `golden needs a folder with golden vectors: npm run -s golden -- DIR (got ${argument ?? "nothing"}).\n`,
    );
    return 1;
  }
  await loadTensorFlow();
  const files = await checkGolden(folder);
  const ok = !Object.values(files).some(({ state }) => state === "failed" || state === "missing");
  process.stdout.write(`${JSON.stringify({ ok, files }, null, 2)}\n`);
  return ok ? 0 : 1;
}

if (import.meta.main) {
  try {
    process.exitCode = await main(process.argv[2]);
  } catch (error) {
    process.stderr.write(`golden: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
