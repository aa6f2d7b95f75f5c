import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { TensorFlowProbe } from "../../../../models/runtime/probe.ts";

const script = join(import.meta.dirname, "../../../../models/runtime/probe.ts");

function probe(env: NodeJS.ProcessEnv): TensorFlowProbe {
  const { stdout } = spawnSync(process.execPath, [script], { env, encoding: "utf8" });
  return JSON.parse(stdout) as TensorFlowProbe;
}

test("the probe names the version and a device on which an operation gave the right result", () => {
  expect(probe(process.env)).toMatchObject({
    state: "ready",
    version: "2.21.0",
    device: expect.stringMatching(/^(cpu|gpu)$/) as unknown,
    correct: true,
  });
});

test("without TensorFlow the probe says how to get it", () => {
  const empty = mkdtempSync(join(tmpdir(), "fovea-probe-"));
  expect(probe({ ...process.env, XDG_CACHE_HOME: empty })).toEqual({
    state: "missing",
    advice: expect.stringContaining("fovea doctor --install-tensorflow") as unknown,
  });
  rmSync(empty, { recursive: true });
});
