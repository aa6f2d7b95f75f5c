import { checkLabelBox } from "../../formats/box-checks.ts";
import { parseVisDrone, visDroneCategories, type VisDroneRow } from "../../formats/visdrone.ts";
import { listLabelFiles, pairByStem, readLabelText } from "./label-files.ts";
import type { LabelReader, LabelSink, PlacedImage, ReadContext } from "./label-source.ts";
import { placeImages } from "./place-images.ts";

/** Reads a folder of VisDrone txt. Ignored regions and "others" are kept under their roles. */
export const readVisDroneLabels: LabelReader = async (source, context, sink) => {
  const files = listLabelFiles(source.path, source.name, "txt", context.problems);
  const paired = pairByStem(files, context, source);
  const images = await placeImages(
    paired.map(({ entry }) => entry),
    source.name,
    () => null,
    context,
  );
  for (const { id, name, role } of visDroneCategories) sink.category({ sourceId: id, name, role });
  const labelsOf = new Map(paired.map(({ entry, labels }) => [entry.sourceId, labels]));
  for (const [done, image] of images.entries()) {
    context.pace.at("Reading labels", done, images.length, "images");
    sink.image(image);
    const file = labelsOf.get(image.sourceId) ?? null;
    const text = file === null ? null : readLabelText(file, context.problems);
    if (file === null || text === null) continue;
    for (const row of parseVisDrone(text, file.name, context.problems)) {
      readRow(row, image, file.name, context, sink);
    }
  }
};

function readRow(
  row: VisDroneRow,
  image: PlacedImage,
  file: string,
  { problems }: ReadContext,
  sink: LabelSink,
): void {
  const place = { file, record: `line ${row.line}` };
  const { x, y, w, h, score, category, truncation, occlusion } = row;
  const known = visDroneCategories.find(({ id }) => id === category);
  if (known === undefined) {
    problems.add({
      code: "category/unknown-id",
      severity: "error",
      ...place,
      message: `The category is ${category}; VisDrone has 0 to 11.`,
      action: "skipped",
    });
    return;
  }
  if (!checkLabelBox(row, image.width > 0 ? image : null, place, problems, true)) return;
  if (score !== 0 && score !== 1) {
    problems.addToFile({
      code: "visdrone/score-in-labels",
      severity: "warning",
      file,
      record: null,
      message: `The score is ${score}, as in line ${row.line}; labels have 0 (ignored) or 1. Are these predictions?`,
      action: "kept",
    });
  }
  sink.annotation({
    sourceId: null,
    imageSourceId: image.sourceId,
    categorySourceId: category,
    x,
    y,
    w,
    h,
    area: w * h,
    crowd: false,
    ignore: score === 0,
    segmentation: null,
    attributes: JSON.stringify({ score, truncation, occlusion }),
  });
}
