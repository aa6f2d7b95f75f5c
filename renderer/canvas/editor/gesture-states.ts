/** What the pointer does in the editor, in types: what comes in, the states, and what is to be done about it. */
import type { XywhPixels } from "../../../shared/domain/records.ts";
import type { ImagePoint, ImageRect, ScreenPoint } from "../../../shared/geometry/spaces.ts";
import type { Size, Viewport } from "../viewport.ts";
import type { Handle, MoveRoom } from "./reshape.ts";
import type { Edges } from "./snap-box.ts";
import type { EditorTool } from "./types.ts";

export interface Keys {
  readonly shift: boolean;
  readonly alt: boolean;
  /** Ctrl or Cmd. */
  readonly ctrl: boolean;
}

/** What can be clicked. */
export type Hit =
  | { readonly kind: "label"; readonly id: number }
  | { readonly kind: "ghost"; readonly place: number };

/** What a press takes hold of. */
export type Grip =
  | { readonly kind: "handle"; readonly handle: Handle; readonly box: XywhPixels }
  | { readonly kind: "body" };

export type GestureInput =
  | {
      readonly kind: "down" | "up";
      readonly at: ScreenPoint;
      readonly button: number;
      readonly keys: Keys;
    }
  /** buttons: as in `MouseEvent.buttons`. */
  | {
      readonly kind: "move";
      readonly at: ScreenPoint;
      readonly buttons: number;
      readonly keys: Keys;
    }
  /** The pointer is elsewhere. */
  | { readonly kind: "leave" }
  /** The pointer is lost, the window has no focus, the user presses Escape. */
  | { readonly kind: "cancel" };

/** What the gesture has to know of the rest. */
export interface GestureContext {
  readonly tool: EditorTool;
  readonly panKey: boolean;
  readonly view: Viewport;
  readonly picture: Size;
  readonly hasClass: boolean;
  readonly stamp: readonly [number, number];
  readonly grip: (at: ScreenPoint) => Grip | null;
  /** What lies under a point, what is clicked first in front. */
  readonly stack: (at: ScreenPoint) => readonly Hit[];
  /** A count of many labels lies there. */
  readonly isBin: (at: ScreenPoint) => boolean;
  /** Of what is selected. */
  readonly room: () => MoveRoom;
  /** The box with some of its edges on edges of the picture, where these are near. */
  readonly snap: (box: XywhPixels, edges: Edges) => XywhPixels;
}

export interface Click {
  readonly at: ImagePoint;
  readonly hit: Hit;
}

/** What a press becomes when the pointer moves. */
export type Drag =
  | { readonly kind: "pan" }
  | { readonly kind: "band" }
  | { readonly kind: "move" }
  | { readonly kind: "resize"; readonly handle: Handle; readonly box: XywhPixels }
  | { readonly kind: "draw"; readonly purpose: "label" | "region" }
  | { readonly kind: "stamp" };

export type Gesture =
  /** clicked: what the last click took, for the next one at the same place. */
  | { readonly kind: "idle"; readonly clicked: Click | null }
  /** Down, but not moved far enough to be a drag. */
  | {
      readonly kind: "pressing";
      readonly button: number;
      readonly from: ScreenPoint;
      readonly drag: Drag;
      readonly clicked: Click | null;
    }
  | { readonly kind: "panning"; readonly button: number; readonly last: ScreenPoint }
  | {
      readonly kind: "banding";
      readonly from: ImagePoint;
      readonly to: ImagePoint;
      readonly adds: boolean;
    }
  | {
      readonly kind: "moving";
      readonly from: ImagePoint;
      readonly room: MoveRoom;
      readonly dx: number;
      readonly dy: number;
    }
  | {
      readonly kind: "resizing";
      readonly from: ImagePoint;
      readonly handle: Handle;
      readonly start: XywhPixels;
      readonly box: XywhPixels;
    }
  /** box: null while it is too small to be one. */
  | {
      readonly kind: "drawing";
      readonly from: ImagePoint;
      readonly purpose: "label" | "region";
      readonly box: XywhPixels | null;
    }
  /** The stamp is set where the button is let go. */
  | { readonly kind: "stamping" };

/** What is to be done about it. */
export type GestureEffect =
  | { readonly kind: "hover"; readonly at: ScreenPoint | null }
  | { readonly kind: "pan"; readonly dx: number; readonly dy: number }
  /** Zoom in on a count. */
  | { readonly kind: "open"; readonly at: ScreenPoint }
  | { readonly kind: "select"; readonly id: number | null }
  | { readonly kind: "toggle"; readonly id: number }
  | { readonly kind: "selectIn"; readonly rect: ImageRect; readonly adds: boolean }
  | { readonly kind: "ghost"; readonly place: number }
  | { readonly kind: "move"; readonly dx: number; readonly dy: number }
  | { readonly kind: "resize"; readonly box: XywhPixels }
  | { readonly kind: "draw" | "stamp" | "region"; readonly box: XywhPixels }
  | { readonly kind: "noClass" };

export interface GestureStep {
  readonly gesture: Gesture;
  readonly effects: readonly GestureEffect[];
}
