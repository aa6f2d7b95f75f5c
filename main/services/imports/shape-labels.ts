import { checkLabelBox } from "../../formats/box-checks.ts";
import type { ReadShape } from "../../formats/labelme.ts";
import type { LabelSink, PlacedImage, ReadContext } from "./label-source.ts";

/** Announces these classes, numbered from 1: the listed ones in their order, then others by the alphabet. */
export function announceNamedClasses(
  listed: readonly string[],
  used: Iterable<string>,
  sink: LabelSink,
): ReadonlyMap<string, number> {
  const ids = new Map<string, number>();
  for (const name of [...listed, ...[...used].sort()]) {
    if (name === "" || ids.has(name)) continue;
    ids.set(name, ids.size + 1);
    sink.category({ sourceId: ids.size, name, role: "object" });
  }
  return ids;
}

/** Hands one rectangle or outline on as an annotation. */
export function storeShape(
  shape: ReadShape,
  image: PlacedImage,
  categorySourceId: number,
  file: string,
  { problems }: Pick<ReadContext, "problems">,
  sink: LabelSink,
): void {
  const [x, y, w, h] = shape.box;
  const place = { file, record: shape.record };
  if (!checkLabelBox({ x, y, w, h }, image.width > 0 ? image : null, place, problems, false))
    return;
  const { area, crowd, ignore, polygons, attributes } = shape;
  sink.annotation({
    sourceId: null,
    imageSourceId: image.sourceId,
    categorySourceId,
    x,
    y,
    w,
    h,
    area,
    crowd,
    ignore,
    segmentation: polygons === null ? null : JSON.stringify(polygons),
    attributes: Object.keys(attributes).length === 0 ? null : JSON.stringify(attributes),
  });
}
