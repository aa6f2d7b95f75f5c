/**
 * What goes between the page and the canvas on which labels are edited. The page owns the labels: the canvas shows
 * what it is given, and hands over each finished gesture as one edit. While a drag goes on the canvas alone knows of it.
 */
import type {
  AnnotationChange,
  EditAction,
  EditableAnnotation,
} from "../../../shared/domain/editing.ts";
import type { Prediction, XywhPixels } from "../../../shared/domain/records.ts";
import type { ImagePoint } from "../../../shared/geometry/spaces.ts";
import type { PictureSource } from "../picture/source.ts";
import type { Viewport } from "../viewport.ts";

/**
 * `select`: click, rubber band, move, resize. `draw`: a drag draws a box of the chosen class. `stamp`: a click sets a
 * box of the stamp's size, centred. `region`: a drag chooses a part of the image. With the middle button, or with the
 * left one while the pan key is held, every tool moves the view.
 */
export type EditorTool = "select" | "draw" | "stamp" | "region";

/** The judgement of a label by the chosen run, for its colour; labels without one have the neutral colour. */
export type LabelVerdict = "hit" | "miss" | "ignored";

/** A box that is not a label: a prediction, a proposal of a model, what a suspect proposes. */
export interface GhostBox extends Prediction {
  readonly kind: "prediction" | "proposal";
  /** Of a prediction, where a run judges it. */
  readonly falseAlarm: boolean;
}

export interface EditorOptions {
  readonly tool: EditorTool;
  /** Class of what is drawn; null: drawing asks the page through `onNoClass`. */
  readonly categoryId: number | null;
  /** [w, h] in image pixels. */
  readonly stamp: readonly [number, number];
  /** Edges of what is drawn or resized snap to strong gradients of the picture within a few screen pixels. */
  readonly snap: boolean;
  readonly crossHair: boolean;
  readonly loupe: boolean;
  readonly panKey: boolean;
  readonly showLabels: boolean;
  readonly showGhosts: boolean;
  /** Colour by class instead of by verdict. */
  readonly colourBy: "verdict" | "class";
}

export interface EditorEvents {
  /** A gesture ended. The page applies it and calls `applyChanges`; the canvas keeps showing the result until then. */
  readonly onEdit: (action: EditAction, changes: readonly AnnotationChange[]) => void;
  readonly onSelection: (ids: ReadonlySet<number>) => void;
  readonly onHover: (id: number | null) => void;
  /** A ghost was clicked: its place in the list. */
  readonly onGhost: (place: number) => void;
  readonly onRegion: (box: XywhPixels) => void;
  readonly onNoClass: () => void;
  readonly onView: (view: Viewport) => void;
  readonly onPointer: (at: ImagePoint | null) => void;
  /**
   * The box under work while it is drawn, moved or resized, for the read-out; null when the gesture ends. `isNew`: it is
   * drawn, and not the selected one.
   */
  readonly onDraft: (box: XywhPixels | null, isNew: boolean) => void;
}

/** Labels are known by id, ghosts by their place in the list they came in. */
export interface EditorView {
  readonly setPicture: (picture: PictureSource | null) => void;
  /** The picture can show more of itself. */
  readonly pictureChanged: () => void;
  /** All labels anew: another image, or a state from elsewhere. */
  readonly setLabels: (labels: readonly EditableAnnotation[]) => void;
  /** What changed, after an edit, an undo or a redo: fast with 10,000 labels. Negative ids are additions under way. */
  readonly applyChanges: (
    changed: readonly EditableAnnotation[],
    removed: readonly number[],
  ) => void;
  /** An addition got its id. */
  readonly renameIds: (ids: ReadonlyMap<number, number>) => void;
  readonly setVerdicts: (verdicts: ReadonlyMap<number, LabelVerdict>) => void;
  readonly setGhosts: (ghosts: readonly GhostBox[]) => void;
  /** The ghost that is being judged stands out; null for none. `setGhosts` forgets it. */
  readonly setCurrentGhost: (place: number | null) => void;
  readonly setSelection: (ids: ReadonlySet<number>) => void;
  readonly setOptions: (options: Partial<EditorOptions>) => void;
  /** Words beside a label or a ghost when it is hovered or selected. */
  readonly setNames: (
    labelOf: (id: number) => string,
    ghostOf: (place: number) => string,
    classHue: (categoryId: number) => number,
  ) => void;
  readonly fit: () => void;
  readonly actualSize: () => void;
  readonly zoomBy: (factor: number) => void;
  /** Moves the view over the picture, in parts of its width and height. */
  readonly panBy: (right: number, down: number) => void;
  /** Centres a box and zooms in on it. */
  readonly show: (box: XywhPixels) => void;
  /** Brings it into view if it is out of it or too small to be seen. */
  readonly reveal: (box: XywhPixels) => void;
  /** Ends the gesture under way without an edit. Returns false where there was none. */
  readonly cancelGesture: () => boolean;
  /** Where the pointer is, for pasting; the middle of the view where it is elsewhere. */
  readonly pointer: () => ImagePoint;
  readonly dispose: () => void;
}

/** Puts the editor into `root`, which must be positioned and sized by the page. */
export type CreateEditor = (root: HTMLElement, events: EditorEvents) => EditorView;
