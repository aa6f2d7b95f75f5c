import { describe, expect, test } from "vitest";
import { handleAt, handleFrame, handlePlace } from "../../../renderer/canvas/editor/handles.ts";
import {
  drawnBox,
  handles,
  movedBox,
  movement,
  moveRoom,
  resizedBox,
  stampedBox,
} from "../../../renderer/canvas/editor/reshape.ts";
import { imagePoint, screenPoint, screenRect } from "../../../shared/geometry/spaces.ts";

const picture = { width: 120, height: 90 };

describe("a drawn box", () => {
  test("reaches from corner to corner, whichever comes first", () => {
    const box = drawnBox(imagePoint(20.25, 31), imagePoint(11, 17.5), picture, false);
    expect(box).toEqual([11, 17.5, 9.25, 13.5]);
  });

  test("ends at the border of the picture", () => {
    const box = drawnBox(imagePoint(100, 80), imagePoint(500, 95), picture, false);
    expect(box).toEqual([100, 80, 20, 10]);
  });

  test("outside of the picture is none", () => {
    expect(drawnBox(imagePoint(-9, 4), imagePoint(-2, 30), picture, false)).toBeNull();
  });

  test("half a pixel is enough, less is not", () => {
    expect(drawnBox(imagePoint(7, 8), imagePoint(7.5, 8.5), picture, false)).toEqual([
      7, 8, 0.5, 0.5,
    ]);
    expect(drawnBox(imagePoint(7, 8), imagePoint(7.4, 30), picture, false)).toBeNull();
  });

  test("as a square it has the longer side, as far as the picture has room", () => {
    const towards = (x: number, y: number) =>
      drawnBox(imagePoint(20, 80), imagePoint(x, y), picture, true);
    expect(towards(13, 77)).toEqual([13, 73, 7, 7]);
    expect(towards(60, 84)).toEqual([20, 80, 10, 10]);
  });
});

describe("a stamp", () => {
  test("lies round the pointer, and at the border beside it", () => {
    expect(stampedBox(imagePoint(50, 40), [7, 5], picture)).toEqual([46.5, 37.5, 7, 5]);
    expect(stampedBox(imagePoint(119, 1), [7, 5], picture)).toEqual([113, 0, 7, 5]);
  });

  test("larger than the picture covers it", () => {
    expect(stampedBox(imagePoint(50, 40), [700, 5], picture)).toEqual([0, 37.5, 120, 5]);
  });
});

describe("moving", () => {
  test("several boxes stop together at the first border", () => {
    const room = moveRoom(
      [
        [10, 20, 5, 6],
        [100, 3, 15, 6],
      ],
      picture,
    );
    expect(room).toEqual({ left: -10, right: 5, up: -3, down: 64 });
    expect(movement(imagePoint(1, 1), imagePoint(60, -60), room)).toEqual({ dx: 5, dy: -3 });
  });

  test("a box that reaches over the border does not hold the others", () => {
    const room = moveRoom(
      [
        [-4, 20, 15, 6],
        [30, 30, 5, 5],
      ],
      picture,
    );
    expect(room).toEqual({ left: -30, right: 85, up: -20, down: 55 });
  });

  test("nothing selected has all the room", () => {
    expect(movement(imagePoint(1, 1), imagePoint(60, -60), moveRoom([], picture))).toEqual({
      dx: 59,
      dy: -61,
    });
  });

  test("leaves width and height as they are to the last bit", () => {
    expect(movedBox([0.1, 0.2, 7.123456789, 9.987654321], 0.3, 0.1)).toEqual([
      0.1 + 0.3,
      0.2 + 0.1,
      7.123456789,
      9.987654321,
    ]);
  });
});

describe("resizing", () => {
  const box = [30, 20, 8, 12] as const;

  test.each([
    ["nw", [32, 23, 6, 9]],
    ["n", [30, 23, 8, 9]],
    ["ne", [30, 23, 10, 9]],
    ["e", [30, 20, 10, 12]],
    ["se", [30, 20, 10, 15]],
    ["s", [30, 20, 8, 15]],
    ["sw", [32, 20, 6, 15]],
    ["w", [32, 20, 6, 12]],
  ] as const)("%s moves its edges only", (handle, expected) => {
    expect(resizedBox(box, handle, { dx: 2, dy: 3 }, picture, false)).toEqual(expected);
  });

  test("an edge may pass the opposite one", () => {
    expect(resizedBox(box, "e", { dx: -13, dy: 0 }, picture, false)).toEqual([25, 20, 5, 12]);
    expect(resizedBox(box, "n", { dx: 0, dy: 17 }, picture, false)).toEqual([30, 32, 8, 5]);
  });

  test("no side gets shorter than half a pixel", () => {
    expect(resizedBox(box, "e", { dx: -7.9, dy: 0 }, picture, false)).toEqual([30, 20, 0.5, 12]);
    expect(resizedBox(box, "w", { dx: 7.9, dy: 0 }, picture, false)).toEqual([37.5, 20, 0.5, 12]);
    expect(resizedBox(box, "w", { dx: 8, dy: 0 }, picture, false)).toEqual([37.5, 20, 0.5, 12]);
  });

  test("the picture's border ends it; what reached over it may stay", () => {
    expect(resizedBox(box, "se", { dx: 500, dy: 500 }, picture, false)).toEqual([30, 20, 90, 70]);
    const outside = [-5, 20, 8, 12] as const;
    expect(resizedBox(outside, "w", { dx: -3, dy: 0 }, picture, false)).toEqual([-5, 20, 8, 12]);
    expect(resizedBox(outside, "w", { dx: 2, dy: 0 }, picture, false)).toEqual([-3, 20, 6, 12]);
  });

  test("a box at the border cannot be turned over it", () => {
    const atBorder = [0, 20, 8, 12] as const;
    expect(resizedBox(atBorder, "e", { dx: -20, dy: 0 }, picture, false)).toEqual([0, 20, 0.5, 12]);
  });

  test("with its shape kept a corner grows by the larger factor, within the picture", () => {
    expect(resizedBox(box, "se", { dx: 4, dy: 1 }, picture, true)).toEqual([30, 20, 12, 18]);
    expect(resizedBox(box, "nw", { dx: -4, dy: -1 }, picture, true)).toEqual([26, 14, 12, 18]);
    expect(resizedBox(box, "se", { dx: 80, dy: 1 }, picture, true)).toEqual([
      30,
      20,
      (70 / 12) * 8,
      70,
    ]);
  });
});

describe("handles", () => {
  test("lie on a large box", () => {
    const box = screenRect(100, 50, 90, 70);
    expect(handleFrame(box)).toEqual(box);
    expect(handleAt(handleFrame(box), screenPoint(192, 49))).toBe("ne");
    expect(handleAt(handleFrame(box), screenPoint(145, 123))).toBe("s");
    expect(handleAt(handleFrame(box), screenPoint(145, 80))).toBeNull();
  });

  test.each([1, 5, 12, 24])("lie wholly outside of a box of %f pixels", (side) => {
    const box = screenRect(100, 50, side, side);
    const frame = handleFrame(box);
    for (const x of [100, 100 + side / 2, 100 + side])
      for (const y of [50, 50 + side / 2, 50 + side])
        expect(handleAt(frame, screenPoint(x, y))).toBeNull();
    expect(frame.x + frame.w / 2).toBe(100 + side / 2);
  });

  test.each([1, 9, 20, 30, 47, 48, 200])(
    "each of a box of %f pixels can be grabbed 4 pixels away from its middle",
    (side) => {
      const frame = handleFrame(screenRect(100, 50, side, side));
      for (const handle of handles) {
        const { x, y } = handlePlace(frame, handle);
        for (const dx of [-4, 4])
          for (const dy of [-4, 4])
            expect(handleAt(frame, screenPoint(x + dx, y + dy))).toBe(handle);
      }
    },
  );
});
