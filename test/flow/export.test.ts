import { spawn } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Input } from "../../shared/api/contract.ts";
import { exportFormats } from "../../shared/domain/file-formats.ts";
import { exportLabels } from "../../main/services/exports/run-export.ts";
import { Pace } from "../../main/services/imports/pace.ts";
import { smallFolder } from "../fixtures/app/small-folder.ts";
import { startApp, temporaryFolder, type StartedApp } from "../fixtures/app/started-app.ts";
import { newProject } from "../fixtures/formats/import-into.ts";
import { store } from "../fixtures/formats/random-dataset.ts";

/** An app with the small dataset and its predictions evaluated. */
async function withSmallFolder() {
  const app = startApp();
  const root = realpathSync(await smallFolder());
  await app.call("projects/create", { name: "p", path: join(temporaryFolder(), "p") });
  const report = await app.call("imports/inspect", { path: root });
  const { jobId } = await app.call("imports/start", report.suggestion!);
  const { result } = await app.ended(jobId);
  const { datasetId, predictionSetIds, runIds } = result as {
    datasetId: number;
    predictionSetIds: number[];
    runIds: number[];
  };
  return { app, root, datasetId, predictionSetId: predictionSetIds[0]!, runId: runIds[0]! };
}

async function exported(app: StartedApp, input: Input<"exports/dataset">) {
  const { jobId } = await app.call("exports/dataset", input);
  return app.ended(jobId);
}

const filesIn = (folder: string) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();

describe("what is written", () => {
  test("each format lays its files out as its tools expect, pictures beside them", async () => {
    const { app, datasetId } = await withSmallFolder();
    const layouts: Record<string, string[]> = {};
    for (const format of exportFormats) {
      const path = join(temporaryFolder(), format);
      const named = { datasetId, format, path, pictures: true };
      const job = await exported(app, named);
      // Of car and person, VisDrone knows the car.
      const annotations = format === "visdrone" ? 2 : 3;
      expect(job).toMatchObject({ state: "done", result: { images: 2, annotations } });
      layouts[format] = filesIn(path);
    }
    const images = (folder: string) => [`${folder}/a 2.jpg`, `${folder}/b.jpg`];
    expect(layouts).toEqual({
      coco: ["annotations.json", ...images("images")],
      "soda-d": ["annotations.json", ...images("images")],
      visdrone: ["annotations/a 2.txt", "annotations/b.txt", ...images("images")],
      voc: ["Annotations/a 2.xml", "Annotations/b.xml", ...images("JPEGImages"), "labels.txt"],
      yolo: ["data.yaml", ...images("images"), "labels/a 2.txt", "labels/b.txt"],
      labelme: ["a 2.jpg", "a 2.json", "b.jpg", "b.json", "labels.txt"],
      cvat: ["annotations.xml", ...images("images")],
    });
  });

  test("an export with its pictures is recognised and suggested when it is opened", async () => {
    const { app, datasetId } = await withSmallFolder();
    for (const format of ["coco", "voc", "yolo", "labelme", "cvat"] as const) {
      const path = join(temporaryFolder(), format);
      await exported(app, { datasetId, format, path, pictures: true });
      const report = await app.call("imports/inspect", { path });
      expect(report.suggestion?.labels).toMatchObject({ format });
      const source = report.sources.find(({ path: at }) => at === report.suggestion?.labels?.path);
      expect(source).toMatchObject({ images: 2, boxes: 3, problems: [] });
    }
  });

  test("scores of the same predictions are those of before", async () => {
    const { app, datasetId, root, runId } = await withSmallFolder();
    const path = join(temporaryFolder(), "coco");
    await exported(app, { datasetId, format: "coco", path, pictures: true });
    writeFileSync(join(path, "found.json"), readFileSync(join(root, "found.json")));
    const { suggestion } = await app.call("imports/inspect", { path });
    const { jobId } = await app.call("imports/start", suggestion!);
    const { result } = await app.ended(jobId);
    const [again] = (result as { runIds: number[] }).runIds;
    const before = await app.call("runs/get", { runId });
    const after = await app.call("runs/get", { runId: again! });
    expect(after.summary).toEqual(before.summary);
    expect(before.summary.find(({ key }) => key === "AP")?.value).toBeGreaterThan(0);
  });

  test("a filter takes the images that the grid shows, with all their labels", async () => {
    const { app, datasetId } = await withSmallFolder();
    const datasets = await app.call("datasets/list", {});
    const person = datasets.datasets[0]!.categories.find(({ name }) => name === "person")!;
    const path = join(temporaryFolder(), "labels.json");
    const job = await exported(app, {
      datasetId,
      format: "coco",
      path,
      filter: { categoryIds: [person.id] },
    });
    expect(job.result).toMatchObject({ path, files: 1, images: 1, annotations: 1, notes: [] });
    const written = JSON.parse(readFileSync(path, "utf8")) as {
      images: unknown[];
      annotations: unknown[];
    };
    expect(written.images).toMatchObject([{ id: 32, file_name: "a 2.jpg", width: 80, height: 60 }]);
    expect(written.annotations).toMatchObject([{ id: 103, bbox: [10, 10, 40, 40] }]);
    const nothing = await app.refused("exports/check", {
      datasetId,
      format: "coco",
      path,
      filter: { text: "no such name" },
    });
    expect(nothing).toMatchObject({ code: "export/no-images", status: 400 });
  });

  test("a revision is written as the labels were then, in file order", async () => {
    const { app, datasetId } = await withSmallFolder();
    const { db } = app.app.workspace.project;
    const row = db
      .prepare<[], { id: number; imageId: number; categoryId: number }>(
        'SELECT id, image_id AS "imageId", category_id AS "categoryId" FROM annotation WHERE source_id = 101',
      )
      .get()!;
    const fields = { categoryId: row.categoryId, box: [5, 6, 10, 12], crowd: false, ignore: false };
    const edit = {
      imageId: row.imageId,
      action: "move",
      origin: "test",
      changes: [{ id: row.id, before: fields, after: { ...fields, box: [5.25, 6, 10, 12] } }],
    } as unknown as Input<"annotations/edit">;
    await app.call("annotations/edit", edit);
    const boxes = async (revision: number | null) => {
      const path = join(temporaryFolder(), "labels.json");
      await exported(app, { datasetId, format: "coco", path, revision });
      const { annotations } = JSON.parse(readFileSync(path, "utf8")) as {
        annotations: { id: number; bbox: number[] }[];
      };
      return annotations.map(({ id, bbox }) => [id, bbox[0]]);
    };
    expect(await boxes(1)).toEqual([
      [101, 5],
      [102, 30],
      [103, 10],
    ]);
    expect(await boxes(null)).toEqual([
      [101, 5.25],
      [102, 30],
      [103, 10],
    ]);
  });

  test("predictions go by descending score, equal ones as they were", async () => {
    const { app, predictionSetId } = await withSmallFolder();
    const folder = temporaryFolder();
    const write = async (format: "coco" | "visdrone", path: string) => {
      const { jobId } = await app.call("exports/predictions", { predictionSetId, format, path });
      return (await app.ended(jobId)).result;
    };
    const file = join(folder, "found.json");
    expect(await write("coco", file)).toMatchObject({ path: file, files: 1, predictions: 5 });
    expect(JSON.parse(readFileSync(file, "utf8"))).toEqual([
      { image_id: 31, category_id: 7, bbox: [5, 6, 10, 12], score: 0.9 },
      { image_id: 31, category_id: 7, bbox: [42, 10, 20, 15], score: 0.8 },
      { image_id: 31, category_id: 7, bbox: [5, 6, 10, 12], score: 0.7 },
      { image_id: 32, category_id: 7, bbox: [60, 40, 5, 7], score: 0.6 },
      { image_id: 32, category_id: 9, bbox: [10, 10, 40, 40], score: 0.2 },
    ]);
    // Of car and person, car is a class of VisDrone's.
    const rows = join(folder, "rows");
    expect(await write("visdrone", rows)).toMatchObject({
      files: 2,
      predictions: 4,
      notes: ["1 prediction is left out: VisDrone has no such class."],
    });
    expect(readFileSync(join(rows, "b.txt"), "utf8")).toBe(
      "5,6,10,12,0.9,4,-1,-1\n42,10,20,15,0.8,4,-1,-1\n5,6,10,12,0.7,4,-1,-1\n",
    );
  });
});

describe("what is there stays", () => {
  test("a folder that is not empty is refused, and replaced file by file only when allowed", async () => {
    const { app, datasetId } = await withSmallFolder();
    const path = temporaryFolder();
    mkdirSync(join(path, "labels"));
    writeFileSync(join(path, "labels", "b.txt"), "old");
    writeFileSync(join(path, "mine.txt"), "mine");
    const input = { datasetId, format: "yolo", path } as const;
    expect(await app.call("exports/check", input)).toMatchObject({
      images: 2,
      annotations: 3,
      occupied: ["labels/b.txt"],
      originals: [],
    });
    expect((await exported(app, input)).error?.code).toBe("export/occupied");
    expect(filesIn(path)).toEqual(["labels/b.txt", "mine.txt"]);
    expect((await exported(app, { ...input, overwrite: true })).state).toBe("done");
    expect(filesIn(path)).toEqual(["data.yaml", "labels/a 2.txt", "labels/b.txt", "mine.txt"]);
    expect(readFileSync(join(path, "labels", "b.txt"), "utf8")).not.toBe("old");
    expect(readFileSync(join(path, "mine.txt"), "utf8")).toBe("mine");
  });

  test("labels that a dataset came from are replaced only where they are named", async () => {
    const { app, datasetId, root } = await withSmallFolder();
    const original = readFileSync(join(root, "labels.json"), "utf8");
    const file = join(root, "labels.json");
    const input = { datasetId, format: "coco", path: file } as const;
    expect((await app.call("exports/check", input)).originals).toEqual([file]);
    expect((await exported(app, input)).error?.code).toBe("export/occupied");
    // Through a link, under another name: the same labels, and they were not named.
    const elsewhere = temporaryFolder();
    symlinkSync(file, join(elsewhere, "annotations.json"));
    const linked = { ...input, path: elsewhere, overwrite: true };
    expect((await exported(app, linked)).error).toMatchObject({ code: "export/own-labels" });
    expect(readFileSync(file, "utf8")).toBe(original);
    expect((await exported(app, { ...input, overwrite: true })).state).toBe("done");
    expect(readFileSync(file, "utf8")).not.toBe(original);
  });

  test("pictures are never replaced", async () => {
    const { app, datasetId } = await withSmallFolder();
    const path = temporaryFolder();
    mkdirSync(join(path, "images"));
    writeFileSync(join(path, "images", "b.jpg"), "mine");
    const job = await exported(app, {
      datasetId,
      format: "coco",
      path,
      pictures: true,
      overwrite: true,
    });
    expect(job.result?.["notes"]).toEqual([
      "1 picture of the same name was there already and stays as it is.",
    ]);
    expect(readFileSync(join(path, "images", "b.jpg"), "utf8")).toBe("mine");
    expect(filesIn(join(path, "images"))).toEqual(["a 2.jpg", "b.jpg"]);
  });

  test("a file in the way, a short path and pictures beside one file are refused with a sentence", async () => {
    const { app, datasetId } = await withSmallFolder();
    const folder = temporaryFolder();
    writeFileSync(join(folder, "file"), "");
    const codes = await Promise.all(
      [
        { path: join(folder, "file"), format: "yolo" as const },
        { path: "labels", format: "yolo" as const },
        { path: join(folder, "a.json"), format: "coco" as const, pictures: true },
      ].map(async (input) => (await exported(app, { datasetId, ...input })).error?.code),
    );
    expect(codes).toEqual(["export/is-file", "export/not-absolute", "export/no-folder"]);
  });
});

describe("whole or not at all", () => {
  const large = {
    categories: [{ name: "car", role: "object" as const }],
    idStep: 1,
    images: Array.from({ length: 400 }, (_, at) => ({
      path: `${at}.jpg`,
      size: { width: 640, height: 512 } as const,
      annotations: [
        {
          category: 0,
          box: [at, 2, 3, 4] as const,
          area: null,
          crowd: false,
          ignore: false,
          polygons: null,
          attributes: null,
        },
      ],
    })),
  };
  const input = { format: "yolo", revision: null, imageIds: null, pictures: false } as const;

  test.each(["Counting", "Writing labels", "Storing files safely"])(
    "cancelled while %s it leaves nothing behind, not even the folders above",
    async (phase) => {
      const { db } = newProject();
      const datasetId = store(db, large);
      const folder = temporaryFolder();
      let stopped = false;
      const pace = new Pace(
        (at) => (stopped ||= at.phase === phase),
        () => stopped,
      );
      const path = join(folder, "new", "deep", "out");
      const work = exportLabels(db, { ...input, datasetId, path, overwrite: false }, pace);
      await expect(work).rejects.toMatchObject({ code: "job/cancelled" });
      expect(readdirSync(folder)).toEqual([]);
    },
  );

  test("cancelled while it replaces files it leaves every file as it was", async () => {
    const { db } = newProject();
    const datasetId = store(db, large);
    const folder = temporaryFolder();
    const path = join(folder, "out");
    mkdirSync(path);
    writeFileSync(join(path, "data.yaml"), "old");
    let stopped = false;
    const pace = new Pace(
      (at) => (stopped ||= at.phase === "Storing files safely"),
      () => stopped,
    );
    const work = exportLabels(db, { ...input, datasetId, path, overwrite: true }, pace);
    await expect(work).rejects.toMatchObject({ code: "job/cancelled" });
    expect(readdirSync(folder)).toEqual(["out"]);
    expect(filesIn(path)).toEqual(["data.yaml"]);
    expect(readFileSync(join(path, "data.yaml"), "utf8")).toBe("old");
  });

  test("killed in the middle, the target is untouched, and the next export clears what was left", async () => {
    const { db, databasePath } = newProject();
    const datasetId = store(db, large);
    const folder = temporaryFolder();
    const path = join(folder, "out");
    const source = new URL("../../main/", import.meta.url).href;
    const script = `
      import { openReadOnly } from "${source}db/open.ts";
      import { exportLabels } from "${source}services/exports/run-export.ts";
      import { Pace } from "${source}services/imports/pace.ts";
      const pace = new Pace((at) => { if (at.phase === "Storing files safely") process.kill(process.pid, "SIGKILL"); }, () => false);
      await exportLabels(openReadOnly(${JSON.stringify(databasePath)}), ${JSON.stringify({ ...input, datasetId, path, overwrite: false })}, pace);`;
    const child = spawn(process.execPath, ["--input-type=module", "-e", script]);
    const signal = await new Promise((resolve) => child.on("exit", (_, by) => resolve(by)));
    expect(signal).toBe("SIGKILL");
    expect(existsSync(path)).toBe(false);
    expect(readdirSync(folder)).toHaveLength(1);
    const quiet = new Pace(
      () => undefined,
      () => false,
    );
    await exportLabels(db, { ...input, datasetId, path, overwrite: false }, quiet);
    expect(readdirSync(folder)).toEqual(["out"]);
    expect(filesIn(path)).toHaveLength(401);
  });
});
