import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { Output } from "../../shared/api/contract.ts";
import type { TrainingDetail } from "../../shared/api/training.ts";
import { startApp, temporaryFolder } from "../fixtures/app/started-app.ts";
import { writeSmallRtdetr } from "../fixtures/models/small-rtdetr.ts";
import { streetFolder } from "../fixtures/models/street.ts";

const root = join(import.meta.dirname, "..", "..");

/** `fovea train` on a project, as in a terminal: the leader of a process group. */
function train(data: string, args: readonly string[]) {
  const child = spawn(process.execPath, ["main/cli.ts", "train", ...args], {
    cwd: root,
    detached: true,
    env: { ...process.env, FOVEA_DATA: data },
    stdio: ["ignore", "pipe", "pipe"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const said = { out: "", messages: "" };
  let heard: () => void = () => undefined;
  child.stdout.on("data", (chunk: Buffer) => (said.out += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => {
    said.messages += chunk.toString();
    heard();
  });
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  return {
    child,
    said,
    ended,
    /** What a key of the terminal sends to all of it. */
    signal: (signal: NodeJS.Signals) => process.kill(-child.pid!, signal),
    /** Until it tells of a step after this one. */
    stepAfter: (last: number) =>
      new Promise<void>((resolve, reject) => {
        heard = () => {
          const told = [...said.messages.matchAll(/^step (\d+) of/gm)];
          if (told.some(([, step]) => Number(step) > last)) resolve();
        };
        heard();
        void ended.then(() => reject(new Error(`It ended: ${said.messages}`)));
      }),
  };
}

/** From proc(5). */
function processGroup(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]!.split(" ")[2]);
}

/** What steps computed, without what they cost. */
const learnt = ({ step, loss, terms, gradientNorm, tasks }: Output<"training/curves">) => ({
  step,
  loss,
  terms,
  gradientNorm,
  tasks,
});

test("a training that is interrupted, killed with its process in mid-epoch and resumed learns what an uninterrupted one does", async () => {
  const data = temporaryFolder();
  const project = join(temporaryFolder(), "street");
  const first = startApp(data);
  await first.call("projects/create", { name: "Street", path: project });
  const { suggestion } = await first.call("imports/inspect", { path: await streetFolder(6) });
  await first.ended((await first.call("imports/start", suggestion!)).jobId);
  const dataset = (await first.call("datasets/list", {})).datasets[0]!.name;
  const path = writeSmallRtdetr(temporaryFolder(), ["person", "Car"]);
  await first.call("models/add", { path, name: "Small" });
  await first.app.close();

  const plan = [
    ...["--project", project, "--dataset", dataset, "--validation", "none"],
    ...["--preset", "tiny", "--model", "Small", "--set", "epochs=20", "--set", "batch=2"],
    ...["--set", "input.width=64", "--set", "input.height=64"],
  ];
  const whole = train(data, [...plan, "--name", "Whole", "--json"]);
  expect(await whole.ended, whole.said.messages).toBe(0);
  const detail = JSON.parse(whole.said.out) as TrainingDetail;
  expect(detail).toMatchObject({ name: "Whole", state: "done", step: 60, steps: 60 });
  expect(whole.said.messages).toMatch(/"Whole" is done at step 60 of 60; model \d+ of the project/);

  const parts = train(data, [...plan, "--name", "Parts"]);
  await parts.stepAfter(0);
  parts.signal("SIGINT");
  expect(await parts.ended).toBe(1);
  const [, saved] = /is paused at step (\d+) of 60. To go on/.exec(parts.said.messages)!;
  expect(parts.said.messages).toContain(`fovea train --project "${project}" --resume`);

  // Its checkpoint is that of the pause: what it does now is lost with it.
  const resume = ["--project", project, "--resume", "Parts"];
  const killed = train(data, resume);
  await killed.stepAfter(Number(saved));
  const folder = join(project, "checkpoints", String(detail.id + 1));
  const compute = Number(readFileSync(join(folder, "writer"), "utf8"));
  // Its process group is its own: what a terminal sends would come while TensorFlow works.
  expect(processGroup(compute)).toBe(compute);
  // No shell could let this group go on, so Ctrl-Z must not stop it for good.
  killed.signal("SIGTSTP");
  await killed.stepAfter(Number(saved) + 2);
  process.kill(compute, "SIGKILL");
  killed.child.kill("SIGKILL");
  await killed.ended;

  const rest = train(data, [...resume, "--json"]);
  expect(await rest.ended, rest.said.messages).toBe(0);
  expect(JSON.parse(rest.said.out)).toMatchObject({ name: "Parts", state: "done", step: 60 });

  const last = startApp(data);
  await last.call("projects/open", { path: project });
  const curves = (trainingId: number) =>
    last.call("training/curves", { trainingId, points: 100 }).then(learnt);
  expect(await curves(detail.id + 1)).toEqual(await curves(detail.id));
}, 240_000);
