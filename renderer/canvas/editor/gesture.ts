/**
 * What the pointer does in the editor, as states: (gesture, input, context) -> (gesture, effects), without side
 * effects. Places are kept in image pixels, so that one can zoom in the middle of a drag.
 */
import type { XywhPixels } from "../../../shared/domain/records.ts";
import {
  imageRect,
  type ImagePoint,
  type ImageRect,
  type ScreenPoint,
} from "../../../shared/geometry/spaces.ts";
import { toImage, toScreen, type Viewport } from "../viewport.ts";
import type {
  Click,
  Drag,
  Gesture,
  GestureContext,
  GestureEffect,
  GestureInput,
  GestureStep,
  Hit,
  Keys,
} from "./gesture-states.ts";
import { drawnBox, handleAxes, movement, resizedBox, stampedBox } from "./reshape.ts";
import type { Edges } from "./snap-box.ts";
import type { EditorTool } from "./types.ts";

export const idle: Gesture = { kind: "idle", clicked: null };

/** A press that moves no further than this is a click, CSS pixels. */
const SLACK = 3;
/** A handle is grabbed on purpose: it follows sooner. */
const HANDLE_SLACK = 1;
const LEFT = 0;
const MIDDLE = 1;

export function stepGesture(
  gesture: Gesture,
  input: GestureInput,
  context: GestureContext,
): GestureStep {
  if (input.kind === "cancel") return only(idle);
  if (input.kind === "leave")
    return gesture.kind === "idle" ? step(gesture, { kind: "hover", at: null }) : only(gesture);
  // The button was let go where nobody could tell.
  if (input.kind === "move" && gesture.kind !== "idle" && input.buttons === 0)
    return step(idle, { kind: "hover", at: input.at });
  switch (input.kind) {
    case "down":
      return gesture.kind === "idle" ? press(gesture, input, context) : only(gesture);
    case "move":
      return follow(gesture, input, context);
    case "up":
      return input.button === buttonOf(gesture) ? release(gesture, input, context) : only(gesture);
  }
}

type Down = Extract<GestureInput, { kind: "down" | "up" }>;
type Move = Extract<GestureInput, { kind: "move" }>;

/** The tool that a press would use: with Ctrl one selects without leaving the tool for drawing. */
export function toolAt(tool: EditorTool, keys: Keys): EditorTool {
  return keys.ctrl && (tool === "draw" || tool === "stamp") ? "select" : tool;
}

function press(
  gesture: Extract<Gesture, { kind: "idle" }>,
  { at, button, keys }: Down,
  context: GestureContext,
): GestureStep {
  if (button !== LEFT && button !== MIDDLE) return only(gesture);
  const drag = dragOf(button, at, keys, context);
  if (drag === null) return step(idle, { kind: "noClass" });
  if (drag.kind === "stamp") return only({ kind: "stamping" });
  return only({ kind: "pressing", button, from: at, drag, clicked: gesture.clicked });
}

/** What a drag from a point does; null where there is no class to draw. */
export function dragOf(
  button: number,
  at: ScreenPoint,
  keys: Keys,
  context: GestureContext,
): Drag | null {
  if (button === MIDDLE || context.panKey) return { kind: "pan" };
  switch (toolAt(context.tool, keys)) {
    case "select": {
      const grip = context.grip(at);
      if (grip === null) return { kind: "band" };
      if (grip.kind === "handle") return { ...grip, kind: "resize" };
      // With Shift a band is drawn from anywhere.
      return keys.shift ? { kind: "band" } : { kind: "move" };
    }
    case "draw":
      return context.hasClass ? { kind: "draw", purpose: "label" } : null;
    case "stamp":
      return context.hasClass ? { kind: "stamp" } : null;
    case "region":
      return { kind: "draw", purpose: "region" };
  }
}

function follow(gesture: Gesture, input: Move, context: GestureContext): GestureStep {
  const { view, picture } = context;
  const to = toImage(view, input.at);
  switch (gesture.kind) {
    case "idle":
    case "stamping":
      return step(gesture, { kind: "hover", at: input.at });
    case "pressing": {
      const { from, drag } = gesture;
      const slack = drag.kind === "resize" ? HANDLE_SLACK : SLACK;
      if (Math.hypot(input.at.x - from.x, input.at.y - from.y) <= slack) return only(gesture);
      const started = startDrag(gesture, context);
      return started ? follow(started, input, context) : only(gesture);
    }
    case "panning": {
      const { last } = gesture;
      const pan = { kind: "pan", dx: input.at.x - last.x, dy: input.at.y - last.y } as const;
      return step({ ...gesture, last: input.at }, pan);
    }
    case "banding":
      return only({ ...gesture, to, adds: input.keys.shift });
    case "moving":
      return only({ ...gesture, ...movement(gesture.from, to, gesture.room) });
    case "resizing":
      return only({ ...gesture, box: resizeTo(gesture, to, input.keys, context) });
    case "drawing": {
      const box = drawnBox(gesture.from, to, picture, input.keys.shift);
      const snaps = box && gesture.purpose === "label" && !input.keys.alt && !input.keys.shift;
      return only({ ...gesture, box: snaps ? context.snap(box, ALL_EDGES) : box });
    }
  }
}

const ALL_EDGES: Edges = { left: true, top: true, right: true, bottom: true };

function startDrag(
  { drag, button, from }: Extract<Gesture, { kind: "pressing" }>,
  context: GestureContext,
): Gesture | null {
  const start = toImage(context.view, from);
  switch (drag.kind) {
    case "pan":
      return { kind: "panning", button, last: from };
    case "band":
      return { kind: "banding", from: start, to: start, adds: false };
    case "move":
      return { kind: "moving", from: start, room: context.room(), dx: 0, dy: 0 };
    case "resize":
      return { kind: "resizing", from: start, handle: drag.handle, start: drag.box, box: drag.box };
    case "draw":
      return { kind: "drawing", from: start, purpose: drag.purpose, box: null };
    case "stamp":
      return null;
  }
}

function resizeTo(
  { from, handle, start }: Extract<Gesture, { kind: "resizing" }>,
  to: ImagePoint,
  keys: Keys,
  { picture, snap }: GestureContext,
): XywhPixels {
  const by = { dx: to.x - from.x, dy: to.y - from.y };
  const box = resizedBox(start, handle, by, picture, keys.shift);
  if (keys.alt || keys.shift) return box;
  const axes = handleAxes(handle);
  // The edge that moves lies beyond the one that stays, on whichever side.
  const [x, y, w, h] = start;
  const left = box[0] + box[2] / 2 < (axes.x < 0 ? x + w : x);
  const top = box[1] + box[3] / 2 < (axes.y < 0 ? y + h : y);
  return snap(box, {
    left: axes.x !== 0 && left,
    right: axes.x !== 0 && !left,
    top: axes.y !== 0 && top,
    bottom: axes.y !== 0 && !top,
  });
}

function release(gesture: Gesture, input: Down, context: GestureContext): GestureStep {
  const hover = { kind: "hover", at: input.at } as const;
  switch (gesture.kind) {
    case "idle":
      return only(gesture);
    case "pressing":
      return click(gesture, input, context);
    case "panning":
      return step(idle, hover);
    case "banding": {
      const rect = rectBetween(gesture.from, gesture.to);
      return step(idle, { kind: "selectIn", rect, adds: input.keys.shift }, hover);
    }
    case "moving": {
      const { dx, dy } = gesture;
      if (dx === 0 && dy === 0) return step(idle, hover);
      return step(idle, { kind: "move", dx, dy }, hover);
    }
    case "resizing": {
      const same = gesture.box.every((value, i) => value === gesture.start[i]);
      if (same) return step(idle, hover);
      return step(idle, { kind: "resize", box: gesture.box }, hover);
    }
    case "drawing": {
      if (!gesture.box) return step(idle, hover);
      const kind = gesture.purpose === "label" ? "draw" : "region";
      return step(idle, { kind, box: gesture.box }, hover);
    }
    case "stamping": {
      const box = stampedBox(toImage(context.view, input.at), context.stamp, context.picture);
      return box ? step(idle, { kind: "stamp", box }, hover) : step(idle, hover);
    }
  }
}

function click(
  { drag, clicked }: Extract<Gesture, { kind: "pressing" }>,
  { at, button, keys }: Down,
  context: GestureContext,
): GestureStep {
  const isRegion = drag.kind === "draw" && drag.purpose === "region";
  if (button !== LEFT || drag.kind === "pan" || isRegion) return only(idle);
  const stack = context.stack(at);
  const hit = nextIn(stack, keys.shift ? null : clicked, at, context.view);
  if (hit === null) {
    if (context.isBin(at)) return step(idle, { kind: "open", at });
    // Beside a tiny box, on its frame or on a handle, one has not meant the ground.
    const keeps = keys.shift || drag.kind === "resize" || drag.kind === "move";
    return keeps ? only(idle) : step(idle, { kind: "select", id: null });
  }
  const gesture: Gesture = { kind: "idle", clicked: { at: toImage(context.view, at), hit } };
  if (hit.kind === "ghost") return step(gesture, { kind: "ghost", place: hit.place });
  return step(gesture, { kind: keys.shift ? "toggle" : "select", id: hit.id });
}

/** The first of what lies under a point; at the place of the last click the one after that which it took. */
function nextIn(
  stack: readonly Hit[],
  clicked: Click | null,
  at: ScreenPoint,
  view: Viewport,
): Hit | null {
  const first = stack[0] ?? null;
  if (clicked === null) return first;
  const last = toScreen(view, clicked.at);
  if (Math.hypot(last.x - at.x, last.y - at.y) > SLACK) return first;
  const taken = stack.findIndex((hit) => sameHit(hit, clicked.hit));
  return taken < 0 ? first : stack[(taken + 1) % stack.length]!;
}

export function sameHit(a: Hit | null, b: Hit | null): boolean {
  if (a === null || b === null) return a === b;
  if (a.kind === "label") return b.kind === "label" && a.id === b.id;
  return b.kind === "ghost" && a.place === b.place;
}

export function rectBetween(a: ImagePoint, b: ImagePoint): ImageRect {
  return imageRect(
    Math.min(a.x, b.x),
    Math.min(a.y, b.y),
    Math.abs(a.x - b.x),
    Math.abs(a.y - b.y),
  );
}

/** The button a gesture began with. */
function buttonOf(gesture: Gesture): number {
  return gesture.kind === "pressing" || gesture.kind === "panning" ? gesture.button : LEFT;
}

function only(gesture: Gesture): GestureStep {
  return { gesture, effects: [] };
}

function step(gesture: Gesture, ...effects: GestureEffect[]): GestureStep {
  return { gesture, effects };
}
