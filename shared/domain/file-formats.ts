/** The files Fovea reads. */

export const labelFormats = ["coco", "soda-d", "visdrone", "voc", "yolo", "darknet"] as const;
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
