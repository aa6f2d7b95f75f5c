import type { LabelFormat, PredictionFormat } from "../../../shared/api/imports.ts";
import { readCocoLabels } from "./coco-labels.ts";
import { readCocoPredictions } from "./coco-predictions.ts";
import { readCvatLabels } from "./cvat-labels.ts";
import type { LabelReader } from "./label-source.ts";
import { readLabelMeLabels } from "./labelme-labels.ts";
import type { PredictionReader } from "./prediction-source.ts";
import { readTextPredictions } from "./text-predictions.ts";
import { readVisDroneLabels } from "./visdrone-labels.ts";
import { readVocLabels } from "./voc-labels.ts";
import { readYoloLabels } from "./yolo-labels.ts";

/** How each format is read. */
export const labelReaders: Readonly<Record<LabelFormat, LabelReader>> = {
  coco: readCocoLabels,
  "soda-d": readCocoLabels,
  visdrone: readVisDroneLabels,
  voc: readVocLabels,
  yolo: readYoloLabels,
  darknet: readYoloLabels,
  labelme: readLabelMeLabels,
  cvat: readCvatLabels,
};

export const predictionReaders: Readonly<Record<PredictionFormat, PredictionReader>> = {
  "coco-results": readCocoPredictions,
  visdrone: readTextPredictions,
  yolo: readTextPredictions,
  "text-xyxy": readTextPredictions,
  "text-xywh": readTextPredictions,
  "text-relative-cxcywh": readTextPredictions,
};
