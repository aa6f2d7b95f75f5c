import { computed } from "vue";
import type { AnnotationFields, EditAction } from "../../shared/domain/editing.ts";
import type { Category, Prediction, XywhPixels } from "../../shared/domain/records.ts";
import type { ImagePoint } from "../../shared/geometry/spaces.ts";
import { call } from "../api/client.ts";
import { useAnnotate } from "../stores/annotate.ts";
import { fieldsOf } from "../stores/annotate-labels.ts";
import { useAnnotateTools } from "../stores/annotate-tools.ts";
import { useDatasets } from "../stores/datasets.ts";
import { t } from "../text/t.ts";
import {
  additions,
  centredAt,
  changesOf,
  moved,
  nudged,
  resized,
  stampedAt,
} from "./label-changes.ts";
import { copiedLabels, copiedText, copyLabels, pastedFields } from "./label-clipboard.ts";
import { useNotify } from "./notify.ts";

/** How far a copy lies from what it was made of, pixels. */
const BESIDE = 4;

/** What can be done to labels without drawing; each call is one edit and one undo. */
export function useAnnotateEdits(asked: {
  /** Where the pointer is, else the middle of the view. */
  readonly pointer: () => ImagePoint;
  /** A class must be chosen before something can be drawn. */
  readonly askClass: () => void;
}) {
  const store = useAnnotate();
  const tools = useAnnotateTools();
  const notify = useNotify();
  const datasets = useDatasets();
  const selected = computed(() => {
    const all = store.labels;
    return [...store.selection].flatMap((id) => all.get(id) ?? []);
  });
  const size = () => store.image!;

  function change(action: EditAction, how: Parameters<typeof changesOf>[1]): void {
    if (store.image) store.edit(action, changesOf(selected.value, how));
  }

  /** Adds labels and selects them. */
  function add(action: EditAction, fields: readonly AnnotationFields[]): void {
    if (!store.image || fields.length === 0) return;
    const changes = additions(fields, store.newId);
    store.edit(action, changes);
    store.select(changes.map(({ id }) => id));
  }

  function setClass({ id, name }: Category): void {
    tools.chooseClass(name);
    change("class", () => ({ categoryId: id }));
  }

  async function createClass(datasetId: number, name: string): Promise<void> {
    const category = await call("categories/add", { datasetId, name });
    await datasets.load();
    setClass(category);
  }

  function flip(action: "ignore" | "crowd"): void {
    const on = !selected.value.every((label) => label[action]);
    change(action, () => ({ [action]: on }));
  }

  function place(): void {
    if (!store.image) return;
    if (!tools.category) return asked.askClass();
    const box = stampedAt(asked.pointer(), tools.stamp, size());
    const categoryId = tools.category.id;
    add("stamp", [{ categoryId, box, crowd: false, ignore: false }]);
  }

  /** What is stamped next is as large as the one selected, or the last of those. */
  function stampOfBox(): void {
    const one = selected.value.at(-1);
    if (!one) return;
    tools.setStamp(one.box[2], one.box[3]);
    tools.tool = "stamp";
  }

  function setBox(box: XywhPixels): void {
    const [one] = selected.value;
    if (!one || selected.value.length !== 1) return;
    const isResized = one.box[2] !== box[2] || one.box[3] !== box[3];
    change(isResized ? "resize" : "move", () => ({ box }));
  }

  function copy(): void {
    if (!store.image || selected.value.length === 0) return;
    const nameOf = (id: number) => tools.categories.find((one) => one.id === id)?.name ?? "";
    void copyLabels(copiedText(store.image.id, selected.value, nameOf));
    notify.message.info(t("annotate.copied", { n: selected.value.length }));
  }

  async function paste(here: boolean): Promise<void> {
    const copied = await copiedLabels();
    if (!copied) return void notify.message.info(t("annotate.nothingToPaste"));
    const { fields, unknown } = pastedFields(copied, tools.categories);
    if (unknown.length > 0)
      notify.message.warning(t("annotate.unknownClasses", { names: unknown.join(", ") }));
    if (fields.length === 0) return;
    const beside = copied.imageId === store.image?.id ? BESIDE : 0;
    add("paste", here ? centredAt(fields, asked.pointer()) : moved(fields, beside, beside));
  }

  return {
    selected,
    add,
    setClass,
    createClass,
    setBox,
    place,
    stampOfBox,
    copy,
    paste,
    flip,
    remove: () => change("delete", () => null),
    duplicate: () => add("duplicate", moved(selected.value.map(fieldsOf), BESIDE, BESIDE)),
    nudge: (dx: number, dy: number) =>
      change("nudge", ({ box }) => ({ box: nudged(box, dx, dy, size()) })),
    /** Growing by keys is a nudge of an edge: a series of them is one edit. */
    grow: (dw: number, dh: number) =>
      change("nudge", ({ box }) => ({ box: resized(box, dw, dh, size()) })),
    selectAll: () => store.select(store.labels.keys()),
    selectClass() {
      const classes = new Set(selected.value.map(({ categoryId }) => categoryId));
      if (classes.size === 0 && tools.category) classes.add(tools.category.id);
      const all = [...store.labels.values()];
      store.select(all.filter(({ categoryId }) => classes.has(categoryId)).map(({ id }) => id));
    },
    accept(predictions: readonly Prediction[]) {
      const fields = predictions.map(({ categoryId, box }) => ({
        categoryId,
        box,
        crowd: false,
        ignore: false,
      }));
      add("accept", fields);
    },
  };
}

export type AnnotateEdits = ReturnType<typeof useAnnotateEdits>;
