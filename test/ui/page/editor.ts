/** The editor on a page of its own, with labels as the product's page holds them. Driven through `window.editorPage`. */
import { createEditor } from "../../../renderer/canvas/editor/editor.ts";
import type { EditorView } from "../../../renderer/canvas/editor/types.ts";
import type { PictureSource } from "../../../renderer/canvas/picture/source.ts";
import { openTiledPicture } from "../../../renderer/canvas/picture/tiled-picture.ts";
import { openWholePicture } from "../../../renderer/canvas/picture/whole-picture.ts";
import type { Viewport } from "../../../renderer/canvas/viewport.ts";
import type { AnnotationChange, EditableAnnotation } from "../../../shared/domain/editing.ts";

export interface EditorPage {
  readonly editor: EditorView;
  readonly labels: Map<number, EditableAnnotation>;
  /** What the editor has told, in order. */
  readonly told: { readonly name: string; readonly value: unknown }[];
  view: Viewport | null;
  selection: number[];
  /** Whether edits are answered; else they wait for `answer`. */
  answers: boolean;
  answer: () => void;
  load: (labels: readonly EditableAnnotation[]) => void;
  openPicture: (url: string, width: number, height: number) => void;
  openTiles: (origin: string, width: number, height: number) => void;
}

const root = document.querySelector<HTMLElement>("#root")!;
const labels = new Map<number, EditableAnnotation>();
const told: { name: string; value: unknown }[] = [];
const waiting: (() => void)[] = [];
let picture: PictureSource | null = null;
let nextId = 100_000;
const note = (name: string) => (value?: unknown) => {
  told.push({ name, value: structuredClone(value) });
};

const editor = createEditor(root, {
  onEdit(action, changes) {
    told.push({ name: "edit", value: structuredClone({ action, changes }) });
    const apply = () => applyEdit(changes);
    if (page.answers) apply();
    else waiting.push(apply);
  },
  onSelection(ids) {
    page.selection = [...ids];
    told.push({ name: "selection", value: [...ids] });
  },
  onHover: note("hover"),
  onGhost: note("ghost"),
  onRegion: note("region"),
  onNoClass: note("noClass"),
  onView: (view) => (page.view = view),
  onPointer: () => undefined,
  onDraft: note("draft"),
});

function applyEdit(changes: readonly AnnotationChange[]) {
  const changed: EditableAnnotation[] = [];
  for (const { id, after } of changes) {
    if (!after) continue;
    const known = labels.get(id);
    const label = {
      area: after.box[2] * after.box[3],
      masked: known?.masked ?? false,
      ...after,
      id: id < 0 ? nextId++ : id,
    };
    labels.set(label.id, label);
    changed.push(label);
  }
  editor.applyChanges(changed, []);
}

const page: EditorPage = {
  editor,
  labels,
  told,
  view: null,
  selection: [],
  answers: true,
  answer() {
    for (const apply of waiting.splice(0)) apply();
  },
  load(list) {
    labels.clear();
    for (const label of list) labels.set(label.id, label);
    editor.setLabels(list);
  },
  openPicture(url, width, height) {
    picture?.dispose();
    const urls = { file: url, thumb: url };
    picture = openWholePicture(urls, { width, height }, () => editor.pictureChanged());
    editor.setPicture(picture);
  },
  openTiles(origin, width, height) {
    picture?.dispose();
    const crop = (x: number, y: number, w: number, h: number) =>
      `${origin}/crop?x=${x}&y=${y}&w=${w}&h=${h}`;
    const urls = { thumb: `${origin}/thumb`, crop };
    picture = openTiledPicture(urls, { width, height }, () => editor.pictureChanged());
    editor.setPicture(picture);
  },
};
editor.setNames(
  (id) => `label ${id}`,
  (place) => `ghost ${place}`,
  (categoryId) => (categoryId * 137) % 360,
);
(window as unknown as { editorPage: EditorPage }).editorPage = page;
