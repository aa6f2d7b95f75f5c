import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { installedBuild, sourceHere, upstreamBuild } from "../../../../models/runtime/build.ts";
import { runUpstreamInstaller } from "../../../../models/runtime/upstream.ts";

const root = mkdtempSync(join(tmpdir(), "fovea-install-"));
afterAll(() => rmSync(root, { recursive: true }));
const script = join(import.meta.dirname, "../../../../models/runtime/install.ts");

interface Run {
  readonly status: number | null;
  readonly events: { kind: string; code?: string; message?: string; folder?: string }[];
  readonly cache: string;
}

/** Runs the installer with an empty cache and only the given programs to be found. */
function install(programs: Readonly<Record<string, string>>): Run {
  const place = mkdtempSync(join(root, "run-"));
  const bin = join(place, "bin");
  const cache = join(place, "cache");
  mkdirSync(bin);
  for (const [name, text] of Object.entries(programs)) {
    writeFileSync(join(bin, name), `#!/bin/sh\n${text}\n`);
    chmodSync(join(bin, name), 0o755);
  }
  const { status, stdout } = spawnSync(process.execPath, [script, "--json"], {
    env: { PATH: bin, XDG_CACHE_HOME: cache, HOME: place },
    encoding: "utf8",
  });
  const events = stdout.trim().split("\n").map((line) => JSON.parse(line) as Run["events"][number]); // prettier-ignore
  return { status, events, cache: join(cache, "fovea", "tensorflow") };
}

/** A python3 of which each question is answered by a line of shell. */
const python = (answers: {
  pip?: string;
  download?: string;
}): Readonly<Record<string, string>> => ({
  python3: [
    'case "$*" in',
    '*version_info*) echo 3;;',
    `*"pip --version"*) ${answers.pip ?? "exit 1"};;`,
    `*"pip download"*) ${answers.download ?? "exit 1"};;`,
    "*) exit 1;;",
    "esac",
  ].join("\n"), // prettier-ignore
});

/** Writes a wheel of a few bytes into the folder after -d. */
const wrongWheel = 'while [ "$1" != -d ]; do shift; done; echo wrong > "$2/tensorflow.whl"';

const failures: [string, Readonly<Record<string, string>>, string, RegExp][] = [
  ["without Python", {}, "tensorflow/no-python", /Install Python 3 with pip/],
  ["with a Python without pip", python({}), "tensorflow/no-pip", /apt install python3-pip/],
  [
    "when pip cannot download",
    python({ pip: "exit 0", download: "echo no network >&2; exit 1" }),
    "tensorflow/download-failed",
    /no network/,
  ],
  [
    "when the index serves another file",
    python({ pip: "exit 0", download: wrongWheel }),
    "tensorflow/wrong-digest",
    /expected 2b847d217b02/,
  ],
];

test.each(failures)(
  "%s the installer says what to do and leaves nothing behind",
  (_name, programs, code, advice) => {
    const { status, events, cache } = install(programs);
    expect(status).toBe(1);
    expect(events.at(-1)).toMatchObject({ kind: "error", code });
    expect(events.at(-1)!.message).toMatch(advice);
    expect(readdirSync(cache)).toEqual([]);
  },
);

test("what a killed installation left is cleared by the next, what a running one has is kept", () => {
  const place = mkdtempSync(join(root, "kill-"));
  const cache = join(place, "fovea", "tensorflow");
  const dead = spawnSync(process.execPath, ["-e", ""]).pid;
  for (const pid of [dead, process.pid]) mkdirSync(join(cache, `.building-${pid}-abc`), { recursive: true }); // prettier-ignore
  spawnSync(process.execPath, [script], { env: { PATH: place, XDG_CACHE_HOME: place } });
  expect(readdirSync(cache)).toEqual([`.building-${process.pid}-abc`]);
});

test("an installed TensorFlow is found without looking for Python or a network", () => {
  const { status, stdout } = spawnSync(process.execPath, [script, "--json"], {
    env: { ...process.env, PATH: "/nowhere" },
    encoding: "utf8",
  });
  expect(status).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ kind: "done", folder: installedBuild()!.folder });
});

test("each system has its way to TensorFlow, or is told that there is none", () => {
  expect(sourceHere("linux", "x64")).toBe("wheel");
  expect(sourceHere("win32", "x64")).toBe("upstream");
  expect(sourceHere("darwin", "arm64")).toBe("upstream");
  expect(() => sourceHere("linux", "arm64")).toThrow(/this is linux arm64/);
});

test("the installer of TensorFlow.js runs in a folder of its own and its failure is told", async () => {
  const folder = mkdtempSync(join(root, "upstream-"));
  // Nothing answers there, so that the installer fails as it does without a network.
  process.env["CDN_STORAGE"] = "http://127.0.0.1:1/";
  try {
    await expect(runUpstreamInstaller(upstreamBuild, folder)).rejects.toMatchObject({
      code: "tensorflow/upstream-failed",
      message: expect.stringMatching(/did not succeed: .*ECONNREFUSED.*WSL/) as string,
    });
  } finally {
    delete process.env["CDN_STORAGE"];
  }
  expect(readdirSync(folder)).toEqual(["package"]);
});
