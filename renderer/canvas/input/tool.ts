import type { ScreenPoint } from "../../../shared/geometry/spaces.ts";

/** What the pointer is doing. Further tools (drawing, resizing) are further states of this union. */
export type Tool =
  | { readonly kind: "idle" }
  /** Down, but not moved far enough to be a drag. */
  | { readonly kind: "pressing"; readonly from: ScreenPoint; readonly button: number }
  | { readonly kind: "panning"; readonly last: ScreenPoint };

export type PointerInput =
  | { readonly kind: "down"; readonly at: ScreenPoint; readonly button: number }
  | { readonly kind: "move"; readonly at: ScreenPoint }
  | { readonly kind: "up"; readonly at: ScreenPoint }
  | { readonly kind: "leave" };

/** What is to be done about it. */
export type Effect =
  | { readonly kind: "pan"; readonly dx: number; readonly dy: number }
  | { readonly kind: "click"; readonly at: ScreenPoint }
  | { readonly kind: "hover"; readonly at: ScreenPoint | null };

export const idle: Tool = { kind: "idle" };

/** A press that moves no further than this is a click, CSS pixels. */
const SLACK = 3;
const LEFT = 0;
const MIDDLE = 1;

export interface Step {
  readonly tool: Tool;
  readonly effects: readonly Effect[];
}

/** The next state of the tool, and what to do. */
export function stepTool(tool: Tool, input: PointerInput): Step {
  switch (tool.kind) {
    case "idle":
      return fromIdle(input);
    case "pressing":
      return fromPressing(tool, input);
    case "panning":
      return fromPanning(tool, input);
  }
}

function fromIdle(input: PointerInput): Step {
  switch (input.kind) {
    case "down":
      if (input.button !== LEFT && input.button !== MIDDLE) return { tool: idle, effects: [] };
      return { tool: { kind: "pressing", from: input.at, button: input.button }, effects: [] };
    case "move":
      return { tool: idle, effects: [{ kind: "hover", at: input.at }] };
    case "leave":
      return { tool: idle, effects: [{ kind: "hover", at: null }] };
    case "up":
      return { tool: idle, effects: [] };
  }
}

function fromPressing(tool: Extract<Tool, { kind: "pressing" }>, input: PointerInput): Step {
  switch (input.kind) {
    case "move": {
      const dx = input.at.x - tool.from.x;
      const dy = input.at.y - tool.from.y;
      if (Math.hypot(dx, dy) <= SLACK) return { tool, effects: [] };
      return { tool: { kind: "panning", last: input.at }, effects: [{ kind: "pan", dx, dy }] };
    }
    case "up":
      return {
        tool: idle,
        effects: tool.button === LEFT ? [{ kind: "click", at: input.at }] : [],
      };
    case "leave":
      return { tool: idle, effects: [{ kind: "hover", at: null }] };
    case "down":
      return { tool, effects: [] };
  }
}

function fromPanning(tool: Extract<Tool, { kind: "panning" }>, input: PointerInput): Step {
  switch (input.kind) {
    case "move":
      return {
        tool: { kind: "panning", last: input.at },
        effects: [{ kind: "pan", dx: input.at.x - tool.last.x, dy: input.at.y - tool.last.y }],
      };
    case "up":
      return { tool: idle, effects: [{ kind: "hover", at: input.at }] };
    case "leave":
      return { tool: idle, effects: [{ kind: "hover", at: null }] };
    case "down":
      return { tool, effects: [] };
  }
}
