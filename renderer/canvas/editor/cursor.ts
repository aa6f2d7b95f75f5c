import type { Gesture, Grip, Hit, Keys } from "./gesture-states.ts";
import { toolAt } from "./gesture.ts";
import { handleCursor } from "./handles.ts";
import type { EditorOptions } from "./types.ts";

/** The cursor says what a press would do here, or what the gesture under way does. */
export function cursorOf(at: {
  readonly gesture: Gesture;
  readonly keys: Keys;
  readonly options: Pick<EditorOptions, "tool" | "panKey">;
  readonly grip: Grip | null;
  readonly hovered: Hit | null;
  readonly isOnBin: boolean;
}): string {
  const { gesture, keys, options, grip, hovered } = at;
  switch (gesture.kind) {
    case "panning":
      return "grabbing";
    case "moving":
      return "move";
    case "resizing":
      return handleCursor(gesture.handle);
    case "banding":
    case "drawing":
    case "stamping":
      return "crosshair";
    case "idle":
    case "pressing":
      break;
  }
  if (options.panKey) return "grab";
  if (toolAt(options.tool, keys) !== "select") return "crosshair";
  if (grip?.kind === "handle") return handleCursor(grip.handle);
  if (grip?.kind === "body") return keys.shift ? "pointer" : "move";
  if (hovered) return "pointer";
  return at.isOnBin ? "zoom-in" : "default";
}
