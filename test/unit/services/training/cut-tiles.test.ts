import { expect, test } from "vitest";
import { cutTiles as cutInSlices } from "../../../../main/services/training/cut-tiles.ts";
import type { TrainingPicture } from "../../../../shared/compute/messages.ts";

function picture(
  width: number,
  height: number,
  boxes: readonly number[],
  changes: Partial<TrainingPicture> = {},
): TrainingPicture {
  return {
    path: "a.png",
    tile: null,
    width,
    height,
    boxes: Float64Array.from(boxes),
    classes: Int32Array.from({ length: boxes.length / 4 }, (_, k) => k),
    regions: new Float64Array(0),
    ...changes,
  };
}

const tile = { size: 800, overlap: 150 };

const cutTiles = (pictures: readonly TrainingPicture[], of: typeof tile) =>
  cutInSlices(pictures, of, () => Promise.resolve());

test("tiles of 800 px share 150 and the walk ends 5 px beyond the last box", async () => {
  // 3000 x 2000; the last box ends at 1695 x 995, so the walk ends at 1700 x 1000.
  const { tiles, empty } = await cutTiles(
    [picture(3000, 2000, [10, 20, 30, 40, 1665, 955, 30, 40])],
    tile,
  );
  expect(tiles.map(({ tile: at }) => [at!.left, at!.top])).toEqual([
    [0, 0],
    [900, 200],
  ]);
  // Columns 0, 650, 900 and rows 0, 200.
  expect(empty).toBe(4);
  expect(Array.from(tiles[1]!.boxes)).toEqual([765, 755, 30, 40]);
  expect(Array.from(tiles[1]!.classes)).toEqual([1]);
  expect(tiles[1]).toMatchObject({ width: 800, height: 800, path: "a.png" });
});

test("a box is cut to its tile; with 40 % of its area or less in the tile it is a region there", async () => {
  // One row of tiles at 0 and 650. The boxes are 100 wide and reach over 800 by 60 and by 59.
  const { tiles, cut } = await cutTiles(
    [picture(1450, 700, [760, 10, 100, 20, 759, 50, 100, 20])],
    tile,
  );
  const [first, second] = tiles;
  expect(Array.from(first!.boxes)).toEqual([759, 50, 41, 20]);
  expect(Array.from(first!.classes)).toEqual([1]);
  expect(Array.from(first!.regions)).toEqual([760, 10, 40, 20]);
  expect(second!.tile!.left).toBe(65);
  expect(Array.from(second!.boxes)).toEqual([695, 10, 100, 20, 694, 50, 100, 20]);
  expect(cut).toBe(1);
});

test("regions go along, clipped; a tile that shows nothing else is left out", async () => {
  const { tiles, empty } = await cutTiles(
    [
      picture(1450, 700, [5, 5, 10, 10], {
        regions: Float64Array.of(700, 0, 745, 300),
        painted: Float64Array.of(700, 0, 745, 300),
      }),
    ],
    tile,
  );
  expect(tiles).toHaveLength(1);
  expect(Array.from(tiles[0]!.regions)).toEqual([700, 0, 100, 300]);
  expect(Array.from(tiles[0]!.painted!)).toEqual([700, 0, 100, 300]);
  expect(empty).toBe(1);
});

test("a small picture is one tile, one without boxes none", async () => {
  const { tiles, empty } = await cutTiles(
    [picture(300, 200, [1, 2, 3, 4]), picture(300, 200, [])],
    tile,
  );
  expect(tiles.map(({ tile: at, width }) => [at, width])).toEqual([
    [{ left: 0, top: 0, size: 800 }, 800],
  ]);
  expect(empty).toBe(1);
  expect((await cutTiles([], tile)).tiles).toEqual([]);
});

test("many pictures give the tiles that each gives by itself", async () => {
  const one = picture(1700, 900, [100, 100, 20, 20, 1600, 800, 20, 20]);
  const two = picture(900, 1700, [50, 1600, 30, 30]);
  const together = (await cutTiles([one, two], tile)).tiles;
  expect(together).toEqual([
    ...(await cutTiles([one], tile)).tiles,
    ...(await cutTiles([two], tile)).tiles,
  ]);
});
