import { boxRect } from "../../shared/geometry/boxes.ts";
import { screenPoint, type ScreenPoint } from "../../shared/geometry/spaces.ts";
import { listenToPointer } from "./input/listen.ts";
import { createLayers, type LayerName } from "./layers.ts";
import { createMinimap } from "./minimap.ts";
import { paintBoxes, listVisible } from "./paint/boxes-layer.ts";
import { paintDensity } from "./paint/density-layer.ts";
import { loupeView, paintFocus, paintLoupe, paintTie, type LabelOf } from "./paint/focus-layer.ts";
import { makeMarkerSprites, type MarkerSprites } from "./paint/markers.ts";
import { paintPixelGrid } from "./paint/pixel-grid.ts";
import { paintRoomLabels } from "./paint/room-labels.ts";
import type { PictureSource } from "./picture/source.ts";
import { binAt, densityLevel, gatherDensity, TINY_SIDE, type Density } from "./scene/density.ts";
import { pickObject } from "./scene/pick.ts";
import { boxOf, type Judgement, type Scene } from "./scene/scene.ts";
import { HIDDEN } from "./scene/visibility.ts";
import {
  centredOn,
  fitted,
  held,
  panned,
  resized,
  showing,
  toImage,
  visibleRect,
  zoomed,
  type Viewport,
} from "./viewport.ts";

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
  const layers = createLayers(root, paint);
  const minimap = createMinimap();
  root.append(minimap.canvas);
  const font = getComputedStyle(root).fontFamily;

  let view: Viewport = { scale: 1, originX: 0, originY: 0, ...layers.size() };
  /** True until the user moves the view: then it stays fitted while the page changes its size. */
  let fits = true;
  let picture: PictureSource | null = null;
  let overlay: Overlay | null = null;
  let labelOf: LabelOf = String;
  let densities = new Map<number, Density>();
  let sprites: { ratio: number; markers: MarkerSprites } | null = null;
  let selected: number | null = null;
  let hovered: number | null = null;
  let pointer: ScreenPoint | null = null;
  let loupe = false;

  function moveTo(next: Viewport, fitting = false) {
    view = next;
    fits = fitting;
    layers.dirty("picture", "boxes", "focus");
    events.onView(view);
  }

  function densityAt(scale: number, { scene, judgement, shown }: Overlay): Density {
    const level = densityLevel(scale);
    let density = densities.get(level);
    if (!density) {
      density = gatherDensity(scene, judgement, shown, level);
      densities.set(level, density);
    }
    return density;
  }

  function markers(): MarkerSprites {
    const ratio = window.devicePixelRatio;
    if (sprites?.ratio !== ratio) sprites = { ratio, markers: makeMarkerSprites(ratio) };
    return sprites.markers;
  }

  function paint(layer: LayerName, ctx: CanvasRenderingContext2D) {
    if (layer === "picture") paintPicture(ctx, view);
    else if (layer === "boxes") paintOverlay(ctx, view, true);
    else paintFocusLayer(ctx);
  }

  function paintPicture(ctx: CanvasRenderingContext2D, at: Viewport) {
    if (!picture) return;
    // Where the picture has not come, or cannot, one still sees how far it reaches.
    ctx.fillStyle = "rgb(128 128 128 / 16%)";
    ctx.fillRect(at.originX, at.originY, picture.width * at.scale, picture.height * at.scale);
    picture.paint(ctx, at);
    paintPixelGrid(ctx, picture, at);
  }

  function paintOverlay(ctx: CanvasRenderingContext2D, at: Viewport, labelled: boolean) {
    if (!overlay) return;
    const { scene, judgement, shown } = overlay;
    const density = densityAt(at.scale, overlay);
    const list = listVisible(scene, judgement, shown, density, at);
    paintBoxes(ctx, list, markers(), window.devicePixelRatio);
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
        paintPicture(ctx, inside.view);
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
    if (object === null && overlay && picture) {
      const { x, y } = toImage(view, at);
      if (binAt(densityAt(view.scale, overlay), x, y))
        return moveTo(zoomed(view, picture, OPENING_ZOOM, at));
    }
    events.onSelect(object);
  }

  const stopPointer = listenToPointer(layers.top, {
    pan(dx, dy) {
      if (picture) moveTo(panned(view, picture, dx, dy));
    },
    zoom(factor, at) {
      if (picture) moveTo(zoomed(view, picture, factor, at));
    },
    hover,
    click,
  });

  const stopMinimap = dragMinimap();
  function dragMinimap() {
    const drag = (event: PointerEvent) => {
      if (!picture || event.buttons !== 1) return;
      const point = minimap.pointAt(event, picture);
      moveTo(held(centredOn(view, point, view.scale), picture));
    };
    minimap.canvas.addEventListener("pointerdown", drag);
    minimap.canvas.addEventListener("pointermove", drag);
    return () => minimap.canvas.remove();
  }

  layers.onResize((size) => {
    if (!picture) view = { ...view, ...size };
    else moveTo(fits ? fitted(size, picture) : resized(view, picture, size), fits);
  });

  function refreshMinimap() {
    if (!picture || !overlay) return;
    minimap.redraw(picture, overlay.scene, overlay.judgement, overlay.shown);
  }

  const api: ImageView = {
    setPicture(next) {
      picture = next;
      if (next) moveTo(fitted(layers.size(), next), true);
      else layers.dirty("picture", "boxes", "focus");
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
    fit() {
      if (picture) moveTo(fitted(layers.size(), picture), true);
    },
    actualSize() {
      if (picture) moveTo(zoomed(view, picture, 1 / view.scale, middle(view)));
    },
    zoomBy(factor) {
      if (picture) moveTo(zoomed(view, picture, factor, pointer ?? middle(view)));
    },
    show(object) {
      if (picture && overlay)
        moveTo(showing(layers.size(), picture, boxRect(boxOf(overlay.scene, object))));
    },
    reveal(object) {
      if (!picture || !overlay) return;
      const [x, y, w, h] = boxOf(overlay.scene, object);
      const seen = visibleRect(view, -24);
      const inside =
        x >= seen.x && y >= seen.y && x + w <= seen.x + seen.w && y + h <= seen.y + seen.h;
      if (!inside || Math.max(w, h) * view.scale < TINY_SIDE) api.show(object);
    },
    dispose() {
      stopPointer();
      stopMinimap();
      layers.dispose();
    },
  };
  return api;
}

function middle(view: Viewport): ScreenPoint {
  return screenPoint(view.width / 2, view.height / 2);
}
