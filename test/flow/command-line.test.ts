import { execFile, spawn } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { version } from "../../main/program.ts";
import { smallFolder } from "../fixtures/app/small-folder.ts";
import { temporaryFolder } from "../fixtures/app/started-app.ts";

const cli = join(import.meta.dirname, "..", "..", "main", "cli.ts");

interface Finished {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function fovea(args: readonly string[], folder: string, data = folder): Promise<Finished> {
  return new Promise((resolve) => {
    const env = { ...process.env, FOVEA_DATA: data, INIT_CWD: folder };
    execFile(process.execPath, [cli, ...args], { env }, (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr });
    });
  });
}

test("a folder is imported and evaluated, and later again from its project, by paths of the caller", async () => {
  const folder = temporaryFolder();
  const images = await smallFolder();
  const imported = await fovea(
    ["import", images, "--project", "mine", "--name", "Street", "--evaluate", "coco", "--json"],
    folder,
  );
  expect(imported.code).toBe(0);
  expect(JSON.parse(imported.stdout)).toMatchObject({
    project: join(folder, "mine"),
    state: "done",
    runIds: [1],
  });
  expect(imported.stderr).toContain("labels (coco): labels.json, 3 boxes, 2 classes");

  const again = await fovea(
    ["evaluate", "--project", "mine", "--predictions", "found", "--protocol", "soda-d", "--json"],
    folder,
  );
  expect(again.code).toBe(0);
  const fromProject = JSON.parse(again.stdout) as { summary: Record<string, number | null> };
  const files = ["--gt", join(images, "labels.json"), "--dt", join(images, "found.json")];
  const direct = await fovea(["evaluate", ...files, "--protocol", "soda-d", "--json"], folder);
  expect((JSON.parse(direct.stdout) as typeof fromProject).summary).toEqual(fromProject.summary);
});

test("looking at a folder imports nothing", async () => {
  const folder = temporaryFolder();
  const { code, stdout } = await fovea(
    ["import", await smallFolder(), "--inspect", "--json"],
    folder,
  );
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ suggestion: { labels: { format: "coco" } } });
});

test("wrong arguments end with 2, failed work with 1, and both say what to do", async () => {
  const folder = temporaryFolder();
  for (const args of [
    ["nonsense"],
    ["serve", "--port", "x"],
    ["serve", "--prt", "1"],
    ["import"],
    ["evaluate"],
  ]) {
    const { code, stderr, stdout } = await fovea(args, folder);
    expect([code, stdout], args.join(" ")).toEqual([2, ""]);
    expect(stderr).toContain("fovea help");
  }
  const missing = await fovea(["import", "not-there"], folder);
  expect(missing.code).toBe(1);
  expect(missing.stderr).toContain(join(folder, "not-there"));
  const noProject = await fovea(["evaluate", "--project", "nope", "--predictions", "x"], folder);
  expect(noProject.code).toBe(1);
  expect(noProject.stderr).toContain("project.fovea");
});

test("help is there for all and for each, and the version", async () => {
  const folder = temporaryFolder();
  expect((await fovea([], folder)).stdout).toContain("evaluate");
  for (const name of ["serve", "import", "evaluate", "doctor"]) {
    const { code, stdout } = await fovea([name, "--help"], folder);
    expect([code, stdout.startsWith(`Usage: fovea ${name}`)], name).toEqual([0, true]);
  }
  expect((await fovea(["--version"], folder)).stdout).toBe(`${version}\n`);
});

test("the doctor names what it found, as one document where asked", async () => {
  const folder = temporaryFolder();
  const { checks } = JSON.parse((await fovea(["doctor", "--json"], folder)).stdout) as {
    checks: { name: string; found: string; state: string }[];
  };
  expect(checks.find(({ name }) => name === "Node")).toMatchObject({
    state: "ok",
    found: expect.stringContaining(process.versions.node),
  });
  expect(checks.map(({ name }) => name)).toEqual(
    expect.arrayContaining(["SQLite", "Electron", "Disk space"]),
  );
});

test("serve prints its address, answers there, and stops cleanly when told", async () => {
  const folder = temporaryFolder();
  const env = { ...process.env, FOVEA_DATA: folder };
  const child = spawn(process.execPath, [cli, "serve", "--json", "--project", join(folder, "p")], {
    env,
  });
  const address = await new Promise<string>((resolve, reject) => {
    let text = "";
    child.stdout.on("data", (chunk: Buffer) => {
      text += chunk.toString();
      if (text.endsWith("\n")) resolve((JSON.parse(text) as { address: string }).address);
    });
    child.on("exit", () => reject(new Error("serve ended before it served")));
  });
  const response = await fetch(address, { redirect: "manual" });
  expect(response.status).toBe(303);
  const ended = new Promise((resolve) => child.on("exit", (code) => resolve(code)));
  child.kill("SIGTERM");
  expect(await ended).toBe(0);
});
