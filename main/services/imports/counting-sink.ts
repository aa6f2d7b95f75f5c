import type { ClassCount } from "../../../shared/api/imports.ts";
import type { LabelSink } from "./label-source.ts";

/** Counts what a reader finds and stores nothing. */
export class CountingSink implements LabelSink {
  images = 0;
  boxes = 0;
  readonly imageIds = new Set<number>();
  readonly #classes = new Map<number, { name: string; boxes: number }>();

  category: LabelSink["category"] = ({ sourceId, name }) => {
    this.#classes.set(sourceId, { name, boxes: 0 });
  };

  image: LabelSink["image"] = ({ sourceId }) => {
    this.images += 1;
    this.imageIds.add(sourceId);
  };

  annotation: LabelSink["annotation"] = ({ categorySourceId }) => {
    this.boxes += 1;
    const known = this.#classes.get(categorySourceId);
    if (known !== undefined) known.boxes += 1;
  };

  get classes(): readonly ClassCount[] {
    return [...this.#classes.values()];
  }
}
