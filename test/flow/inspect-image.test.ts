import { join } from "node:path";
import { expect, test } from "vitest";
import { startApp, temporaryFolder } from "../fixtures/app/started-app.ts";
import { streetFolder } from "../fixtures/models/street.ts";
import { writeTinyCheckpoint } from "../fixtures/models/tiny-checkpoint.ts";

test("an RT-DETR is run in the app, and shows where its decoder looked for a box", async () => {
  const { call, ended, refused } = startApp();
  await call("projects/create", { name: "Street" });
  const { suggestion } = await call("imports/inspect", { path: await streetFolder(2) });
  const imported = await call("imports/start", suggestion!);
  const { datasetId } = (await ended(imported.jobId)).result as { datasetId: number };
  const path = writeTinyCheckpoint(join(temporaryFolder(), "tiny"));
  const model = await call("models/add", { path, name: "Tiny" });
  expect(model).toMatchObject({
    kind: "rtdetr",
    description: { labels: ["car", "person"], sizeStep: 32, input: { width: 640, height: 640 } },
  });
  const size = { width: 96, height: 64 };
  const started = await call("models/predict", {
    modelId: model.id,
    datasetId,
    settings: { size, score: 0 },
    evaluate: "coco",
  });
  const job = await ended(started.jobId);
  expect(job).toMatchObject({ state: "done", result: { images: 2, failed: 0 } });

  const { items } = await call("images/query", { datasetId, filter: {} });
  const imageId = items[0]!.id;
  const box: [number, number, number, number] = [16, 12, 16, 24];
  const found = await call("models/inspectImage", { modelId: model.id, imageId, box, size });
  expect(found).toMatchObject({ part: [0, 0, 128, 96], heads: 4, levels: 3, points: 4 });
  expect(found.layers).toHaveLength(3);
  for (const layer of found.layers) {
    expect(layer.points).toHaveLength(2 * 4 * 3 * 4);
    // The weights of each of the four heads add up to one.
    for (let head = 0; head < 4; head += 1)
      expect(layer.weights.slice(head * 12, head * 12 + 12).reduce((a, b) => a + b)).toBeCloseTo(
        1,
        4,
      );
  }
  expect(found.maps.map(({ width, height, values }) => [width, height, values.length])).toEqual([
    [12, 8, 96],
    [6, 4, 24],
    [3, 2, 6],
  ]);
  // Pixels of the picture: 128 across an input of 96, whose finest cells are 8 wide.
  expect(found.maps[0]!.stride).toBeCloseTo((8 * 128) / 96, 10);
  const tiled = await call("models/inspectImage", {
    modelId: model.id,
    imageId,
    box: [100, 70, 9, 11],
    size,
    tile: { size: 64, overlap: 0 },
  });
  expect(tiled.part).toEqual([64, 32, 64, 64]);
  expect(
    await refused("models/inspectImage", { modelId: model.id, imageId: 999, box }),
  ).toMatchObject({ code: "image/not-found" });

  // The same process proposes labels: all of them, then only those with their centre in a part of the picture.
  const ask = { modelId: model.id, imageId, score: 0 };
  const all = await call("assist/run", { ...ask });
  expect(all.proposals.length).toBeGreaterThan(3);
  expect(all.notes).toEqual([]);
  const region: [number, number, number, number] = [0, 0, 64, 48];
  const part = await call("assist/run", { ...ask, region });
  for (const { box } of part.proposals) {
    expect(box[0] + box[2] / 2).toBeLessThanOrEqual(64);
    expect(box[1] + box[3] / 2).toBeLessThanOrEqual(48);
  }
  const few = await call("assist/run", { ...ask, maxDets: 2 });
  expect(few.proposals).toEqual(all.proposals.slice(0, 2));
  expect(await refused("assist/run", { ...ask, imageId: 999 })).toMatchObject({
    code: "image/not-found",
  });
});
