import { expect, test } from "vitest";
import {
  idle,
  stepTool,
  type Effect,
  type PointerInput,
  type Tool,
} from "../../../renderer/canvas/input/tool.ts";
import { screenPoint } from "../../../shared/geometry/spaces.ts";

function play(inputs: readonly PointerInput[]): { tool: Tool; effects: Effect[] } {
  let tool: Tool = idle;
  const effects: Effect[] = [];
  for (const input of inputs) {
    const step = stepTool(tool, input);
    tool = step.tool;
    effects.push(...step.effects);
  }
  return { tool, effects };
}
const down = (x: number, y: number, button = 0): PointerInput => ({
  kind: "down",
  at: screenPoint(x, y),
  button,
});
const move = (x: number, y: number): PointerInput => ({ kind: "move", at: screenPoint(x, y) });
const up = (x: number, y: number): PointerInput => ({ kind: "up", at: screenPoint(x, y) });

test("a press that hardly moves is a click where it began to be held", () => {
  const { tool, effects } = play([down(40, 50), move(41, 52), up(41, 52)]);
  expect(tool).toEqual(idle);
  expect(effects).toEqual([{ kind: "click", at: { x: 41, y: 52 } }]);
});

test("a drag pans by all it has moved and does not click", () => {
  const { effects } = play([down(40, 50), move(47, 50), move(57, 45), up(57, 45)]);
  const pans = effects.filter((effect) => effect.kind === "pan");
  expect(pans).toEqual([
    { kind: "pan", dx: 7, dy: 0 },
    { kind: "pan", dx: 10, dy: -5 },
  ]);
  expect(effects.some((effect) => effect.kind === "click")).toBe(false);
});

test("the middle button drags but does not click", () => {
  expect(play([down(5, 6, 1), up(5, 6)]).effects).toEqual([]);
  expect(play([down(5, 6, 1), move(25, 6)]).effects).toEqual([{ kind: "pan", dx: 20, dy: 0 }]);
});

test("the right button does nothing", () => {
  expect(play([down(5, 6, 2), up(5, 6)]).effects).toEqual([]);
});

test("moving without a button hovers, leaving ends it", () => {
  expect(play([move(9, 4), { kind: "leave" }]).effects).toEqual([
    { kind: "hover", at: { x: 9, y: 4 } },
    { kind: "hover", at: null },
  ]);
});

test("a pointer lost in the middle of a drag leaves the tool idle", () => {
  expect(play([down(5, 6), move(55, 6), { kind: "leave" }]).tool).toEqual(idle);
});
