import { describe, expect, test } from "vitest";
import { binLevel, makeBins } from "../../../renderer/canvas/editor/bins.ts";
import { makeGhosts } from "../../../renderer/canvas/editor/ghosts.ts";
import { createLabels, type Labels } from "../../../renderer/canvas/editor/labels.ts";
import { createStage } from "../../../renderer/canvas/editor/stage.ts";
import { makeStyleBook } from "../../../renderer/canvas/editor/styles.ts";
import { labelsIn, stackAt } from "../../../renderer/canvas/editor/targets.ts";
import type { GhostBox } from "../../../renderer/canvas/editor/types.ts";
import type { EditableAnnotation } from "../../../shared/domain/editing.ts";
import type { XywhPixels } from "../../../shared/domain/records.ts";
import { imagePoint, imageRect, type Rect } from "../../../shared/geometry/spaces.ts";

const ground = imageRect(0, 0, 400, 300);
const label = (id: number, ...box: [number, number, number, number]): EditableAnnotation => ({
  id,
  box,
  categoryId: 3,
  crowd: false,
  ignore: false,
  area: box[2] * box[3],
  masked: false,
});
const ghost = (box: XywhPixels, kind: GhostBox["kind"] = "prediction"): GhostBox => ({
  kind,
  box,
  falseAlarm: false,
  categoryId: 3,
  score: 0.7,
});
const labelsOf = (...list: EditableAnnotation[]) => createLabels(list, () => null, ground);

function idsIn(labels: Labels, rect: Rect): number[] {
  const ids: number[] = [];
  labels.query(rect, (place) => ids.push(labels.columns.ids[place]!));
  return ids.sort((a, b) => a - b);
}

/** Numbers 0..1, the same each time. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}

describe("labels", () => {
  test("are found where they lie after any row of additions, moves and removals", () => {
    const random = numbers(5);
    const box = (): XywhPixels => {
      const large = random() < 0.05;
      const side = large ? 200 : 12;
      // Some reach out of the picture.
      return [random() * 420 - 20, random() * 320 - 20, random() * side, random() * side];
    };
    const truth = new Map<number, XywhPixels>();
    const labels = labelsOf();
    for (let step = 0; step < 3000; step += 1) {
      const id = 1 + Math.floor(random() * 400);
      if (random() < 0.3) {
        labels.remove(id);
        truth.delete(id);
      } else {
        const at = box();
        labels.put({ ...label(id, 0, 0, 0, 0), box: at });
        truth.set(id, at);
      }
      if (step % 100 !== 0) continue;
      const [x, y, w, h] = box();
      const rect = imageRect(x, y, w * 4, h * 4);
      const touching = [...truth]
        .filter(
          ([, b]) =>
            b[0] <= rect.x + rect.w &&
            b[1] <= rect.y + rect.h &&
            b[0] + b[2] >= rect.x &&
            b[1] + b[3] >= rect.y,
        )
        .map(([key]) => key)
        .sort((a, b) => a - b);
      expect(idsIn(labels, rect)).toEqual(touching);
    }
    expect(labels.count()).toBe(truth.size);
  });

  test("keep all they were given, to the last bit, beyond the first room", () => {
    const labels = labelsOf();
    for (let id = 1; id <= 700; id += 1)
      labels.put({ ...label(id, id / 3, id / 7, 4.1, 5.2), crowd: id % 2 === 0, ignore: id === 7 });
    expect(labels.fields(labels.placeOf(7)!)).toEqual({
      categoryId: 3,
      box: [7 / 3, 1, 4.1, 5.2],
      crowd: false,
      ignore: true,
    });
    expect(labels.fields(labels.placeOf(698)!).crowd).toBe(true);
  });

  test("without any nothing is found", () => {
    expect(idsIn(labelsOf(), ground)).toEqual([]);
  });
});

describe("what lies under a point", () => {
  const book = makeStyleBook(null);
  const stack = (labels: Labels, ghosts: readonly GhostBox[], x: number, y: number, reach = 0) =>
    stackAt(
      {
        labels,
        ghosts: makeGhosts(ghosts, book),
        hidesLabel: () => false,
        hidesGhost: () => false,
      },
      imagePoint(x, y),
      reach,
    );

  test("the smallest comes first, whatever the order in the file", () => {
    const labels = labelsOf(
      label(11, 0, 0, 300, 200),
      label(12, 40, 40, 9, 7),
      label(13, 30, 30, 40, 40),
    );
    expect(stack(labels, [], 44, 43)).toEqual([
      { kind: "label", id: 12 },
      { kind: "label", id: 13 },
      { kind: "label", id: 11 },
    ]);
  });

  test("a label goes before the prediction on it, a much smaller ghost before the label round it", () => {
    const labels = labelsOf(label(12, 40, 40, 9, 7), label(13, 30, 30, 40, 40));
    const ghosts = [ghost([41, 40, 8, 7]), ghost([60, 60, 4, 4], "proposal")];
    expect(stack(labels, ghosts, 44, 43)[0]).toEqual({ kind: "label", id: 12 });
    expect(stack(labels, ghosts, 62, 61)[0]).toEqual({ kind: "ghost", place: 1 });
  });

  test("a tiny box is hit within its marker, the nearer of two first", () => {
    const labels = labelsOf(label(12, 40, 40, 2, 2), label(13, 46, 40, 2, 2));
    expect(stack(labels, [], 44.5, 41, 4)).toEqual([
      { kind: "label", id: 13 },
      { kind: "label", id: 12 },
    ]);
    expect(stack(labels, [], 30, 41, 4)).toEqual([]);
  });

  test("a band takes what has its middle in it, and not the region round it", () => {
    const labels = labelsOf(
      label(11, 0, 0, 120, 120),
      label(12, 58, 58, 9, 7),
      label(13, 76, 60, 10, 10),
    );
    const inside: number[] = [];
    labelsIn(labels, imageRect(50, 50, 30, 30), (place) => inside.push(labels.columns.ids[place]!));
    expect(inside).toEqual([12]);
  });
});

describe("counts of tiny labels", () => {
  /** Nine labels of 2 px within 5 px, and one large and one far off. */
  const crowd = () => [
    ...Array.from({ length: 9 }, (_, i) => label(i + 1, 100 + (i % 3), 100 + i / 3, 2, 2)),
    label(20, 90, 90, 60, 60),
    label(21, 300, 200, 2, 2),
  ];

  test("stand for them where their markers would touch, not for what is seen by itself", () => {
    const labels = labelsOf(...crowd());
    const bins = makeBins(binLevel(1), labels, null);
    expect(bins.crowded().map(({ count }) => count)).toEqual([9]);
    const gathered = [1, 9, 20, 21].map((id) => bins.gathersLabel(labels.placeOf(id)!));
    expect(gathered).toEqual([true, true, false, false]);
    expect(bins.isCrowdedAt(101, 101)).toBe(true);
    expect(bins.isCrowdedAt(300, 200)).toBe(false);
  });

  test("fall apart as one goes in", () => {
    const bins = makeBins(binLevel(16), labelsOf(...crowd()), null);
    expect(bins.crowded()).toEqual([]);
  });

  test("follow each edit as if counted anew", () => {
    const stage = createStage();
    stage.setLabels(crowd(), { width: 400, height: 300 });
    stage.binsAt(1);
    stage.apply([label(22, 101, 102, 2, 2), label(3, 300, 203, 2, 2)], [1, 2]);
    const followed = stage.binsAt(1);
    const anew = makeBins(binLevel(1), stage.labels(), stage.ghosts());
    expect(followed.crowded()).toEqual(anew.crowded());
    expect(followed.crowded()).toEqual([]);
    stage.apply([label(23, 101, 102, 2, 2)], []);
    expect(stage.binsAt(1).crowded()).toMatchObject([{ count: 8 }]);
  });

  test("predictions that lie on labels are not counted, false alarms and proposals are", () => {
    const ghosts = makeGhosts(
      [
        ghost([100, 100, 2, 2]),
        ghost([101, 101, 2, 2], "proposal"),
        { ...ghost([102, 101, 2, 2]), falseAlarm: true },
      ],
      makeStyleBook(null),
    );
    const bins = makeBins(binLevel(1), labelsOf(...crowd()), ghosts);
    expect(bins.crowded()).toMatchObject([{ count: 11 }]);
    expect([0, 1, 2].map((place) => bins.gathersGhost(place))).toEqual([false, true, true]);
  });
});

describe("the stage", () => {
  test("a selected label can be clicked even where a count stands for it", () => {
    const stage = createStage();
    const crowd = Array.from({ length: 9 }, (_, i) => label(i + 1, 100 + i, 100, 2, 2));
    stage.setLabels(crowd, { width: 400, height: 300 });
    expect(stage.stack(imagePoint(105, 101), 4, 1)).toEqual([]);
    stage.select(new Set([5]));
    expect(stage.stack(imagePoint(105, 101), 4, 1)).toEqual([{ kind: "label", id: 5 }]);
  });

  test("an addition keeps its place and its selection when it gets its id", () => {
    const stage = createStage();
    stage.setLabels([], { width: 400, height: 300 });
    stage.apply([label(-1, 10, 10, 5, 6)], []);
    stage.select(new Set([-1]));
    stage.rename(new Map([[-1, 77]]));
    expect([...stage.selection()]).toEqual([77]);
    expect(stage.labels().placeOf(-1)).toBeUndefined();
    expect(stage.labels().box(stage.labels().placeOf(77)!)).toEqual([10, 10, 5, 6]);
  });

  test("a removed label is not selected any more", () => {
    const stage = createStage();
    stage.setLabels([label(4, 1, 2, 5, 6), label(5, 30, 2, 5, 6)], null);
    stage.select(new Set([4, 5]));
    stage.apply([], [4]);
    expect([...stage.selection()]).toEqual([5]);
    // Its place is taken by a new one, which is not selected.
    stage.apply([label(6, 50, 60, 5, 6)], []);
    expect([...stage.selectedPlaces()]).toEqual([stage.labels().placeOf(5)]);
  });
});
