import { readFileSync } from "node:fs";
import type { Rectangle } from "electron";
import { z } from "zod";
import { writeQuickly } from "../files/atomic-write.ts";

/** Where the window was when it was closed, in the screen's own units. */
export interface WindowState {
  readonly bounds: Partial<Rectangle> & { readonly width: number; readonly height: number };
  readonly maximized: boolean;
}

export const firstState: WindowState = { bounds: { width: 1440, height: 900 }, maximized: false };

const schema = z.object({
  bounds: z.object({
    x: z.int(),
    y: z.int(),
    width: z.int().min(400).max(20_000),
    height: z.int().min(300).max(20_000),
  }),
  maximized: z.boolean(),
});

/** The remembered state. A file that is missing or damaged counts as never written. */
export function readWindowState(file: string): WindowState {
  try {
    return schema.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch {
    return firstState;
  }
}

export function saveWindowState(file: string, state: WindowState): void {
  writeQuickly(file, JSON.stringify(state));
}

/** The state as it fits the screens there are now: a window on a screen that is gone comes back to the first one. */
export function fitToScreens(state: WindowState, workAreas: readonly Rectangle[]): WindowState {
  const { x, y, width, height } = state.bounds;
  const reachable =
    x !== undefined &&
    y !== undefined &&
    workAreas.some(
      (area) =>
        Math.min(x + width, area.x + area.width) - Math.max(x, area.x) >= 120 &&
        y >= area.y - 10 &&
        y <= area.y + area.height - 60,
    );
  if (reachable) return state;
  const [screen] = workAreas;
  if (!screen) return { ...state, bounds: { width, height } };
  return {
    ...state,
    bounds: { width: Math.min(width, screen.width), height: Math.min(height, screen.height) },
  };
}
