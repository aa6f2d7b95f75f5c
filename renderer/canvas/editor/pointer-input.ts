import { screenPoint, type ScreenPoint } from "../../../shared/geometry/spaces.ts";
import type { GestureInput, Keys } from "./gesture-states.ts";

/** A notch of a mouse wheel is about 100 pixels and zooms by a quarter; a pinch comes as small steps with Ctrl. */
const PER_PIXEL = Math.log(1.25) / 100;
const PINCH_PER_PIXEL = Math.log(1.25) / 25;
const LINE_HEIGHT = 16;

export interface PointerUse {
  readonly feed: (input: GestureInput) => void;
  readonly zoom: (factor: number, at: ScreenPoint) => void;
  /** Shift, Alt or Ctrl went down or up while the pointer stands still. */
  readonly keys: (keys: Keys) => void;
  /** Whether a drag goes on: then Alt does not open the browser's menu. */
  readonly busy: () => boolean;
}

/** Turns the events of a canvas and its window into inputs of the gesture. Returns how to stop. */
export function listenToEditing(canvas: HTMLCanvasElement, use: PointerUse): () => void {
  const stop = new AbortController();
  const { signal } = stop;
  const placeOf = (event: MouseEvent) => {
    const frame = canvas.getBoundingClientRect();
    return screenPoint(event.clientX - frame.left, event.clientY - frame.top);
  };
  const inputOf = (event: PointerEvent) => ({ at: placeOf(event), keys: keysOf(event) });

  canvas.addEventListener(
    "pointerdown",
    (event) => {
      if (event.button === 1) event.preventDefault(); // no auto-scroll
      canvas.setPointerCapture(event.pointerId);
      use.feed({ kind: "down", button: event.button, ...inputOf(event) });
    },
    { signal },
  );
  canvas.addEventListener(
    "pointermove",
    (event) => {
      const input = inputOf(event);
      // While one button is down, others come and go as movements.
      if (event.button >= 0) {
        const isDown = (event.buttons & buttonBit(event.button)) !== 0;
        use.feed({ kind: isDown ? "down" : "up", button: event.button, ...input });
      } else use.feed({ kind: "move", buttons: event.buttons, ...input });
    },
    { signal },
  );
  canvas.addEventListener(
    "pointerup",
    (event) => use.feed({ kind: "up", button: event.button, ...inputOf(event) }),
    { signal },
  );
  canvas.addEventListener("pointercancel", () => use.feed({ kind: "cancel" }), { signal });
  canvas.addEventListener("pointerleave", () => use.feed({ kind: "leave" }), { signal });
  window.addEventListener("blur", () => use.feed({ kind: "cancel" }), { signal });
  for (const kind of ["keydown", "keyup"] as const) {
    window.addEventListener(
      kind,
      (event) => {
        if (!["Shift", "Alt", "Control", "Meta"].includes(event.key)) return;
        if (event.key === "Alt" && use.busy()) event.preventDefault();
        use.keys(keysOf(event));
      },
      { signal },
    );
  }
  canvas.addEventListener(
    "wheel",
    (event) => {
      event.preventDefault();
      const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? LINE_HEIGHT : 1;
      const rate = event.ctrlKey ? PINCH_PER_PIXEL : PER_PIXEL;
      use.zoom(Math.exp(-event.deltaY * unit * rate), placeOf(event));
    },
    { signal, passive: false },
  );
  return () => stop.abort();
}

function keysOf(event: MouseEvent | KeyboardEvent): Keys {
  return { shift: event.shiftKey, alt: event.altKey, ctrl: event.ctrlKey || event.metaKey };
}

/** The bit of a button in `MouseEvent.buttons`, which counts the right one before the middle one. */
function buttonBit(button: number): number {
  return button === 1 ? 4 : button === 2 ? 2 : 1 << button;
}
