import { once } from "node:events";
import { chmodSync, existsSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { smallProject, type SmallProject } from "./small-project.ts";

let project: SmallProject;

beforeEach(() => {
  project = smallProject();
});

afterEach(() => project.remove());

const count = (line: string): number => project.log().filter((each) => each === line).length;

describe("packages", () => {
  test("the first command installs, the next ones do not", async () => {
    expect((await project.run(["fovea", "doctor"])).stderr).toContain("installing packages");
    expect((await project.run(["fovea", "doctor"])).stderr).toBe("");
    expect(project.log()).toEqual(["npm ci", "app doctor", "app doctor"]);
  });

  test("a changed lock file installs again", async () => {
    await project.run(["fovea", "doctor"]);
    project.write("package-lock.json", '{"lockfileVersion":3,"name":"changed"}');
    await project.run(["fovea", "doctor"]);
    expect(count("npm ci")).toBe(2);
  });

  test("an install that fails ends with a sentence, starts nothing, and is tried again", async () => {
    const outcome = await project.run(["fovea", "doctor"], { NPM_FAILS: "1" });
    expect(outcome.code).toBe(1);
    expect(outcome.stderr).toMatch(/npm ci failed.*run the command again/);
    expect(outcome.stderr).not.toContain("    at ");
    expect(count("app doctor")).toBe(0);
    expect((await project.run(["fovea", "doctor"])).code).toBe(0);
    expect(count("npm ci")).toBe(2);
  });

  test("a failing install after a good one does not count as installed, even when the lock file returns", async () => {
    const lock = project.read("package-lock.json");
    await project.run(["fovea", "doctor"]);
    project.write("package-lock.json", '{"lockfileVersion":3,"name":"changed"}');
    await project.run(["fovea", "doctor"], { NPM_FAILS: "1" });
    project.write("package-lock.json", lock);
    await project.run(["fovea", "doctor"]);
    expect(count("npm ci")).toBe(3);
  });

  test("an install that is killed half-way is done again by the next command", async () => {
    const child = project.start(["fovea", "doctor"], { NPM_TAKES: "3000" });
    await vi.waitFor(() => expect(count("npm ci")).toBe(1), 20_000);
    child.kill("SIGKILL");
    await once(child, "exit");
    const outcome = await project.run(["fovea", "doctor"]);
    expect(outcome.code).toBe(0);
    expect(project.log()).toEqual(["npm ci", "npm ci", "app doctor"]);
  });

  test("of two commands at once one installs and the other waits for it", async () => {
    const [first, second] = await Promise.all([
      project.run(["fovea", "one"], { NPM_TAKES: "700" }),
      project.run(["fovea", "two"], { NPM_TAKES: "700" }),
    ]);
    expect([first.code, second.code]).toEqual([0, 0]);
    expect(project.log().slice(1).sort()).toEqual(["app one", "app two"]);
    expect(count("npm ci")).toBe(1);
    expect(first.stderr + second.stderr).toContain("waiting for the set-up");
  });

  test("a folder that cannot be written to is told in a sentence", async () => {
    project.write("dist", "a file where a folder must be");
    const outcome = await project.run(["fovea", "doctor"]);
    expect(outcome.code).toBe(1);
    expect(outcome.stderr).toMatch(/cannot be written to .*Copy the project/);
    expect(outcome.stderr).not.toContain("    at ");
  });
});

describe("page", () => {
  test("it is built once, and again when a source changes", async () => {
    await project.run(["start"]);
    await project.run(["start"]);
    expect(count("vite")).toBe(1);
    expect(project.read("dist/page/index.html")).toBe("page 1");
    project.write("renderer/main.ts", "page 2 is longer");
    await project.run(["start"]);
    expect(count("vite")).toBe(2);
    expect(project.read("dist/page/index.html")).toBe("page 2 is longer");
  });

  test("a build that fails leaves the page that was there", async () => {
    await project.run(["start"]);
    project.write("renderer/main.ts", "broken");
    const outcome = await project.run(["start"]);
    expect(outcome.code).toBe(1);
    expect(outcome.stderr).toContain("the page could not be built");
    expect(project.read("dist/page/index.html")).toBe("page 1");
  });

  test("commands that show no page do not build it", async () => {
    await project.run(["fovea", "evaluate"]);
    expect(count("vite")).toBe(0);
    await project.run(["fovea", "serve"]);
    expect(count("vite")).toBe(1);
  });
});

describe("start", () => {
  test("without Electron it says so in one line and serves", async () => {
    await project.run(["start"]);
    const outcome = await project.run(["start", "--port", "8787"]);
    expect(outcome.stderr.trim().split("\n")).toEqual([
      "fovea: Electron's program is not installed here, so Fovea opens in your browser instead.",
    ]);
    expect(project.log().at(-1)).toBe("app serve --open --port 8787");
  });

  test("an Electron that cannot open a window is followed by the browser", async () => {
    await project.run(["start"]);
    project.write("node_modules/electron/path.txt", "../../../refuse.mjs");
    project.write("refuse.mjs", "#!/bin/sh\nexit 41\n");
    chmodSync(join(project.folder, "refuse.mjs"), 0o755);
    project.write("node_modules/electron/dist/keep", "");
    const outcome = await project.run(["start"], { DISPLAY: ":7" });
    expect(outcome.stderr).toContain("Electron could not open its window (exit code 41)");
    expect(project.log().at(-1)).toBe("app serve --open");
  });
});

describe("the command line", () => {
  test("stdout holds the command's own output only, also when the set-up runs", async () => {
    const outcome = await project.run(["fovea", "serve", "--json", "a b"]);
    expect(outcome.stdout).toBe('["serve","--json","a b"]\n');
    expect(outcome.stderr).toContain("noise of npm");
    expect(outcome.stderr).toContain("noise of vite");
  });

  test("the exit code is the command's", async () => {
    expect((await project.run(["fovea", "fail"])).code).toBe(2);
  });

  test("compiled code is kept in the user's cache, threads and first file included; without a cache it runs too", async () => {
    project.write(
      "main/cli.ts",
      `import { getCompileCacheDir } from "node:module";
import { Worker } from "node:worker_threads";
const tell = "parentPort.postMessage(require('node:module').getCompileCacheDir() ?? null)";
const worker = new Worker("const { parentPort } = require('node:worker_threads');" + tell, { eval: true });
worker.on("message", (there: string | null) => console.log(JSON.stringify([getCompileCacheDir() ?? null, there])));
`,
    );
    const cache = join(project.folder, "cache");
    const env = { XDG_CACHE_HOME: cache, LOCALAPPDATA: cache, HOME: cache };
    const kept = await project.run(["fovea"], env);
    const [here, there] = JSON.parse(kept.stdout) as string[];
    expect(here).toContain(join("fovea", "compiled"));
    expect(here!.startsWith(cache)).toBe(true);
    expect(there).toBe(here);
    const none = join(project.folder, "package.json");
    const outcome = await project.run(["fovea"], {
      XDG_CACHE_HOME: none,
      LOCALAPPDATA: none,
      HOME: none,
    });
    expect(outcome).toEqual({ code: 0, stdout: "[null,null]\n", stderr: "" });
  });

  test("a signal reaches the app, and its answer comes back", async () => {
    const child = project.start(["fovea", "wait"]);
    await once(child.stdout!, "data");
    child.kill("SIGTERM");
    const [code] = (await once(child, "exit")) as [number | null];
    expect(code).toBe(7);
  });

  test("an unknown mode is answered with the ones there are", async () => {
    const outcome = await project.run(["fly"]);
    expect(outcome.code).toBe(1);
    expect(outcome.stderr).toMatch(/run\.mjs knows start, test, fovea.*"fly"/);
    expect(existsSync(join(project.folder, "node_modules"))).toBe(false);
  });
});
