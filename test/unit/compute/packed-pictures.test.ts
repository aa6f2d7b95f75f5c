import { expect, test } from "vitest";
import type { TrainingPicture } from "../../../shared/compute/messages.ts";
import { packPictures, unpackPictures } from "../../../shared/compute/packed-pictures.ts";

const none = new Float64Array(0);
const pictures: readonly TrainingPicture[] = [
  {
    ...{ path: "/a.png", tile: null, width: 640, height: 480 },
    boxes: Float64Array.of(1, 2, 3, 4, 5.5, 6.25, 7, 8),
    classes: Int32Array.of(2, 0),
    regions: none,
    painted: none,
  },
  {
    ...{ path: "/b.png", tile: { left: 650, top: 0, size: 800 }, width: 800, height: 800 },
    boxes: none,
    classes: new Int32Array(0),
    regions: Float64Array.of(9, 10, 11, 12),
    painted: Float64Array.of(13, 14, 15, 16, 17, 18, 19, 20),
  },
  {
    ...{ path: "/a.png", tile: { left: 0, top: 90, size: 800 }, width: 800, height: 800 },
    boxes: Float64Array.of(21, 22, 23, 24),
    classes: Int32Array.of(1),
    regions: Float64Array.of(25, 26, 27, 28),
    painted: none,
  },
];

test("pictures come out of the pack as they went in, and each path is in it once", async () => {
  let pauses = 0;
  const pause = () => Promise.resolve(void (pauses += 1));
  const packed = await packPictures(pictures, pause);
  expect(packed.paths).toEqual(["/a.png", "/b.png"]);
  expect(unpackPictures(packed)).toEqual(pictures);
  expect(pauses).toBe(0);
  await packPictures(
    Array.from({ length: 250 }, () => pictures[0]!),
    pause,
  );
  expect(pauses).toBe(2);
  const { painted: _painted, ...whole } = pictures[0]!;
  expect(unpackPictures(await packPictures([whole], pause))).toEqual([{ ...whole, painted: none }]);
  expect(unpackPictures(await packPictures([], pause))).toEqual([]);
});
