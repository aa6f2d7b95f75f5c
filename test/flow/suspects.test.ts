import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Output } from "../../shared/api/contract.ts";
import type { Suspect } from "../../shared/api/suspects.ts";
import { startApp } from "../fixtures/app/started-app.ts";
import { jpeg } from "../fixtures/formats/pictures.ts";
import { folderOf } from "../fixtures/formats/temp-folder.ts";

/** One suspect of each kind in two pictures, and labels that are right. */
async function streetFolder(): Promise<string> {
  let id = 100;
  const label = (image_id: number, category_id: number, bbox: number[]) => ({
    id: (id += 1),
    image_id,
    category_id,
    bbox,
    area: bbox[2]! * bbox[3]!,
    iscrowd: 0,
  });
  const found = (image_id: number, category_id: number, bbox: number[], score: number) => ({
    image_id,
    category_id,
    bbox,
    score,
  });
  return folderOf({
    "images/b.jpg": await jpeg(120, 90),
    "images/a.jpg": await jpeg(100, 80),
    "labels.json": {
      images: [
        { id: 31, file_name: "b.jpg", width: 120, height: 90 },
        { id: 32, file_name: "a.jpg", width: 100, height: 80 },
      ],
      categories: [
        { id: 7, name: "car" },
        { id: 9, name: "person" },
      ],
      annotations: [
        label(31, 7, [5, 6, 10, 12]), // right
        label(31, 7, [30, 10, 20, 15]), // loose: found 20 x 24
        label(31, 9, [60, 40, 10, 12]), // a car
        label(32, 7, [10, 10, 20, 20]), // right
        label(32, 7, [10, 10, 20, 18]), // the same again, IoU 0.9
        label(32, 9, [90, 60, 20, 10]), // half outside
      ],
    },
    "found.json": [
      found(31, 7, [5, 6, 10, 12], 0.99),
      found(31, 7, [30, 10, 20, 24], 0.9),
      found(31, 7, [60, 40, 10, 12], 0.8),
      found(32, 7, [10, 10, 20, 20], 0.95),
      found(32, 9, [60, 30, 8, 9], 0.85), // no label
      found(32, 9, [20, 60, 8, 9], 0.3),
    ],
  });
}

async function street() {
  const started = startApp();
  const { call, ended } = started;
  await call("projects/create", { name: "Street" });
  const { suggestion } = await call("imports/inspect", { path: await streetFolder() });
  const { jobId } = await call("imports/start", { ...suggestion!, evaluate: "coco" });
  const { runIds } = (await ended(jobId)).result as { runIds: number[] };
  const [dataset] = (await call("datasets/list", {})).datasets;
  const asked = { datasetId: dataset!.id, runIds, score: 0.5 };
  const [car, person] = dataset!.categories.map(({ id }) => id) as [number, number];
  const query = (more: object = {}) => call("suspects/query", { ...asked, ...more });
  const named = async (kind: Suspect["kind"]): Promise<Suspect> =>
    (await query({ kinds: [kind] })).items[0]!;
  const resolve = ({ imageId, key }: Suspect, action: "accept" | "delete" | "ignore" | "reject") =>
    call("suspects/resolve", { ...asked, imageId, key, action, origin: "window 1" });
  return { ...started, asked, runId: runIds[0]!, car, person, query, named, resolve };
}

const kindsOf = ({ items }: Output<"suspects/query">) => items.map(({ kind }) => kind);

describe("the queue of suspects", () => {
  test("has one of each kind, the surest first, with counts", async () => {
    const { query, person } = await street();
    const all = await query();
    expect(all.counts).toEqual({
      "missing-label": 1,
      "wrong-class": 1,
      "loose-box": 1,
      "duplicate-label": 1,
      "degenerate-box": 1,
    });
    expect(all.total).toBe(5);
    // Weights 0.9, 0.85, 0.8, 0.5 and 0.9 x 0.375.
    expect(kindsOf(all)).toEqual([
      "duplicate-label",
      "missing-label",
      "wrong-class",
      "degenerate-box",
      "loose-box",
    ]);
    expect(all.items[1]).toMatchObject({
      imagePath: "a.jpg",
      imageWidth: 100,
      imageHeight: 80,
      label: null,
      proposal: { categoryId: person, box: [60, 30, 8, 9] },
    });
    expect(all.items[0]!.label!.box).toEqual([10, 10, 20, 18]);
    expect(all.items[0]!.other!.box).toEqual([10, 10, 20, 20]);
  });

  test("is filtered by kind and image and paged, while counts tell of all kinds", async () => {
    const { query } = await street();
    const { items } = await query();
    const imageId = items[0]!.imageId;
    const inImage = await query({ imageId });
    expect(kindsOf(inImage)).toEqual(["duplicate-label", "missing-label", "degenerate-box"]);
    const page = await query({
      kinds: ["wrong-class", "missing-label", "loose-box"],
      offset: 1,
      limit: 1,
    });
    expect([page.total, kindsOf(page)]).toEqual([3, ["wrong-class"]]);
    expect(page.counts["degenerate-box"]).toBe(1);
  });

  test("without runs there are duplicates and degenerate boxes", async () => {
    const { query } = await street();
    expect(kindsOf(await query({ runIds: [] }))).toEqual(["duplicate-label", "degenerate-box"]);
  });

  test("a run twice, or two runs of the same predictions, have one vote; a lower score asks more", async () => {
    const { query, runId, call, ended } = await street();
    const [run] = (await call("runs/list", {})).runs;
    const again = await call("runs/evaluate", {
      predictionSetId: run!.predictionSetId,
      protocol: "soda-d",
    });
    const { runId: other } = (await ended(again.jobId)).result as { runId: number };
    const once = await query();
    expect(await query({ runIds: [other, runId, runId] })).toEqual(once);
    expect((await query({ score: 0.3 })).counts["missing-label"]).toBe(2);
  });

  test("runs that are not there, or of another dataset, are refused", async () => {
    const { refused, asked } = await street();
    expect(await refused("suspects/query", { ...asked, runIds: [99] })).toMatchObject({
      code: "run/not-found",
    });
    expect(await refused("suspects/query", { ...asked, datasetId: 99 })).toMatchObject({
      code: "dataset/not-found",
    });
  });
});

describe("solving a suspect", () => {
  test("accepting does what it proposes, each as one edit that can be undone", async () => {
    const { query, named, resolve, call, car, person } = await street();
    const before = await query();
    const changes: unknown[] = [];
    for (const kind of ["missing-label", "wrong-class", "loose-box", "degenerate-box"] as const) {
      const { edit } = await resolve(await named(kind), "accept");
      const [{ categoryId, box } = { categoryId: 0, box: null }] = edit!.changed;
      changes.push([kind, categoryId, box, edit!.undo!.action]);
    }
    expect(changes).toEqual([
      ["missing-label", person, [60, 30, 8, 9], "suspect"],
      ["wrong-class", car, [60, 40, 10, 12], "suspect"],
      ["loose-box", car, [30, 10, 20, 24], "suspect"],
      ["degenerate-box", person, [90, 60, 10, 10], "suspect"],
    ]);
    const duplicate = await named("duplicate-label");
    const { edit } = await resolve(duplicate, "accept");
    expect(edit!.removed).toEqual([duplicate.label!.annotationId]);
    expect((await query()).total).toBe(0);

    for (const imageId of new Set(before.items.map((suspect) => suspect.imageId)))
      for (;;) {
        const { undo } = await call("annotations/undo", { imageId });
        if (undo === null) break;
      }
    expect(await query()).toEqual(before);
  });

  test("a label is deleted or marked ignored, a missing one is added so", async () => {
    const { named, resolve, refused, asked, query } = await street();
    const missing = await named("missing-label");
    const { imageId, key } = missing;
    expect(
      await refused("suspects/resolve", { ...asked, imageId, key, action: "delete" }),
    ).toMatchObject({ code: "suspect/no-label" });
    expect((await resolve(missing, "ignore")).edit!.changed).toMatchObject([
      { box: [60, 30, 8, 9], ignore: true },
    ]);
    const loose = await named("loose-box");
    expect((await resolve(loose, "delete")).edit!.removed).toEqual([loose.label!.annotationId]);
    const wrong = await named("wrong-class");
    expect((await resolve(wrong, "ignore")).edit!.changed).toMatchObject([
      { id: wrong.label!.annotationId, ignore: true, categoryId: wrong.label!.categoryId },
    ]);
    // The car of the deleted label lacks one now; inside ignored labels nothing is missing.
    const counts = (await query()).counts;
    expect([counts["wrong-class"], counts["loose-box"], counts["missing-label"]]).toEqual([
      0, 0, 1,
    ]);
  });

  test("what is solved already is gone", async () => {
    const { named, resolve, refused, asked } = await street();
    const { imageId, key, ...suspect } = await named("loose-box");
    await resolve({ imageId, key, ...suspect }, "accept");
    expect(
      await refused("suspects/resolve", { ...asked, imageId, key, action: "accept" }),
    ).toMatchObject({ status: 400, code: "suspect/gone" });
  });

  test("the editing window hears of it under its own word", async () => {
    const { named, resolve, app } = await street();
    const heard: unknown[] = [];
    app.events.subscribe((event) => heard.push(event));
    const wrong = await named("wrong-class");
    const { edit } = await resolve(wrong, "accept");
    const { imageId } = wrong;
    const { datasetId, revision } = edit!;
    expect(heard).toContainEqual({ type: "edited", imageId, datasetId, revision, origin: "window 1" }); // prettier-ignore
  });
});

describe("rejected suspects", () => {
  test("stay rejected for other models and scores, and come back when it is taken back", async () => {
    const { query, named, resolve, call, refused, asked, ended } = await street();
    const kinds = ["missing-label", "wrong-class", "loose-box", "duplicate-label", "degenerate-box"] as const; // prettier-ignore
    for (const kind of kinds) {
      const { edit, rejectionId } = await resolve(await named(kind), "reject");
      expect([edit, rejectionId === null]).toEqual([null, false]);
    }
    expect((await query()).total).toBe(0);

    // A retrained model that finds much the same.
    const path = join(
      folderOf({
        "better.json": [
          { image_id: 31, category_id: 7, bbox: [30, 10, 20, 26], score: 0.97 },
          { image_id: 32, category_id: 9, bbox: [61, 30, 8, 9], score: 0.96 },
        ],
      }),
      "better.json",
    );
    const { datasetId } = asked;
    const added = await call("imports/addPredictions", {
      datasetId,
      path,
      format: null,
      name: "b",
    });
    const { predictionSetIds } = (await ended(added.jobId)).result as {
      predictionSetIds: number[];
    };
    const predictionSetId = predictionSetIds[0]!;
    const { jobId } = await call("runs/evaluate", { predictionSetId, protocol: "coco" });
    const { runId } = (await ended(jobId)).result as { runId: number };
    expect((await query({ runIds: [runId] })).total).toBe(0);

    const { rejections } = await call("suspects/rejections", { datasetId });
    expect(rejections.map(({ kind }) => kind)).toEqual(kinds.toReversed());
    expect(rejections[0]).toMatchObject({ imagePath: "a.jpg", author: expect.any(String) as string }); // prettier-ignore
    const missing = rejections.find(({ kind }) => kind === "missing-label")!;
    await call("suspects/unreject", { rejectionId: missing.id });
    expect(kindsOf(await query({ runIds: [runId] }))).toEqual(["missing-label"]);
    expect(await refused("suspects/unreject", { rejectionId: missing.id })).toMatchObject({
      status: 404,
    });
  });

  test("come back when the label itself is moved", async () => {
    const { query, named, resolve, call, car } = await street();
    const { imageId, label } = await named("loose-box");
    await resolve(await named("loose-box"), "reject");
    const before = { categoryId: car, box: label!.box, crowd: false, ignore: false };
    const after = { ...before, box: [30, 13, 20, 15] as const };
    const changes = [{ id: label!.annotationId, before, after }];
    await call("annotations/edit", { imageId, action: "move", changes });
    expect((await query()).counts["loose-box"]).toBe(1);
  });
});

describe("live scores", () => {
  test("follow edits and undo, and equal the report of a new run", async () => {
    const { call, ended, runId, named, resolve, asked } = await street();
    const before = await call("live/score", { runId });
    const report = await call("runs/get", { runId });
    expect(before).toMatchObject({ runId, revision: 1, headline: report.headline });
    const wrong = await named("wrong-class");
    await resolve(wrong, "accept");
    const after = await call("live/score", { runId });
    expect(after.revision).toBe(2);
    expect(after.headline!).toBeGreaterThan(before.headline!);

    const again = await call("runs/evaluate", {
      predictionSetId: report.predictionSetId,
      protocol: "coco",
    });
    const { runId: newRun } = (await ended(again.jobId)).result as { runId: number };
    const { headline, summary, buckets } = await call("runs/get", { runId: newRun });
    expect(after).toMatchObject({ headline, summary });
    const some = buckets.map(({ label, ap, ap50, truthCount }) => ({
      label,
      ap,
      ap50,
      truthCount,
    }));
    expect(after.buckets).toMatchObject(some);

    await call("annotations/undo", { imageId: wrong.imageId });
    const { took: _, revision, ...numbers } = await call("live/score", { runId });
    const { took: __, revision: first, ...earlier } = before;
    expect([revision, first]).toEqual([3, 1]);
    expect(numbers).toEqual(earlier);
    const detail = await call("images/get", { imageId: wrong.imageId, filter: asked });
    expect(detail.annotations).toHaveLength(3);
  });

  test("a run that is not there is refused", async () => {
    const { refused } = await street();
    expect(await refused("live/score", { runId: 99 })).toMatchObject({ status: 404 });
  });
});
