import { screenPoint, type ScreenPoint } from "../../../shared/geometry/spaces.ts";
import { idle, stepTool, type PointerInput, type Tool } from "./tool.ts";

export interface PointerActions {
  readonly pan: (dx: number, dy: number) => void;
  readonly zoom: (factor: number, at: ScreenPoint) => void;
  readonly hover: (at: ScreenPoint | null) => void;
  readonly click: (at: ScreenPoint) => void;
}

/** A notch of a mouse wheel is about 100 pixels and zooms by a quarter; a pinch comes as small steps with Ctrl. */
const PER_PIXEL = Math.log(1.25) / 100;
const PINCH_PER_PIXEL = Math.log(1.25) / 25;
const LINE_HEIGHT = 16;

/** Feeds the pointer's events through the tool states. Returns how to stop. */
export function listenToPointer(canvas: HTMLCanvasElement, actions: PointerActions): () => void {
  let tool: Tool = idle;
  const stop = new AbortController();
  const options = { signal: stop.signal };

  const placeOf = (event: MouseEvent) => {
    const frame = canvas.getBoundingClientRect();
    return screenPoint(event.clientX - frame.left, event.clientY - frame.top);
  };

  function feed(input: PointerInput) {
    const step = stepTool(tool, input);
    tool = step.tool;
    canvas.classList.toggle("panning", tool.kind === "panning");
    for (const effect of step.effects) {
      switch (effect.kind) {
        case "pan":
          actions.pan(effect.dx, effect.dy);
          break;
        case "click":
          actions.click(effect.at);
          break;
        case "hover":
          actions.hover(effect.at);
          break;
      }
    }
  }

  canvas.addEventListener(
    "pointerdown",
    (event) => {
      if (event.button === 1) event.preventDefault(); // no auto-scroll
      canvas.setPointerCapture(event.pointerId);
      feed({ kind: "down", at: placeOf(event), button: event.button });
    },
    options,
  );
  canvas.addEventListener(
    "pointermove",
    (event) => feed({ kind: "move", at: placeOf(event) }),
    options,
  );
  canvas.addEventListener(
    "pointerup",
    (event) => feed({ kind: "up", at: placeOf(event) }),
    options,
  );
  canvas.addEventListener("pointercancel", () => feed({ kind: "leave" }), options);
  canvas.addEventListener(
    "pointerleave",
    (event) => {
      if (!canvas.hasPointerCapture(event.pointerId)) feed({ kind: "leave" });
    },
    options,
  );
  canvas.addEventListener(
    "wheel",
    (event) => {
      event.preventDefault();
      const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? LINE_HEIGHT : 1;
      const rate = event.ctrlKey ? PINCH_PER_PIXEL : PER_PIXEL;
      actions.zoom(Math.exp(-event.deltaY * unit * rate), placeOf(event));
    },
    { ...options, passive: false },
  );
  return () => stop.abort();
}
