import type { AnnotationChange, AnnotationFields } from "../../../shared/domain/editing.ts";
import type { XywhPixels } from "../../../shared/domain/records.ts";
import { boxRect } from "../../../shared/geometry/boxes.ts";
import type { ScreenPoint } from "../../../shared/geometry/spaces.ts";
import { createCamera, middleOf } from "../camera.ts";
import { createLayers } from "../layers.ts";
import { createMinimap } from "../minimap.ts";
import { overPicture } from "../paint/styles.ts";
import type { PictureSource } from "../picture/source.ts";
import { TINY_SIDE } from "../scene/density.ts";
import { rectToScreen, toImage } from "../viewport.ts";
import { cursorOf } from "./cursor.ts";
import type {
  Gesture,
  GestureContext,
  GestureEffect,
  GestureInput,
  Grip,
  Hit,
  Keys,
} from "./gesture-states.ts";
import { idle, sameHit, stepGesture, toolAt } from "./gesture.ts";
import { edgeScroll } from "./edge-scroll.ts";
import { handleAt, handleFrame, inFrame } from "./handles.ts";
import { paintLabelMarks } from "./minimap-marks.ts";
import { boxUnderWork, createPainter, editorLayers, type Scenery } from "./painter.ts";
import { listenToEditing } from "./pointer-input.ts";
import { createGreyReader } from "./read-grey.ts";
import { movedBox, moveRoom } from "./reshape.ts";
import { snapBox, type Edges } from "./snap-box.ts";
import { createStage } from "./stage.ts";
import { classColour } from "./styles.ts";
import { labelsIn } from "./targets.ts";
import type { CreateEditor, EditorOptions, EditorView } from "./types.ts";

/** How far a click on a count zooms in. */
const OPENING_ZOOM = 3;
/** How near an edge of the picture must be to be snapped to, CSS pixels. */
const SNAP_REACH = 6;
/** The minimap follows edits after so long, milliseconds: it is only looked at in passing. */
const MINIMAP_DELAY = 250;

const firstOptions: EditorOptions = {
  tool: "select",
  categoryId: null,
  stamp: [8, 8],
  snap: false,
  crossHair: true,
  loupe: false,
  panKey: false,
  showLabels: true,
  showGhosts: true,
  colourBy: "verdict",
};
const noKeys: Keys = { shift: false, alt: false, ctrl: false };

export const createEditor: CreateEditor = (root, events) => {
  const stage = createStage();
  const paint = createPainter();
  const readGrey = createGreyReader();
  const layers = createLayers(root, editorLayers, (layer, ctx) => {
    paint(layer, ctx, scenery());
    if (layer === "focus" && picture) minimap.follow(camera.view(), picture);
  });
  const minimap = createMinimap();
  root.append(minimap.canvas);
  const camera = createCamera(layers.size, (view) => {
    layers.dirty(...editorLayers);
    events.onView(view);
  });
  const font = getComputedStyle(root).fontFamily;

  let picture: PictureSource | null = null;
  let options = firstOptions;
  let gesture: Gesture = idle;
  let keys = noKeys;
  let buttons = 0;
  let pointer: ScreenPoint | null = null;
  let hovered: Hit | null = null;
  let grip: Grip | null = null;
  let currentGhost: number | null = null;
  /** Drawn, and not yet answered by the page. */
  let added: XywhPixels[] = [];
  let draft: XywhPixels | null = null;
  let labelOf: (id: number) => string = String;
  let ghostOf: (place: number) => string = String;
  let classHue: (categoryId: number) => number = () => 180;
  let minimapTimer = 0;
  let scrolling = 0;

  function scenery(): Scenery {
    const { categoryId, colourBy } = options;
    return {
      view: camera.view(),
      picture,
      stage,
      gesture,
      options,
      tool: toolAt(options.tool, keys),
      pointer,
      hovered,
      hoveredHandle: grip?.kind === "handle" ? grip.handle : null,
      currentGhost,
      added,
      draftColour:
        colourBy === "class" && categoryId !== null
          ? classColour(classHue(categoryId))
          : overPicture.selected,
      labelOf,
      ghostOf,
      font,
    };
  }

  const reach = () => TINY_SIDE / 2 / camera.view().scale;
  const stackOf = (at: ScreenPoint) =>
    stage.stack(toImage(camera.view(), at), reach(), camera.view().scale);

  function gripAt(at: ScreenPoint): Grip | null {
    const labels = stage.labels();
    if (stage.selection().size === 1) {
      for (const place of stage.selectedPlaces()) {
        const box = labels.box(place);
        const frame = handleFrame(rectToScreen(camera.view(), boxRect(box)));
        const handle = handleAt(frame, at);
        if (handle) return { kind: "handle", handle, box };
        if (inFrame(frame, at)) return { kind: "body" };
      }
    }
    const isSelected = (hit: Hit) => hit.kind === "label" && stage.selection().has(hit.id);
    return stage.selection().size > 1 && stackOf(at).some(isSelected) ? { kind: "body" } : null;
  }

  function* selectedBoxes(): Iterable<XywhPixels> {
    for (const place of stage.selectedPlaces()) yield stage.labels().box(place);
  }

  function snap(box: XywhPixels, edges: Edges): XywhPixels {
    const source = picture;
    if (!options.snap || !source) return box;
    const near = SNAP_REACH / camera.view().scale;
    return snapBox(box, edges, near, source, (part) => readGrey(source, part));
  }

  const contextOf = (of: PictureSource): GestureContext => ({
    ...options,
    view: camera.view(),
    picture: of,
    hasClass: options.categoryId !== null,
    grip: gripAt,
    stack: stackOf,
    isBin(at) {
      const { x, y } = toImage(camera.view(), at);
      return stage.binsAt(camera.view().scale).isCrowdedAt(x, y);
    },
    room: () => moveRoom(selectedBoxes(), of),
    snap,
  });

  function feed(input: GestureInput) {
    if (!picture) return;
    if ("keys" in input) keys = input.keys;
    if (input.kind === "down") buttons = 1;
    if (input.kind === "move") buttons = input.buttons;
    if ("at" in input) notePointer(input.at);
    else if (input.kind === "leave") notePointer(null);
    const before = gesture;
    const next = stepGesture(gesture, input, contextOf(picture));
    gesture = next.gesture;
    if (before.kind !== gesture.kind) changeGesture(before);
    if (gesture.kind === "moving" || gesture.kind === "resizing" || gesture.kind === "banding")
      layers.dirty("selection");
    if (gesture.kind !== "idle" && gesture.kind !== "pressing") layers.dirty("focus");
    tellDraft();
    scrollAtEdge();
    for (const effect of next.effects) act(effect);
    root.style.cursor = cursorOf({ gesture, keys, options, grip, hovered, isOnBin: isOnBin() });
  }

  function changeGesture(before: Gesture) {
    const lifts = (of: Gesture) => of.kind === "moving" || of.kind === "resizing";
    if (lifts(before) !== lifts(gesture)) {
      stage.lift(lifts(gesture));
      layers.dirty("labels", "selection");
    }
    if (before.kind === "banding") layers.dirty("selection");
    layers.dirty("focus");
  }

  function notePointer(at: ScreenPoint | null) {
    pointer = at;
    events.onPointer(at && toImage(camera.view(), at));
    if (options.tool !== "select" || options.loupe) layers.dirty("focus");
  }

  function tellDraft() {
    const isRegion = gesture.kind === "drawing" && gesture.purpose === "region";
    const now = isRegion ? null : boxUnderWork(gesture, stage);
    if (now === draft) return;
    draft = now;
    events.onDraft(now, gesture.kind === "drawing");
  }

  /** What is dragged to the edge of the view goes on from there: the picture comes along. */
  function scrollAtEdge() {
    if (scrolling !== 0 || !["moving", "resizing", "drawing", "banding"].includes(gesture.kind))
      return;
    if (!pointer || !picture) return;
    const { dx, dy } = edgeScroll(pointer, camera.view(), picture);
    if (dx === 0 && dy === 0) return;
    scrolling = requestAnimationFrame(() => {
      scrolling = 0;
      if (gesture.kind === "idle") return;
      camera.pan(dx, dy);
      feedAgain();
    });
  }

  function isOnBin(): boolean {
    if (!pointer || hovered || grip) return false;
    const { x, y } = toImage(camera.view(), pointer);
    return stage.binsAt(camera.view().scale).isCrowdedAt(x, y);
  }

  function hover(at: ScreenPoint | null) {
    const selects = at !== null && toolAt(options.tool, keys) === "select" && !options.panKey;
    const before = grip;
    grip = selects ? gripAt(at) : null;
    const hit = selects ? (stackOf(at)[0] ?? null) : null;
    if (!sameHit(hit, hovered)) {
      hovered = hit;
      events.onHover(hit?.kind === "label" ? hit.id : null);
      layers.dirty("focus");
    }
    if (before?.kind !== grip?.kind || grip?.kind === "handle") layers.dirty("focus");
  }

  function act(effect: GestureEffect) {
    switch (effect.kind) {
      case "hover":
        return hover(effect.at);
      case "pan":
        return camera.pan(effect.dx, effect.dy);
      case "open":
        return camera.zoom(OPENING_ZOOM, effect.at);
      case "select":
        return choose(new Set(effect.id === null ? [] : [effect.id]));
      case "toggle":
        return choose(toggled(stage.selection(), effect.id));
      case "selectIn": {
        const { ids } = stage.labels().columns;
        const chosen = new Set(effect.adds ? stage.selection() : []);
        if (options.showLabels)
          labelsIn(stage.labels(), effect.rect, (place) => chosen.add(ids[place]!));
        return choose(chosen);
      }
      case "ghost":
        return events.onGhost(effect.place);
      case "move":
        return reshape("move", (box) => movedBox(box, effect.dx, effect.dy));
      case "resize":
        return reshape("resize", () => effect.box);
      case "draw":
      case "stamp":
        return add(effect.kind, effect.box);
      case "region":
        return events.onRegion(effect.box);
      case "noClass":
        return events.onNoClass();
    }
  }

  function choose(ids: ReadonlySet<number>) {
    stage.select(ids);
    layers.dirty("selection", "focus");
    events.onSelection(ids);
  }

  function reshape(action: "move" | "resize", boxAfter: (box: XywhPixels) => XywhPixels) {
    const labels = stage.labels();
    const changes: AnnotationChange[] = [];
    for (const place of stage.selectedPlaces()) {
      const before = labels.fields(place);
      const after = { ...before, box: boxAfter(before.box) };
      changes.push({ id: labels.columns.ids[place]!, before, after });
    }
    // Shown at once; the page's answer says the same.
    stage.apply(
      changes.map(({ id, after }) => ({ id, ...(after as AnnotationFields) })),
      [],
    );
    labelsChanged();
    events.onEdit(action, changes);
  }

  function add(action: "draw" | "stamp", box: XywhPixels) {
    const { categoryId } = options;
    if (categoryId === null) return events.onNoClass();
    added = [...added, box];
    layers.dirty("focus");
    const after: AnnotationFields = { categoryId, box, crowd: false, ignore: false };
    events.onEdit(action, [{ id: -1, before: null, after }]);
  }

  function labelsChanged() {
    layers.dirty("labels", "selection", "focus");
    refreshMinimap();
  }

  function refreshMinimap() {
    if (minimapTimer !== 0) return;
    minimapTimer = window.setTimeout(() => {
      minimapTimer = 0;
      if (picture) minimap.redraw(picture, (ctx, scale) => paintLabelMarks(ctx, scale, stage));
      layers.dirty("focus");
    }, MINIMAP_DELAY);
  }

  /** The same place under the pointer after the view, the keys or the labels have changed. */
  function feedAgain() {
    if (pointer) feed({ kind: "move", at: pointer, buttons, keys });
  }

  const stopListening = listenToEditing(layers.top, {
    feed,
    zoom(factor, at) {
      camera.zoom(factor, at);
      feedAgain();
    },
    keys(next) {
      keys = next;
      layers.dirty("focus");
      feedAgain();
    },
    busy: () => gesture.kind !== "idle",
  });
  minimap.onDrag(camera.centre);
  layers.onResize(camera.resize);

  function cancelGesture(): boolean {
    if (gesture.kind === "idle") return false;
    feed({ kind: "cancel" });
    return true;
  }

  const view: EditorView = {
    setPicture(next) {
      cancelGesture();
      picture = next;
      camera.setPicture(next);
      layers.dirty(...editorLayers);
      refreshMinimap();
    },
    pictureChanged() {
      refreshMinimap();
      layers.dirty("picture", "focus");
    },
    setLabels(labels) {
      cancelGesture();
      added = [];
      stage.setLabels(labels, picture);
      hovered = grip = null;
      labelsChanged();
    },
    applyChanges(changed, removed) {
      const held = gesture.kind === "moving" || gesture.kind === "resizing";
      const isHeld = (id: number) => stage.selection().has(id);
      if (held && (removed.some(isHeld) || changed.some(({ id }) => isHeld(id)))) cancelGesture();
      added = [];
      stage.apply(changed, removed);
      if (hovered?.kind === "label" && removed.includes(hovered.id)) hovered = null;
      labelsChanged();
    },
    renameIds(ids) {
      stage.rename(ids);
      if (hovered?.kind === "label" && ids.has(hovered.id))
        hovered = { kind: "label", id: ids.get(hovered.id)! };
      layers.dirty("selection", "focus");
    },
    setVerdicts(verdicts) {
      stage.setVerdicts(verdicts);
      labelsChanged();
    },
    setGhosts(ghosts) {
      stage.setGhosts(ghosts);
      currentGhost = null;
      if (hovered?.kind === "ghost") hovered = null;
      labelsChanged();
    },
    setCurrentGhost(place) {
      currentGhost = place;
      layers.dirty("focus");
    },
    setSelection(ids) {
      if (gesture.kind === "moving" || gesture.kind === "resizing") cancelGesture();
      stage.select(new Set(ids));
      layers.dirty("selection", "focus");
    },
    setOptions(next) {
      if (next.tool !== undefined && next.tool !== options.tool) cancelGesture();
      options = { ...options, ...next };
      if (next.colourBy) stage.colour(options.colourBy === "class" ? classHue : null);
      stage.show(options.showLabels, options.showGhosts);
      layers.dirty("labels", "selection", "focus");
      feedAgain();
    },
    setNames(nextLabelOf, nextGhostOf, nextHue) {
      labelOf = nextLabelOf;
      ghostOf = nextGhostOf;
      classHue = nextHue;
      if (options.colourBy === "class") stage.colour(classHue);
      layers.dirty("labels", "selection", "focus");
    },
    fit: camera.fit,
    actualSize: camera.actualSize,
    panBy(right, down) {
      const { width, height } = camera.view();
      camera.pan(-right * width, -down * height);
      feedAgain();
    },
    zoomBy: (factor) => camera.zoom(factor, pointer ?? middleOf(camera.view())),
    show: (box) => camera.show(boxRect(box)),
    reveal: (box) => camera.reveal(boxRect(box)),
    cancelGesture,
    pointer: () => toImage(camera.view(), pointer ?? middleOf(camera.view())),
    dispose() {
      stopListening();
      cancelAnimationFrame(scrolling);
      window.clearTimeout(minimapTimer);
      minimap.canvas.remove();
      layers.dispose();
    },
  };
  return view;
};

function toggled(ids: ReadonlySet<number>, id: number): Set<number> {
  const next = new Set(ids);
  if (!next.delete(id)) next.add(id);
  return next;
}
