import { describe, expect, test } from "vitest";
import type {
  Gesture,
  GestureContext,
  GestureEffect,
  GestureInput,
  Keys,
} from "../../../renderer/canvas/editor/gesture-states.ts";
import { idle, stepGesture } from "../../../renderer/canvas/editor/gesture.ts";
import { moveRoom } from "../../../renderer/canvas/editor/reshape.ts";
import { screenPoint } from "../../../shared/geometry/spaces.ts";

const noKeys: Keys = { shift: false, alt: false, ctrl: false };
const LEFT = 0;
const MIDDLE = 1;
const RIGHT = 2;

/** The view shows the picture at 4 screen pixels per image pixel, its corner at (20, 10). */
const context: GestureContext = {
  tool: "select",
  panKey: false,
  view: { scale: 4, originX: 20, originY: 10, width: 800, height: 600 },
  picture: { width: 120, height: 90 },
  hasClass: true,
  stamp: [6, 4],
  grip: () => null,
  stack: () => [],
  isBin: () => false,
  room: () => moveRoom([[30, 20, 5, 7]], { width: 120, height: 90 }),
  snap: (box) => box,
};

const down = (x: number, y: number, button = LEFT, keys = noKeys): GestureInput => ({
  kind: "down",
  at: screenPoint(x, y),
  button,
  keys,
});
const up = (x: number, y: number, button = LEFT, keys = noKeys): GestureInput => ({
  kind: "up",
  at: screenPoint(x, y),
  button,
  keys,
});
const move = (x: number, y: number, buttons = 1, keys = noKeys): GestureInput => ({
  kind: "move",
  at: screenPoint(x, y),
  buttons,
  keys,
});

/** Plays inputs; a change of the context in between stands for what the user does elsewhere. */
function play(
  steps: readonly (GestureInput | Partial<GestureContext>)[],
  start: Partial<GestureContext> = {},
): { gesture: Gesture; effects: GestureEffect[] } {
  let gesture: Gesture = idle;
  let now = { ...context, ...start };
  const effects: GestureEffect[] = [];
  for (const each of steps) {
    if (!("kind" in each)) {
      now = { ...now, ...each };
      continue;
    }
    const next = stepGesture(gesture, each, now);
    gesture = next.gesture;
    effects.push(...next.effects.filter(({ kind }) => kind !== "hover"));
  }
  return { gesture, effects };
}

describe("selecting", () => {
  const pile = {
    stack: () => [
      { kind: "label", id: 31 } as const,
      { kind: "ghost", place: 4 } as const,
      { kind: "label", id: 12 } as const,
    ],
  };

  test("a click selects what is in front, and on empty ground nothing", () => {
    expect(play([down(50, 60), up(51, 61)], pile).effects).toEqual([{ kind: "select", id: 31 }]);
    expect(play([down(50, 60), up(51, 61)]).effects).toEqual([{ kind: "select", id: null }]);
  });

  test("further clicks at the same place go through all that lies there, and round again", () => {
    const clicks = [0, 1, 2, 0].flatMap((by) => [down(50 + by, 60), up(50 + by, 60)]);
    expect(play(clicks, pile).effects).toEqual([
      { kind: "select", id: 31 },
      { kind: "ghost", place: 4 },
      { kind: "select", id: 12 },
      { kind: "select", id: 31 },
    ]);
  });

  test("a click elsewhere begins in front again", () => {
    const clicks = [down(50, 60), up(50, 60), down(70, 60), up(70, 60)];
    expect(play(clicks, pile).effects).toEqual([
      { kind: "select", id: 31 },
      { kind: "select", id: 31 },
    ]);
  });

  test("Shift adds or takes away what is in front, and leaves the rest on empty ground", () => {
    const shift = { ...noKeys, shift: true };
    const clicks = [down(50, 60, LEFT, shift), up(50, 60, LEFT, shift)];
    expect(play([...clicks, ...clicks], pile).effects).toEqual([
      { kind: "toggle", id: 31 },
      { kind: "toggle", id: 31 },
    ]);
    expect(play(clicks).effects).toEqual([]);
  });

  test("a click on a count of labels opens it", () => {
    const { effects } = play([down(50, 60), up(50, 60)], { isBin: () => true });
    expect(effects).toEqual([{ kind: "open", at: { x: 50, y: 60 } }]);
  });

  test("a drag from empty ground bands in image pixels, whichever way it goes", () => {
    const { effects } = play([down(120, 90), move(100, 80), move(60, 30), up(60, 30)]);
    const rect = { x: 10, y: 5, w: 15, h: 15 };
    expect(effects).toEqual([{ kind: "selectIn", rect, adds: false }]);
  });

  test("Shift at the end of a band adds", () => {
    const shift = { ...noKeys, shift: true };
    const { effects } = play([down(60, 30), move(120, 90), up(120, 90, LEFT, shift)]);
    expect(effects).toMatchObject([{ kind: "selectIn", adds: true }]);
  });

  test("a drag from a label that is not selected bands and moves nothing", () => {
    expect(play([down(50, 60), move(80, 90)], pile).gesture.kind).toBe("banding");
  });
});

describe("moving", () => {
  const grabbed: Partial<GestureContext> = { grip: () => ({ kind: "body" }) };

  test("a selected box follows by parts of a pixel", () => {
    const { effects } = play([down(150, 100), move(170, 100), move(151, 98), up(151, 98)], grabbed);
    expect(effects).toEqual([{ kind: "move", dx: 0.25, dy: -0.5 }]);
  });

  test("a press that hardly moves is a click", () => {
    expect(play([down(150, 100), move(152, 101), up(152, 101)], grabbed).effects).toEqual([]);
  });

  test("the picture holds the box back", () => {
    const { effects } = play([down(150, 100), move(2000, 100), up(2000, 100)], grabbed);
    expect(effects).toEqual([{ kind: "move", dx: 85, dy: 0 }]);
  });

  test("a drag that comes back to where it began changes nothing", () => {
    const { gesture, effects } = play(
      [down(150, 100), move(170, 100), move(150, 100), up(150, 100)],
      grabbed,
    );
    expect([gesture, effects]).toEqual([idle, []]);
  });

  test("zooming in the middle of a drag keeps what was grabbed under the pointer", () => {
    // At (152, 98) the image point (33, 22); twice the scale with the same point under the pointer.
    const zoomed = {
      scale: 8,
      originX: 152 - 33 * 8,
      originY: 98 - 22 * 8,
      width: 800,
      height: 600,
    };
    const { effects } = play(
      [down(144, 98), move(152, 98), { view: zoomed }, move(152, 98), move(160, 98), up(160, 98)],
      grabbed,
    );
    expect(effects).toEqual([{ kind: "move", dx: 3, dy: 0 }]);
  });

  test.each<[string, GestureInput]>([
    ["a lost pointer", { kind: "cancel" }],
    ["a movement without a button", move(190, 100, 0)],
  ])("%s ends it without an edit", (_, end) => {
    const { gesture, effects } = play([down(150, 100), move(180, 100), end, up(190, 100)], grabbed);
    expect([gesture, effects]).toEqual([idle, []]);
  });

  test("other buttons do not end it and start nothing", () => {
    const { gesture, effects } = play(
      [
        down(150, 100),
        move(170, 100),
        down(170, 100, MIDDLE),
        move(174, 100, 5),
        up(174, 100, MIDDLE),
        up(174, 100, RIGHT),
      ],
      grabbed,
    );
    expect(gesture).toMatchObject({ kind: "moving", dx: 6, dy: 0 });
    expect(effects).toEqual([]);
  });

  test("a pointer that leaves the canvas goes on", () => {
    const { gesture } = play([down(150, 100), move(170, 100), { kind: "leave" }], grabbed);
    expect(gesture.kind).toBe("moving");
  });
});

describe("resizing", () => {
  const held: Partial<GestureContext> = {
    grip: () => ({ kind: "handle", handle: "se", box: [30, 20, 5, 7] }),
  };

  test("the corner follows by as much as the pointer moves", () => {
    const { effects } = play([down(161, 119), move(165, 113), up(165, 113)], held);
    expect(effects).toEqual([{ kind: "resize", box: [30, 20, 6, 5.5] }]);
  });

  test("two screen pixels are enough, for a handle is grabbed on purpose", () => {
    const { effects } = play([down(161, 119), move(163, 119), up(163, 119)], held);
    expect(effects).toEqual([{ kind: "resize", box: [30, 20, 5.5, 7] }]);
  });

  test("only the edge that moves is snapped, also after it has passed the other one", () => {
    const asked: object[] = [];
    const snap: GestureContext["snap"] = (box, edges) => {
      asked.push(edges);
      return box;
    };
    const grip: GestureContext["grip"] = () => ({
      kind: "handle",
      handle: "e",
      box: [30, 20, 5, 7],
    });
    play([down(160, 100), move(170, 100), move(120, 100)], { snap, grip });
    const still = { left: false, top: false, right: false, bottom: false };
    expect(asked).toEqual([
      { ...still, right: true },
      { ...still, left: true },
    ]);
  });

  test("with Alt nothing is snapped", () => {
    const snap = () => [1, 2, 3, 4] as const;
    const alt = { ...noKeys, alt: true };
    const { effects } = play([down(161, 119), move(165, 119, 1, alt), up(165, 119, LEFT, alt)], {
      ...held,
      snap,
    });
    expect(effects).toEqual([{ kind: "resize", box: [30, 20, 6, 7] }]);
  });

  test("a click on a handle keeps the selection", () => {
    expect(play([down(161, 119), up(161, 119)], held).effects).toEqual([]);
  });
});

describe("drawing", () => {
  const draw: Partial<GestureContext> = { tool: "draw" };

  test("a drag draws a box of parts of pixels, cut at the border of the picture", () => {
    const { effects } = play([down(61, 43), move(40, 30), move(10, 25), up(10, 25)], draw);
    expect(effects).toEqual([{ kind: "draw", box: [0, 3.75, 10.25, 4.5] }]);
  });

  test("Shift makes it a square", () => {
    const shift = { ...noKeys, shift: true };
    const { gesture } = play([down(60, 50), move(100, 60, 1, shift)], draw);
    expect(gesture).toMatchObject({ kind: "drawing", box: [10, 10, 10, 10] });
  });

  test("a click draws nothing and selects", () => {
    const stack = () => [{ kind: "label", id: 8 } as const];
    const { effects } = play([down(61, 43), up(62, 43)], { ...draw, stack });
    expect(effects).toEqual([{ kind: "select", id: 8 }]);
  });

  test("what is thinner than half a pixel is no box", () => {
    const { effects } = play([down(61, 43), move(100, 44), up(100, 44)], draw);
    expect(effects).toEqual([]);
  });

  test("without a class it asks for one and draws nothing", () => {
    const { gesture, effects } = play([down(61, 43), move(90, 80)], { ...draw, hasClass: false });
    expect([gesture, effects]).toEqual([idle, [{ kind: "noClass" }]]);
  });

  test("Escape leaves nothing behind, and the rest of the drag does nothing", () => {
    const { gesture, effects } = play(
      [down(61, 43), move(90, 80), { kind: "cancel" }, move(95, 85), up(95, 85)],
      draw,
    );
    expect([gesture, effects]).toEqual([idle, []]);
  });

  test("with Ctrl one selects and moves without leaving the tool", () => {
    const ctrl = { ...noKeys, ctrl: true };
    const { gesture } = play([down(61, 43, LEFT, ctrl), move(90, 80, 1, ctrl)], draw);
    expect(gesture.kind).toBe("banding");
  });

  test("a region needs no class and is told as one", () => {
    const region = { tool: "region", hasClass: false } as const;
    const { effects } = play([down(60, 50), move(100, 90), up(100, 90)], region);
    expect(effects).toEqual([{ kind: "region", box: [10, 10, 10, 10] }]);
  });
});

describe("stamping", () => {
  const stamp: Partial<GestureContext> = { tool: "stamp" };

  test("each click sets a box of the same size round the pointer", () => {
    const clicks = [down(100, 90), up(100, 90), down(141, 90), up(141, 90)];
    expect(play(clicks, stamp).effects).toEqual([
      { kind: "stamp", box: [17, 18, 6, 4] },
      { kind: "stamp", box: [27.25, 18, 6, 4] },
    ]);
  });

  test("it is set where the button is let go, and on the picture", () => {
    const { effects } = play([down(100, 90), move(22, 12), up(22, 12)], stamp);
    expect(effects).toEqual([{ kind: "stamp", box: [0, 0, 6, 4] }]);
  });

  test("outside of the picture it is not set", () => {
    expect(play([down(5, 90), up(5, 90)], stamp).effects).toEqual([]);
  });
});

describe("moving the view", () => {
  test("the middle button pans in each tool and never clicks", () => {
    for (const tool of ["select", "draw", "stamp", "region"] as const) {
      const drag = play([down(50, 60, MIDDLE), move(57, 60, 4), move(57, 65, 4)], { tool });
      expect(drag.effects).toEqual([
        { kind: "pan", dx: 7, dy: 0 },
        { kind: "pan", dx: 0, dy: 5 },
      ]);
      expect(play([down(50, 60, MIDDLE), up(50, 60, MIDDLE)], { tool }).effects).toEqual([]);
    }
  });

  test("with the pan key the left button pans", () => {
    const { effects } = play([down(50, 60), move(60, 60), up(60, 60)], {
      tool: "draw",
      panKey: true,
    });
    expect(effects).toEqual([{ kind: "pan", dx: 10, dy: 0 }]);
  });

  test("the left button let go does not end a pan with the middle one", () => {
    const { gesture } = play([down(50, 60, MIDDLE), move(60, 60, 4), up(60, 60, LEFT)]);
    expect(gesture.kind).toBe("panning");
  });

  test("the right button does nothing", () => {
    const { gesture, effects } = play([down(50, 60, RIGHT), move(90, 60, 2), up(90, 60, RIGHT)]);
    expect([gesture, effects]).toEqual([idle, []]);
  });
});
