import type { ProtocolId } from "../protocols.ts";
import type { HelpText } from "./help-text.ts";

export const protocolSources: Readonly<Record<ProtocolId, string>> = {
  coco: "pycocotools 2.0.11, cocoeval.py",
  "soda-d": "SODA-mmdetection, mmdet/datasets/sodad_eval/sodadeval.py",
  visdrone: "VisDrone2018-DET-toolkit, evalDET.m and utils/",
};

export const protocolHelp: Readonly<Record<ProtocolId, HelpText>> = {
  coco: {
    title: "COCO",
    what: "The scoring of the COCO benchmark: AP over ten IoU thresholds, for all objects and for small, medium and large ones.",
    how: "Predictions of each image and class are matched by falling score to the free object of highest IoU. Precision is read at 101 recall levels and averaged over them, over the IoU thresholds 0.5 to 0.95 and over the classes that have objects. Crowd annotations absorb predictions and count neither way. Area ranges are closed at both ends, so an object of exactly 1024 square pixels is small and medium. An annotation with id 0 counts like any other; in pycocotools it can never be found.",
    formula: "AP = mean of precision over IoU thresholds, recall levels and classes",
    source: protocolSources.coco,
  },
  "soda-d": {
    title: "SODA-D",
    what: "The scoring of the SODA-D benchmark for small objects in driving scenes. Its headline AP is about objects up to 1024 square pixels only.",
    how: "COCO's matching and averaging with five area ranges (Small, eS, rS, gS, N) and 100, 300 and 1000 detections. AP is taken at 100 detections for each image and class, AR of the buckets at 1000. The annotation's own ignore flag counts; crowd flags have no effect. No range holds everything: objects above 2000 square pixels are ignored throughout.",
    formula: "AP = AP of area 0..1024 at 100 detections",
    source: protocolSources["soda-d"],
  },
  visdrone: {
    title: "VisDrone",
    what: "The official scoring of VisDrone-DET. It knows ignored regions, and its numbers differ from a COCO score of the same boxes.",
    how: "Objects and predictions with half or more of their area inside ignored regions are dropped first. The first 500 rows of each image count, in the order of the file and over all classes, so results must be sorted by score. AP is the whole area under the precision-recall envelope. The mean over classes counts a class once for every image that holds it. Recall divides by all objects of a class, ignored ones included. Predictions on objects labelled “others” are false alarms.",
    formula: "AP = Σ images(class) · AP(class) / Σ images(class)",
    source: protocolSources.visdrone,
  },
};
