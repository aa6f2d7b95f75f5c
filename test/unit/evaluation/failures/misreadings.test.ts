import { describe, expect, test } from "vitest";
import type { XywhPixels } from "../../../../shared/domain/records.ts";
import { findMisreading } from "../../../../shared/evaluation/failures/misreadings.ts";
import type { EvaluationSet } from "../../../../shared/evaluation/types.ts";
import { smallSet, type SmallSet } from "./small-set.ts";

/** Small boxes far from the origin and from one another, so that one reading does not stand in for another. */
const boxOf = (i: number): XywhPixels => [900 + 61 * (i % 30), 311 + 97 * (i % 11), 14, 10];
const asCorners = ([x, y, w, h]: XywhPixels): XywhPixels => [x, y, x + w, y + h];
const asCentre = ([x, y, w, h]: XywhPixels): XywhPixels => [x + w / 2, y + h / 2, w, h];
const nowhere: XywhPixels = [5000, 9000, 3, 3];

const XYXY = {
  code: "predictions/read-as-xyxy",
  condition: "the boxes are read as x1, y1, x2, y2",
};
const CENTRE = {
  code: "predictions/read-as-centre",
  condition: "x and y are read as the centre of the box",
};

/** One image of `objects` objects, of which the first predictions are each written in the way named, in turn. */
function written(objects: number, ...ways: [number, (box: XywhPixels) => XywhPixels][]) {
  const boxes = Array.from({ length: objects }, (_, i) => boxOf(i));
  const write = ways.flatMap(([count, way]) => Array.from({ length: count }, () => way));
  const predictions = write.map((way, i) => ({ box: way(boxes[i]!), score: 0.5 }));
  return smallSet({ truth: boxes.map((box) => ({ box })), predictions });
}
const asItIs = (box: XywhPixels) => box;

describe("how much a reading must explain", () => {
  test("nothing is looked for in sets that are empty on either side", () => {
    expect(findMisreading(smallSet({}))).toBeNull();
    expect(findMisreading(smallSet({ truth: [{ box: boxOf(0) }] }))).toBeNull();
    expect(findMisreading(smallSet({ predictions: [{ box: boxOf(0), score: 0.5 }] }))).toBeNull();
  });

  test("or where three in ten are found as they stand", () => {
    const set = (found: number) => written(30, [found, asItIs], [30 - found, asCorners]);
    expect(findMisreading(set(9))).toBeNull();
    // Not even where another reading finds them all.
    const boxes = Array.from({ length: 30 }, (_, i) => boxOf(i));
    const both = smallSet({
      truth: boxes.map((box) => ({ box })),
      predictions: [
        ...boxes.map((box) => ({ box: asCorners(box), score: 0.6 })),
        ...boxes.slice(0, 9).map((box) => ({ box, score: 0.5 })),
      ],
    });
    expect(findMisreading(both)).toBeNull();
    expect(findMisreading(set(7))).toEqual({ ...XYXY, found: 23, foundNow: 7, objects: 30 });
  });

  test("three times what is found now", () => {
    const set = (corners: number) => written(15, [3, asItIs], [corners, asCorners]);
    expect(findMisreading(set(9))).toEqual({ ...XYXY, found: 9, foundNow: 3, objects: 15 });
    expect(findMisreading(set(8))).toBeNull();
    const two = (corners: number) => written(15, [2, asItIs], [corners, asCorners]);
    expect(findMisreading(two(6))).toEqual({ ...XYXY, found: 6, foundNow: 2, objects: 15 });
    expect(findMisreading(two(5))).toBeNull();
  });

  test("three objects, where none is found now", () => {
    const set = (corners: number) => written(10, [corners, asCorners]);
    expect(findMisreading(set(3))).toEqual({ ...XYXY, found: 3, foundNow: 0, objects: 10 });
    expect(findMisreading(set(2))).toBeNull();
  });

  test("15 of a hundred objects", () => {
    const set = (corners: number) => written(40, [corners, asCorners]);
    expect(findMisreading(set(6))).toEqual({ ...XYXY, found: 6, foundNow: 0, objects: 40 });
    expect(findMisreading(set(5))).toBeNull();
  });

  test("a fifth more than a likelier reading", () => {
    const set = (corners: number, centres: number) =>
      written(20, [corners, asCorners], [centres, ([x, y]) => [x + 60, y + 50, 120, 100]]);
    const wide = (corners: number, centres: number): EvaluationSet => {
      const { truth, ...rest } = set(corners, centres);
      // The boxes that stand as centres are larger, so that the corner alone is not enough.
      const boxes = truth.boxes.slice();
      for (let t = corners; t < corners + centres; t++) boxes.set([120, 100], 4 * t + 2);
      return { ...rest, truth: { ...truth, boxes } };
    };
    expect(findMisreading(wide(5, 5))).toEqual({ ...XYXY, found: 5, foundNow: 0, objects: 20 });
    expect(findMisreading(wide(5, 6))).toEqual({ ...CENTRE, found: 6, foundNow: 0, objects: 20 });
  });

  test("one prediction may find several objects", () => {
    const truth = [0, 0, 0].map((i) => ({ box: boxOf(i) }));
    const set = smallSet({ truth, predictions: [{ box: asCorners(boxOf(0)), score: 0.5 }] });
    expect(findMisreading(set)).toEqual({ ...XYXY, found: 3, foundNow: 0, objects: 3 });
  });

  test("by boxes that overlap by half, to the bit", () => {
    const half = ([x, y, w, h]: XywhPixels) => asCorners([x, y, w, h / 2]);
    const less = ([x, y, w, h]: XywhPixels) => asCorners([x, y, w, h / 2 - 0.01]);
    expect(findMisreading(written(4, [4, half]))).toEqual({
      ...XYXY,
      found: 4,
      foundNow: 0,
      objects: 4,
    });
    expect(findMisreading(written(4, [4, less]))).toBeNull();
  });
});

describe("each reading", () => {
  const width = 3000;
  const height = 1400;
  const scaled =
    (sx: number, sy = sx) =>
    ([x, y, w, h]: XywhPixels): XywhPixels => [x / sx, y / sy, w / sx, h / sy];
  const resized = [640, 800, 1024, 1333].flatMap((side) => [
    {
      condition: `the boxes are pixels of the image resized to ${side} on its longer side`,
      write: scaled(width / side),
    },
    {
      condition: `the boxes are pixels of the image resized to ${side} x ${side}`,
      write: scaled(width / side, height / side),
    },
  ]);
  const factors = [2, 0.5, 4, 0.25].map((factor) => ({
    condition: `the boxes are scaled by ${factor}`,
    write: scaled(factor),
  }));
  const relative = [
    {
      condition: "the boxes are relative to the size of the image",
      write: scaled(width, height),
    },
    {
      condition: "the boxes are relative centres and sizes",
      // Large enough that a corner for a centre is not found.
      write: (box: XywhPixels) => scaled(width, height)(asCentre(box)),
    },
  ];
  const boxes = Array.from({ length: 9 }, (_, i): XywhPixels => [
    640 + 210 * i,
    1210 - 97 * i,
    26,
    15,
  ]);

  test.each([...relative, ...factors, ...resized])("$condition", ({ condition, write }) => {
    const set = smallSet({
      images: 3,
      truth: boxes.map((box) => ({ image: 2, box })),
      predictions: boxes.map((box) => ({ image: 2, box: write(box), score: 0.5 })),
      sizes: [
        [700, 3900],
        [500, 4000],
        [width, height],
      ],
    });
    const misread = { code: "predictions/scale", condition, found: 9, foundNow: 0, objects: 9 };
    expect(findMisreading(set)).toEqual(misread);
  });

  test("centres, in pixels and relative, to the pixel", () => {
    // Half of each box, so that a shift in the other direction leaves less than half of an overlap.
    const halves = [
      ([x, y, w, h]: XywhPixels): XywhPixels => [x, y, w / 2, h],
      ([x, y, w, h]: XywhPixels): XywhPixels => [x, y, w, h / 2],
    ];
    const relativeTo = (w: number, h: number) => (box: XywhPixels) => scaled(w, h)(asCentre(box));
    for (const half of halves) {
      // Sides are powers of two, so that relative numbers are exact.
      const read = (write: (box: XywhPixels) => XywhPixels) =>
        findMisreading(
          smallSet({
            truth: boxes.map(([x, y]) => ({ box: [x, y, 24, 16] })),
            predictions: boxes.map(([x, y]) => ({
              box: write(half([x, y, 24, 16])),
              score: 0.5,
            })),
            sizes: [[4096, 2048]],
          }),
        );
      const all = { found: 9, foundNow: 0, objects: 9 };
      expect(read(asCentre)).toEqual({ ...CENTRE, ...all });
      expect(read(relativeTo(4096, 2048))).toEqual({
        code: "predictions/scale",
        condition: "the boxes are relative centres and sizes",
        ...all,
      });
    }
  });

  test("axes that are swapped", () => {
    expect(findMisreading(written(9, [9, ([x, y, w, h]) => [y, x, h, w]]))).toEqual({
      code: "predictions/swapped-axes",
      condition: "x and y (and width and height) are swapped",
      found: 9,
      foundNow: 0,
      objects: 9,
    });
  });

  test("class ids one off in either direction, where ids follow one another", () => {
    const shifted = (by: number, categoryIds: number[]) => {
      const classes = categoryIds.length;
      const small: SmallSet = {
        classes,
        truth: boxes.map((box, i) => ({ box, category: 1 + (i % 2) })),
        predictions: boxes.map((box, i) => ({ box, category: 1 + (i % 2) + by, score: 0.5 })),
      };
      return findMisreading({ ...smallSet(small), categoryIds });
    };
    const all = { found: 9, foundNow: 0, objects: 9 };
    expect(shifted(-1, [11, 12, 13, 14])).toEqual({
      code: "predictions/class-shift",
      condition: "the class ids of the predictions are raised by one",
      ...all,
    });
    expect(shifted(1, [11, 12, 13, 14])).toEqual({
      code: "predictions/class-shift",
      condition: "the class ids of the predictions are lowered by one",
      ...all,
    });
    expect(shifted(1, [11, 13, 15, 17])).toEqual({
      code: "predictions/class-mismatch",
      condition: "classes are not compared",
      ...all,
    });
  });

  test("a class that is not scored is no class one off", () => {
    const set = smallSet({
      classes: 3,
      truth: boxes.map((box) => ({ box, category: 1 })),
      predictions: boxes.map((box) => ({ box, category: -1, score: 0.5 })),
    });
    const code = findMisreading({ ...set, categoryIds: [11, 12, 13] })?.code;
    expect(code).toBe("predictions/class-mismatch");
  });

  test("images beside the only one that holds objects", () => {
    for (const by of [-1, 1]) {
      const set = smallSet({
        images: 6,
        truth: boxes.map((box) => ({ image: 2, box })),
        predictions: boxes.flatMap((box) => [
          { image: 2 + by, box, score: 0.5 },
          { image: 5, box, score: 0.5 },
        ]),
      });
      expect(findMisreading(set)).toEqual({
        code: "predictions/image-shift",
        condition: `each prediction is given to the ${by < 0 ? "next" : "previous"} image`,
        found: 9,
        foundNow: 0,
        objects: 9,
      });
    }
  });

  test("images one off in either direction", () => {
    const shifted = (by: number, condition: string) => {
      // The images at the ends hold objects whose predictions have no image left.
      const place = (i: number) => i % 5;
      const small: SmallSet = {
        images: 5,
        truth: boxes.map((box, i) => ({ image: place(i), box })),
        predictions: boxes.flatMap((box, i) => {
          const image = place(i) + by;
          return image < 0 || image > 4 ? [] : [{ image, box, score: 0.5 }];
        }),
      };
      const found = small.predictions!.length;
      expect(findMisreading(smallSet(small))).toEqual({
        code: "predictions/image-shift",
        condition,
        found,
        foundNow: 0,
        objects: 9,
      });
    };
    shifted(-1, "each prediction is given to the next image");
    shifted(1, "each prediction is given to the previous image");
  });
});

describe("the sample", () => {
  const spread = (
    images: number,
    holds: (i: number) => boolean,
    predicted: (i: number) => boolean,
  ) => {
    const all = Array.from({ length: images }, (_, image) => image);
    return findMisreading(
      smallSet({
        images,
        truth: all.filter(holds).map((image) => ({ image, box: boxOf(image) })),
        predictions: all
          .filter(predicted)
          .map((image) => ({ image, box: asCorners(boxOf(image)), score: 0.5 })),
      }),
    );
  };
  const every = () => true;

  test("is all images up to 60, and then 60 spread over those that hold objects", () => {
    expect(spread(59, every, every)).toEqual({ ...XYXY, found: 59, foundNow: 0, objects: 59 });
    expect(spread(60, every, every)).toEqual({ ...XYXY, found: 60, foundNow: 0, objects: 60 });
    const second = (i: number) => i % 2 === 0;
    expect(spread(120, every, second)).toEqual({ ...XYXY, found: 60, foundNow: 0, objects: 60 });
    expect(spread(120, every, (i) => !second(i))).toBeNull();
    expect(spread(90, every, every)).toEqual({ ...XYXY, found: 60, foundNow: 0, objects: 60 });
    // 60 of these hold an object, from the second image to the last.
    const third = (i: number) => i % 3 === 1;
    expect(spread(179, third, every)).toEqual({ ...XYXY, found: 60, foundNow: 0, objects: 60 });
  });

  test("takes the first 500 predictions of an image", () => {
    const after = (others: number) =>
      findMisreading(
        smallSet({
          truth: [0, 1, 2].map((i) => ({ box: boxOf(i) })),
          predictions: [
            ...Array.from({ length: others }, () => ({ box: nowhere, score: 0.9 })),
            ...[0, 1, 2].map((i) => ({ box: asCorners(boxOf(i)), score: 0.5 })),
          ],
        }),
      );
    expect(after(497)).toEqual({ ...XYXY, found: 3, foundNow: 0, objects: 3 });
    expect(after(498)).toBeNull();
  });

  test("counts each object once, whatever the images around it hold", () => {
    const boxes = [0, 1, 2, 3].map(boxOf);
    const set = smallSet({
      images: 4,
      truth: boxes.map((box, i) => ({ image: i % 2 === 0 ? 1 : 3, box })),
      predictions: boxes.flatMap((box, i) =>
        [0.9, 0.8].map((score) => ({ image: i % 2 === 0 ? 1 : 3, box: asCorners(box), score })),
      ),
    });
    expect(findMisreading(set)).toEqual({ ...XYXY, found: 4, foundNow: 0, objects: 4 });
  });
});
