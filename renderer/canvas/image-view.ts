import { boxRect } from "../../shared/geometry/boxes.ts";
import type { ScreenPoint } from "../../shared/geometry/spaces.ts";
import { createCamera, middleOf } from "./camera.ts";
import { listenToPointer } from "./input/listen.ts";
import { createLayers } from "./layers.ts";
import { createMinimap } from "./minimap.ts";
import { paintBoxes, listVisible } from "./paint/boxes-layer.ts";
import { paintDensity } from "./paint/density-layer.ts";
import { loupeView, paintFocus, paintLoupe, paintTie, type LabelOf } from "./paint/focus-layer.ts";
import { paintErrorMarks } from "./paint/error-marks.ts";
import { paintPixelGrid } from "./paint/pixel-grid.ts";
import { paintRoomLabels } from "./paint/room-labels.ts";
import type { PictureSource } from "./picture/source.ts";
import { binAt, densityLevel, gatherDensity, TINY_SIDE, type Density } from "./scene/density.ts";
import { pickObject } from "./scene/pick.ts";
import { boxOf, type Judgement, type Scene } from "./scene/scene.ts";
import { HIDDEN } from "./scene/visibility.ts";
import { toImage, type Viewport } from "./viewport.ts";

/** Moving the pointer repaints only `focus`. */
const layerNames = ["picture", "boxes", "focus"] as const;
type LayerName = (typeof layerNames)[number];

/** How far a click on a density bin zooms in. */
const OPENING_ZOOM = 3;

/** What is drawn over the picture. */
export interface Overlay {
  readonly scene: Scene;
  readonly judgement: Judgement;
  /** [N] of `visibility`. */
  readonly shown: Uint8Array;
}

export interface ImageViewEvents {
  readonly onView: (view: Viewport) => void;
  readonly onHover: (object: number | null) => void;
  readonly onSelect: (object: number | null) => void;
}

/** The canvas that shows a picture and its objects. Objects are places in the overlay's scene. */
export interface ImageView {
  readonly setPicture: (picture: PictureSource | null) => void;
  /** Draws again: the picture can show more of itself. */
  readonly pictureChanged: () => void;
  readonly setOverlay: (overlay: Overlay | null, labelOf: LabelOf) => void;
  readonly setSelected: (object: number | null) => void;
  readonly setLoupe: (on: boolean) => void;
  readonly fit: () => void;
  readonly actualSize: () => void;
  readonly zoomBy: (factor: number) => void;
  /** Centres an object and zooms in on it. */
  readonly show: (object: number) => void;
  /** Brings an object into view if it is out of it or too small to be seen. */
  readonly reveal: (object: number) => void;
  readonly dispose: () => void;
}

/** Puts the view into `root`, which must be positioned and sized by the page. */
export function createImageView(root: HTMLElement, events: ImageViewEvents): ImageView {
  const layers = createLayers(root, layerNames, paint);
  const minimap = createMinimap();
  root.append(minimap.canvas);
  const font = getComputedStyle(root).fontFamily;

  let view: Viewport = { scale: 1, originX: 0, originY: 0, ...layers.size() };
  const camera = createCamera(layers.size, (next) => {
    view = next;
    layers.dirty("picture", "boxes", "focus");
    events.onView(view);
  });
  let picture: PictureSource | null = null;
  let overlay: Overlay | null = null;
  let labelOf: LabelOf = String;
  let densities = new Map<number, Density>();
  let selected: number | null = null;
  let hovered: number | null = null;
  let pointer: ScreenPoint | null = null;
  let loupe = false;

  function densityAt(scale: number, { scene, judgement, shown }: Overlay): Density {
    const level = densityLevel(scale);
    let density = densities.get(level);
    if (!density) {
      density = gatherDensity(scene, judgement, shown, level);
      densities.set(level, density);
    }
    return density;
  }

  function paint(layer: LayerName, ctx: CanvasRenderingContext2D) {
    if (layer === "picture") paintPicture(ctx, view);
    else if (layer === "boxes") paintOverlay(ctx, view, true);
    else paintFocusLayer(ctx);
  }

  function paintPicture(ctx: CanvasRenderingContext2D, at: Viewport, aside = false) {
    if (!picture) return;
    // Where the picture has not come, or cannot, one still sees how far it reaches.
    ctx.fillStyle = "rgb(128 128 128 / 16%)";
    ctx.fillRect(at.originX, at.originY, picture.width * at.scale, picture.height * at.scale);
    picture.paint(ctx, at, { aside });
    paintPixelGrid(ctx, picture, at);
  }

  function paintOverlay(ctx: CanvasRenderingContext2D, at: Viewport, labelled: boolean) {
    if (!overlay) return;
    const { scene, judgement, shown } = overlay;
    const density = densityAt(at.scale, overlay);
    const list = listVisible(scene, judgement, shown, density, at);
    paintBoxes(ctx, list, window.devicePixelRatio);
    paintDensity(ctx, density, at, font);
    if (labelled) paintRoomLabels(ctx, scene, judgement, shown, at, { labelOf, font, selected });
  }

  function paintFocusLayer(ctx: CanvasRenderingContext2D) {
    if (picture) minimap.follow(view, picture);
    if (overlay) {
      const { scene, judgement } = overlay;
      if (selected !== null) paintTie(ctx, scene, judgement, selected, view);
      for (const object of new Set([selected, hovered])) {
        if (object === null) continue;
        const how = { selected: object === selected, label: labelOf(object), font };
        paintFocus(ctx, scene, judgement, object, view, how);
      }
    }
    if (loupe && pointer && picture) {
      const inside = loupeView(view, pointer);
      paintLoupe(ctx, pointer, `×${inside.factor}`, font, () => {
        paintPicture(ctx, inside.view, true);
        paintOverlay(ctx, inside.view, false);
      });
    }
  }

  function pick(at: ScreenPoint): number | null {
    if (!overlay) return null;
    const reach = TINY_SIDE / 2 / view.scale;
    const object = pickObject(overlay.scene, overlay.shown, toImage(view, at), reach);
    if (object === null) return null;
    return densityAt(view.scale, overlay).gathered[object] === 1 ? null : object;
  }

  function hover(at: ScreenPoint | null) {
    pointer = at;
    const object = at ? pick(at) : null;
    if (object !== hovered) {
      hovered = object;
      root.style.cursor = object === null ? "" : "pointer";
      events.onHover(object);
      layers.dirty("focus");
    } else if (loupe) layers.dirty("focus");
  }

  /** A click on a count opens it: one goes in until it falls apart. */
  function click(at: ScreenPoint) {
    const object = pick(at);
    if (object === null && overlay) {
      const { x, y } = toImage(view, at);
      if (binAt(densityAt(view.scale, overlay), x, y)) return camera.zoom(OPENING_ZOOM, at);
    }
    events.onSelect(object);
  }

  const stopPointer = listenToPointer(layers.top, {
    pan: camera.pan,
    zoom: camera.zoom,
    hover,
    click,
  });

  minimap.onDrag(camera.centre);
  layers.onResize(camera.resize);

  function refreshMinimap() {
    if (!picture || !overlay) return;
    const { scene, judgement, shown } = overlay;
    minimap.redraw(picture, (ctx, scale) => paintErrorMarks(ctx, scale, scene, judgement, shown));
  }

  return {
    setPicture(next) {
      picture = next;
      camera.setPicture(next);
      layers.dirty("picture", "boxes", "focus");
      refreshMinimap();
    },
    pictureChanged() {
      refreshMinimap();
      layers.dirty("picture", "focus");
    },
    setOverlay(next, label) {
      if (next?.scene !== overlay?.scene) hovered = selected = null;
      overlay = next;
      labelOf = label;
      densities = new Map();
      if (hovered !== null && next?.shown[hovered] === HIDDEN) hovered = null;
      refreshMinimap();
      layers.dirty("boxes", "focus");
    },
    setSelected(object) {
      selected = object;
      layers.dirty("boxes", "focus");
    },
    setLoupe(on) {
      loupe = on;
      layers.dirty("focus");
    },
    fit: camera.fit,
    actualSize: camera.actualSize,
    zoomBy: (factor) => camera.zoom(factor, pointer ?? middleOf(view)),
    show(object) {
      if (overlay) camera.show(boxRect(boxOf(overlay.scene, object)));
    },
    reveal(object) {
      if (overlay) camera.reveal(boxRect(boxOf(overlay.scene, object)));
    },
    dispose() {
      stopPointer();
      minimap.canvas.remove();
      layers.dispose();
    },
  };
}
