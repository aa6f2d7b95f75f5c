import type { HelpText } from "./help-text.ts";

export type ChartHelpKey =
  | "iou"
  | "max-dets"
  | "precision-recall"
  | "ap-by-iou"
  | "score-histogram"
  | "size-histogram"
  | "confusion"
  | "confidence-interval"
  | "box-noise"
  | "published";

const fovea = "Fovea";

export const chartHelp: Readonly<Record<ChartHelpKey, HelpText>> = {
  iou: {
    title: "IoU",
    what: "How well two boxes agree, 0 to 1. For small objects it falls fast: an 8 x 8 box moved by one pixel sideways keeps 0.78, a 64 x 64 box 0.97.",
    how: "The area the boxes share, divided by the area they cover together.",
    formula: "IoU = |A ∩ B| / |A ∪ B|",
    source: "Jaccard index, as in pycocotools maskApi.c",
  },
  "max-dets": {
    title: "maxDets",
    what: "How many predictions are scored. What is beyond is as if it had not been predicted.",
    how: "COCO and SODA-D keep the best of each image and class; VisDrone keeps the first rows of each image over all classes.",
    formula: null,
    source: "The run's protocol",
  },
  "precision-recall": {
    title: "Precision-recall curve",
    what: "For every share of objects found, how many of the predictions needed for it are right. The area under it is AP.",
    how: "Mean over the classes of the precision envelope at 101 recall levels, by area range.",
    formula: "precision = TP / (TP + FP), recall = TP / objects",
    source: "pycocotools, cocoeval.py accumulate",
  },
  "ap-by-iou": {
    title: "AP by IoU threshold",
    what: "How AP falls as boxes must be tighter. A steep fall means boxes are the problem, a low start means objects are not found.",
    how: "AP at each threshold 0.5, 0.55 .. 0.95, by area range.",
    formula: null,
    source: "The run's protocol",
  },
  "score-histogram": {
    title: "Scores of hits and false alarms",
    what: "Where a score threshold would separate hits from false alarms.",
    how: "Predictions by score, matched at IoU 0.5; ignored ones are left out.",
    formula: null,
    source: fovea,
  },
  "size-histogram": {
    title: "Object sizes",
    what: "How large the objects are, and how many of each size are found.",
    how: "Objects by the square root of their area in pixels; found at IoU 0.5 by a prediction of any score. The borders of the area ranges are marked.",
    formula: "size = √area",
    source: fovea,
  },
  confusion: {
    title: "Confusion matrix",
    what: "Which class is predicted where which class is labelled. The last row and column are the background: false alarms and misses.",
    how: "Hits at the chosen IoU and score make the diagonal. Then each false alarm, by falling score, is put to the missed object it overlaps best, if the overlap reaches the chosen IoU. What is left is background. Ignored boxes are not counted.",
    formula: null,
    source: fovea,
  },
  "confidence-interval": {
    title: "95 % interval",
    what: "How far the number could move with other images of the same kind. When the interval of a difference holds 0, the difference is within noise.",
    how: "1,000 bootstrap samples of the images, drawn with replacement and the same for both runs of a comparison; the 2.5 and 97.5 percentiles of their AP.",
    formula: null,
    source: "Efron, Bootstrap methods (1979), percentile interval",
  },
  "box-noise": {
    title: "Sensitivity to box noise",
    what: "How much AP a bucket loses if labels are off by half a pixel, one or two: how precise labels have to be. The ceiling is what a perfect detector would reach against such labels.",
    how: "Each label is moved by that many pixels in a random direction, its size kept, and the predictions are evaluated again. For the ceiling the unmoved labels stand in for the predictions.",
    formula: null,
    source: fovea,
  },
  published: {
    title: "Published result",
    what: "A number from a paper, for orientation. It was not measured here.",
    how: "Training data, picture sizes and test sets may differ from yours.",
    formula: null,
    source:
      "Huang et al., Better Sampling, towards Better End-to-end Small Object Detection (2024)",
  },
};
