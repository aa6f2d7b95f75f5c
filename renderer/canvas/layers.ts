import type { Size } from "./viewport.ts";

/** Canvases on top of each other, each painted at most once a frame and only when something on it has changed. */
export interface Layers<LayerName extends string> {
  /** The one that gets the pointer. */
  readonly top: HTMLCanvasElement;
  readonly size: () => Size;
  readonly dirty: (...layers: LayerName[]) => void;
  readonly onResize: (use: (size: Size) => void) => void;
  readonly dispose: () => void;
}

/** names: from the bottom up. paint: draws one layer, in CSS pixels, on a cleared canvas. */
export function createLayers<LayerName extends string>(
  root: HTMLElement,
  names: readonly LayerName[],
  paint: (layer: LayerName, ctx: CanvasRenderingContext2D) => void,
): Layers<LayerName> {
  const canvases = names.map((name) => {
    const canvas = document.createElement("canvas");
    canvas.dataset["layer"] = name;
    canvas.style.cssText = "position: absolute; inset: 0; width: 100%; height: 100%";
    root.append(canvas);
    return canvas;
  });
  const waiting = new Set<LayerName>();
  let frame = 0;
  let resize: (size: Size) => void = () => undefined;

  function dirty(...layers: LayerName[]) {
    for (const layer of layers) waiting.add(layer);
    if (frame === 0) frame = requestAnimationFrame(paintWaiting);
  }

  function paintWaiting() {
    frame = 0;
    const ratio = window.devicePixelRatio;
    names.forEach((name, at) => {
      if (!waiting.delete(name)) return;
      const ctx = canvases[at]!.getContext("2d")!;
      ctx.setTransform(1, 0, 0, 1, 0, 0);
      ctx.clearRect(0, 0, ctx.canvas.width, ctx.canvas.height);
      ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
      paint(name, ctx);
    });
  }

  const size = (): Size => ({ width: root.clientWidth, height: root.clientHeight });

  function follow() {
    const { width, height } = size();
    if (width === 0 || height === 0) return;
    for (const canvas of canvases) {
      canvas.width = Math.round(width * window.devicePixelRatio);
      canvas.height = Math.round(height * window.devicePixelRatio);
    }
    resize({ width, height });
    // A changed canvas is empty: paint before it is shown.
    names.forEach((name) => waiting.add(name));
    cancelAnimationFrame(frame);
    paintWaiting();
  }
  const observer = new ResizeObserver(follow);
  observer.observe(root);

  return {
    top: canvases.at(-1)!,
    size,
    dirty,
    onResize: (use) => (resize = use),
    dispose() {
      observer.disconnect();
      cancelAnimationFrame(frame);
      for (const canvas of canvases) canvas.remove();
    },
  };
}
