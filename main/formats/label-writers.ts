import type { ExportFormat } from "../../shared/domain/file-formats.ts";
import type { LabelWriter } from "./export-records.ts";
import { cocoWriter } from "./write-coco.ts";
import { cvatWriter } from "./write-cvat.ts";
import { labelMeWriter } from "./write-labelme.ts";
import { sodaDWriter } from "./write-soda-d.ts";
import { visDroneWriter } from "./write-visdrone.ts";
import { vocWriter } from "./write-voc.ts";
import { yoloWriter } from "./write-yolo.ts";

/** How each format is written. */
export const labelWriters: Readonly<Record<ExportFormat, LabelWriter>> = {
  coco: cocoWriter,
  "soda-d": sodaDWriter,
  visdrone: visDroneWriter,
  voc: vocWriter,
  yolo: yoloWriter,
  labelme: labelMeWriter,
  cvat: cvatWriter,
};
