import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { expect, onTestFinished, test, vi } from "vitest";
import type { Input, Output, RouteName } from "../../shared/api/contract.ts";
import { tinyPreset } from "../../shared/domain/training.ts";
import { temporaryFolder } from "../fixtures/app/started-app.ts";
import { writeSmallRtdetr } from "../fixtures/models/small-rtdetr.ts";
import { streetFolder } from "../fixtures/models/street.ts";

const root = join(import.meta.dirname, "..", "..");
const PATIENCE = { interval: 50, timeout: 60_000 };

/** `fovea serve` on a data folder, called as its page calls it. */
async function serve(data: string) {
  const host = spawn(process.execPath, ["main/cli.ts", "serve", "--json"], {
    cwd: root,
    env: { ...process.env, FOVEA_DATA: data },
    stdio: ["ignore", "pipe", "ignore"],
  });
  const gone = new Promise((resolve) => host.once("exit", resolve));
  onTestFinished(async () => {
    if (host.exitCode === null && host.signalCode === null) host.kill("SIGTERM");
    await gone;
  });
  const address = await addressOf(host);
  const { headers } = await fetch(address, { redirect: "manual" });
  const cookie = headers.get("set-cookie")!.split(";")[0]!;
  const call = async <Name extends RouteName>(name: Name, input: Input<Name>) => {
    const answer = await fetch(new URL(`/api/${name}`, address), {
      method: "POST",
      headers: { cookie, origin: address.origin, "content-type": "application/json" },
      body: JSON.stringify(input),
    });
    if (!answer.ok) throw new Error(`${name}: ${await answer.text()}`);
    return (await answer.json()) as Output<Name>;
  };
  return { host, gone, call };
}

function addressOf(host: ChildProcess): Promise<URL> {
  return new Promise((resolve) => {
    let out = "";
    host.stdout!.on("data", (chunk: Buffer) => {
      out += chunk.toString();
      if (out.includes("}")) resolve(new URL((JSON.parse(out) as { address: string }).address));
    });
  });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

test.runIf(process.platform === "linux")(
  "a training whose host is killed saves, and goes on without a gap, with the steps that nobody had stored",
  async () => {
    const data = temporaryFolder();
    const first = await serve(data);
    const { call } = first;
    await call("projects/create", { name: "Street" });
    const { suggestion } = await call("imports/inspect", { path: await streetFolder(4) });
    const imported = await call("imports/start", suggestion!);
    const job = await vi.waitFor(async () => {
      const { state, result } = await call("jobs/get", imported);
      expect(state).toBe("done");
      return result;
    }, PATIENCE);
    const path = writeSmallRtdetr(temporaryFolder(), ["person", "Car"]);
    const { id: modelId } = await call("models/add", { path, name: "Small" });
    const { trainingId } = await call("training/start", {
      name: "Killed",
      datasetId: Number(job!["datasetId"]),
      validation: { kind: "none" },
      start: { kind: "model", modelId },
      preset: "tiny",
      settings: { ...tinyPreset, input: { height: 64, width: 64 }, epochs: 300, batch: 2 },
    });
    const curves = (of = call) => of("training/curves", { trainingId, points: 1000 });
    await vi.waitFor(async () => expect((await curves()).lastStep).toBeGreaterThan(2), PATIENCE);
    const { folder } = await call("training/get", { trainingId });
    const writer = Number(readFileSync(join(folder, "writer"), "utf8"));
    expect(existsSync(join(folder, "last"))).toBe(false);

    // A host that hangs: what it is told lies unread when it is killed.
    const { lastStep: stored } = await curves();
    first.host.kill("SIGSTOP");
    await pause(1500);
    first.host.kill("SIGKILL");
    await first.gone;
    await vi.waitFor(() => expect(isAlive(writer)).toBe(false), PATIENCE);
    expect(readdirSync(folder)).toEqual(["last"]);
    const { step: saved } = JSON.parse(
      readFileSync(join(folder, "last", "state.json"), "utf8"),
    ) as {
      step: number;
    };
    expect(saved).toBeGreaterThan(stored);

    const second = await serve(data);
    const found = await second.call("training/get", { trainingId });
    expect(found).toMatchObject({ state: "paused", error: { code: "training/interrupted" } });
    await second.call("training/resume", { trainingId });
    await vi.waitFor(
      async () => expect((await curves(second.call)).lastStep).toBeGreaterThan(saved),
      PATIENCE,
    );
    await second.call("training/pause", { trainingId });
    await vi.waitFor(
      async () => expect((await second.call("training/get", { trainingId })).state).toBe("paused"),
      PATIENCE,
    );
    const { step, lastStep } = await curves(second.call);
    expect(step).toEqual(Array.from({ length: lastStep }, (_, k) => k + 1));
  },
  120_000,
);
