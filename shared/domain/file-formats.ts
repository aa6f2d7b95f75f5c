/** The files Fovea reads and writes. */

export const labelFormats = [
  "coco",
  "soda-d",
  "visdrone",
  "voc",
  "yolo",
  "darknet",
  "labelme",
  "cvat",
] as const;
export type LabelFormat = (typeof labelFormats)[number];

/** `text-*`: one file an image, rows of class, score and four numbers in the named layout. */
export const predictionFormats = [
  "coco-results",
  "visdrone",
  "yolo",
  "text-xyxy",
  "text-xywh",
  "text-relative-cxcywh",
] as const;
export type PredictionFormat = (typeof predictionFormats)[number];

export const exportFormats = [
  "coco",
  "soda-d",
  "visdrone",
  "voc",
  "yolo",
  "labelme",
  "cvat",
] as const satisfies readonly LabelFormat[];
export type ExportFormat = (typeof exportFormats)[number];

export const predictionExportFormats = ["coco", "visdrone"] as const;
export type PredictionExportFormat = (typeof predictionExportFormats)[number];
