import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { smallFolder } from "../fixtures/app/small-folder.ts";
import { temporaryFolder } from "../fixtures/app/started-app.ts";

const cli = join(import.meta.dirname, "..", "..", "main", "cli.ts");

interface Finished {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function fovea(args: readonly string[], folder: string): Promise<Finished> {
  return new Promise((resolve) => {
    const env = { ...process.env, FOVEA_DATA: folder, INIT_CWD: folder };
    execFile(process.execPath, [cli, ...args], { env }, (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr });
    });
  });
}

describe("fovea export", () => {
  test(
    "labels and predictions go where the caller says, and score as the originals do",
    { timeout: 180_000 },
    async () => {
      const folder = temporaryFolder();
      const original = await smallFolder();
      await fovea(["import", original, "--project", "p", "--name", "Street"], folder);
      const project = ["export", "--project", "p"];

      const labels = await fovea(
        [...project, "--dataset", "Street", "--format", "coco", "--out", "out/gt.json", "--json"],
        folder,
      );
      expect(labels.code).toBe(0);
      expect(JSON.parse(labels.stdout)).toEqual({
        state: "done",
        error: null,
        path: join(folder, "out", "gt.json"),
        files: 1,
        images: 2,
        annotations: 3,
        notes: [],
      });
      const found = [...project, "--predictions", "found", "--format", "coco", "--out", "dt.json"];
      expect((await fovea(found, folder)).code).toBe(0);
      const score = async (gt: string, dt: string) => {
        const { stdout } = await fovea(["evaluate", "--gt", gt, "--dt", dt, "--json"], folder);
        return (JSON.parse(stdout) as { summary: unknown }).summary;
      };
      expect(await score("out/gt.json", "dt.json")).toEqual(
        await score(join(original, "labels.json"), join(original, "found.json")),
      );

      const again = await fovea(found, folder);
      expect(again.code).toBe(1);
      expect(again.stderr).toContain("dt.json is there already");
      expect((await fovea([...found, "--overwrite"], folder)).code).toBe(0);

      const yolo = await fovea(
        [...project, "--dataset", "1", "--format", "yolo", "--out", "yolo", "--revision", "1"],
        folder,
      );
      expect(yolo.stderr).toContain("- YOLO has no ids of annotations: those of 3 are left out.");
      expect(readdirSync(join(folder, "yolo")).sort()).toEqual(["data.yaml", "labels"]);
      expect(readFileSync(join(folder, "yolo", "labels", "a 2.txt"), "utf8")).toBe(
        `1 ${30 / 80} 0.5 0.5 ${40 / 60}\n`,
      );
    },
  );
});

describe("wrong arguments", () => {
  const cases = [
    [["--format", "coco", "--out", "x"], 2, "either --dataset or --predictions"],
    [["--dataset", "1", "--out", "x"], 2, "needs --project, --format and --out"],
    [["--dataset", "1", "--format", "tfrecord", "--out", "x"], 2, "must be one of coco,"],
    [["--predictions", "1", "--format", "voc", "--out", "x"], 2, "must be one of coco, visdrone"],
    [["--dataset", "Road", "--format", "coco", "--out", "x"], 1, 'It has "Street" (1)'],
    [
      ["--dataset", "1", "--format", "coco", "--out", "x", "--revision", "gold"],
      1,
      'no revision called "gold"',
    ],
    [
      ["--dataset", "1", "--format", "coco", "--out", "x", "--revision", "9"],
      1,
      "no revision 9; expected 1 to 1",
    ],
  ] as const;

  test("are told with what is allowed, and nothing is written", { timeout: 180_000 }, async () => {
    const folder = await smallFolder();
    await fovea(["import", folder, "--project", "p", "--name", "Street"], folder);
    for (const [args, code, words] of cases) {
      const answer = await fovea(["export", "--project", "p", ...args], folder);
      expect(answer.stderr).toContain(words);
      expect(answer.code).toBe(code);
    }
    expect(readdirSync(folder)).not.toContain("x");
  });
});
