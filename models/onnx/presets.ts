/** The usual ways in which exported detectors lay out their outputs, and how each is read. */
import type { DetectionChoice, Detections, InputShape } from "../predict/detector.ts";
import { mergeNms } from "../tiling/merge-nms.ts";

/** An output tensor on the host. */
export interface OutputTensor {
  readonly dims: readonly number[];
  readonly data: ArrayLike<number> | BigInt64Array;
}

export type Outputs = Readonly<Record<string, OutputTensor>>;

export interface OutputShape {
  readonly name: string;
  readonly dims: readonly (number | null)[];
}

export interface OnnxPreset {
  readonly id: string;
  /** For the user, who chooses where the graph does not tell. */
  readonly title: string;
  /** True where names and shapes of the outputs say that this is it. */
  fits(outputs: readonly OutputShape[]): boolean;
  /** How many classes there are, as far as the outputs tell. */
  classCount(outputs: readonly OutputShape[]): number | null;
  /** Detections of picture `k` of the batch, in input pixels, best first. */
  read(outputs: Outputs, k: number, input: InputShape, choice: DetectionChoice): Detections;
}

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
const NMS_IOU = 0.7; // what YOLO exports are validated with

interface Candidate {
  readonly box: readonly [x1: number, y1: number, x2: number, y2: number];
  readonly score: number;
  readonly label: number;
}

/** Best first, at most `maxDets`. */
function best(candidates: Candidate[], { maxDets }: DetectionChoice): Detections {
  candidates.sort((a, b) => b.score - a.score);
  return packed(candidates.slice(0, maxDets));
}

function packed(rows: readonly Candidate[]): Detections {
  return {
    boxes: Float32Array.from(rows.flatMap((row) => row.box)),
    scores: Float32Array.from(rows, (row) => row.score),
    classes: Int32Array.from(rows, (row) => row.label),
  };
}

/** Class-wise suppression, for heads that give many boxes for one object. */
function suppressed(candidates: readonly Candidate[], choice: DetectionChoice): Detections {
  const all = packed(candidates);
  const tile = new Int32Array(candidates.length);
  const unbounded = { left: 0, top: 0, size: Infinity };
  const kept = mergeNms(
    { ...all, tile, tiles: [unbounded], width: Infinity, height: Infinity },
    NMS_IOU,
  );
  const count = Math.min(choice.maxDets, kept.scores.length);
  return {
    boxes: kept.boxes.slice(0, count * 4),
    scores: kept.scores.slice(0, count),
    classes: kept.classes.slice(0, count),
  };
}

function fromCentre(cx: number, cy: number, w: number, h: number): Candidate["box"] {
  return [cx - w / 2, cy - h / 2, cx + w / 2, cy + h / 2];
}

const less = (dim: number | null | undefined, others: number) =>
  dim == null ? null : Math.max(0, dim - others);

const logitCount = (outputs: readonly OutputShape[]) =>
  outputs.find(({ name }) => name === "logits")?.dims[2] ?? null;

/** RT-DETR, D-FINE and DEIM as their own scripts export them: boxes come in pixels of `orig_target_sizes`. */
const detrBoxes: OnnxPreset = {
  id: "detr-boxes",
  title: "RT-DETR, D-FINE, DEIM: labels, boxes, scores",
  fits: (outputs) =>
    ["labels", "boxes", "scores"].every((name) => outputs.some((output) => output.name === name)) &&
    outputs.some(({ name, dims }) => name === "boxes" && dims.length === 3),
  classCount: () => null,
  read: (outputs, k, _input, choice) => {
    const { labels, boxes, scores } = outputs as Record<
      "labels" | "boxes" | "scores",
      OutputTensor
    >;
    const queries = scores.dims[1]!;
    const rows: Candidate[] = [];
    for (let q = 0; q < queries; q++) {
      const score = Number(scores.data[k * queries + q]);
      if (score < choice.score) continue;
      const at = (k * queries + q) * 4;
      const box = [0, 1, 2, 3].map((c) =>
        Number(boxes.data[at + c]),
      ) as unknown as Candidate["box"];
      rows.push({ box, score, label: Number(labels.data[k * queries + q]) });
    }
    return best(rows, choice);
  },
};

/** Logits and normalised boxes of a DETR with sigmoid scores; every (query, class) pair is a candidate. */
const detrRaw: OnnxPreset = {
  id: "detr-raw",
  title: "DETR with sigmoid: logits, pred_boxes",
  fits: (outputs) =>
    ["logits", "pred_boxes"].every((name) => outputs.some((output) => output.name === name)),
  classCount: (outputs) => logitCount(outputs),
  read: (outputs, k, input, choice) => {
    const { logits, pred_boxes: boxes } = outputs as Record<"logits" | "pred_boxes", OutputTensor>;
    const [, queries, classes] = logits.dims as [number, number, number];
    const rows: Candidate[] = [];
    for (let q = 0; q < queries; q++) {
      for (let label = 0; label < classes; label++) {
        const score = sigmoid(Number(logits.data[(k * queries + q) * classes + label]));
        if (score < choice.score) continue;
        rows.push({ box: unitBox(boxes, (k * queries + q) * 4, input), score, label });
      }
    }
    return best(rows, choice);
  },
};

function unitBox(boxes: OutputTensor, at: number, { width, height }: InputShape): Candidate["box"] {
  const [cx, cy, w, h] = [0, 1, 2, 3].map((c) => Number(boxes.data[at + c])) as [
    number,
    number,
    number,
    number,
  ];
  return fromCentre(cx * width, cy * height, w * width, h * height);
}

/** Logits with a last "no object" class under a softmax, as the first DETR has it. */
const detrSoftmax: OnnxPreset = {
  id: "detr-softmax",
  title: "DETR with softmax and a last class for no object: logits, pred_boxes",
  fits: () => false, // looks like detr-raw: the user has to say so
  classCount: (outputs) => less(logitCount(outputs), 1),
  read: (outputs, k, input, choice) => {
    const { logits, pred_boxes: boxes } = outputs as Record<"logits" | "pred_boxes", OutputTensor>;
    const [, queries, classes] = logits.dims as [number, number, number];
    const rows: Candidate[] = [];
    for (let q = 0; q < queries; q++) {
      const at = (k * queries + q) * classes;
      const values = Array.from({ length: classes }, (_, c) => Number(logits.data[at + c]));
      const top = Math.max(...values);
      const sum = values.reduce((total, value) => total + Math.exp(value - top), 0);
      for (let label = 0; label < classes - 1; label++) {
        const score = Math.exp(values[label]! - top) / sum;
        if (score >= choice.score)
          rows.push({ box: unitBox(boxes, (k * queries + q) * 4, input), score, label });
      }
    }
    return best(rows, choice);
  },
};

const lone = (outputs: readonly OutputShape[]) =>
  outputs.length === 1 && outputs[0]!.dims.length === 3 ? outputs[0]!.dims : null;
const first = (outputs: Outputs) => Object.values(outputs)[0]!;

/** [B, boxes, 5 + classes]: centre, size, objectness, class scores. */
const yoloV5: OnnxPreset = {
  id: "yolo-v5",
  title: "YOLOv5, v6, v7: one output [batch, boxes, 5 + classes]",
  fits: (outputs) => {
    const dims = lone(outputs);
    return dims !== null && (dims[1] ?? 0) > (dims[2] ?? Infinity) && dims[2] !== 6;
  },
  classCount: (outputs) => less(lone(outputs)?.[2], 5),
  read: (outputs, k, _input, choice) => {
    const { dims, data } = first(outputs);
    const [, boxes, width] = dims as [number, number, number];
    const rows: Candidate[] = [];
    for (let b = 0; b < boxes; b++) {
      const at = (k * boxes + b) * width;
      const value = (c: number) => Number(data[at + c]);
      const objectness = value(4);
      if (objectness < choice.score) continue;
      for (let label = 0; label < width - 5; label++) {
        const score = objectness * value(5 + label);
        if (score >= choice.score)
          rows.push({ box: fromCentre(value(0), value(1), value(2), value(3)), score, label });
      }
    }
    return suppressed(rows, choice);
  },
};

/** [B, 4 + classes, boxes]: centre, size, class scores; one column a box. */
const yoloV8: OnnxPreset = {
  id: "yolo-v8",
  title: "YOLOv8, v9, 11: one output [batch, 4 + classes, boxes]",
  fits: (outputs) => {
    const dims = lone(outputs);
    return dims !== null && (dims[1] ?? Infinity) < (dims[2] ?? 0);
  },
  classCount: (outputs) => less(lone(outputs)?.[1], 4),
  read: (outputs, k, _input, choice) => {
    const { dims, data } = first(outputs);
    const [, height, boxes] = dims as [number, number, number];
    const rows: Candidate[] = [];
    for (let b = 0; b < boxes; b++) {
      const value = (c: number) => Number(data[(k * height + c) * boxes + b]);
      for (let label = 0; label < height - 4; label++) {
        const score = value(4 + label);
        if (score >= choice.score)
          rows.push({ box: fromCentre(value(0), value(1), value(2), value(3)), score, label });
      }
    }
    return suppressed(rows, choice);
  },
};

/** [B, boxes, 6]: corners, score, class; nothing to suppress. */
const yoloV10: OnnxPreset = {
  id: "yolo-v10",
  title: "YOLOv10, YOLO26: one output [batch, boxes, 6]",
  fits: (outputs) => lone(outputs)?.[2] === 6,
  classCount: () => null,
  read: (outputs, k, _input, choice) => {
    const { dims, data } = first(outputs);
    const boxes = dims[1]!;
    const rows: Candidate[] = [];
    for (let b = 0; b < boxes; b++) {
      const value = (c: number) => Number(data[(k * boxes + b) * 6 + c]);
      if (value(4) < choice.score) continue;
      rows.push({
        box: [value(0), value(1), value(2), value(3)],
        score: value(4),
        label: value(5),
      });
    }
    return best(rows, choice);
  },
};

/** One picture at a time: boxes [n,4] corners, labels [n] counted from 1, scores [n]. */
const torchvision: OnnxPreset = {
  id: "torchvision",
  title: "torchvision: boxes, labels, scores of one picture",
  fits: (outputs) =>
    outputs.length === 3 &&
    outputs.filter(({ dims }) => dims.length === 2).length === 1 &&
    outputs.filter(({ dims }) => dims.length === 1).length === 2,
  classCount: () => null,
  read: (outputs, _k, _input, choice) => {
    const list = Object.values(outputs);
    const boxes = list.find(({ dims }) => dims.length === 2)!;
    const labels = outputs["labels"] ?? list.find(({ data }) => data instanceof BigInt64Array)!;
    const scores =
      outputs["scores"] ?? list.find((output) => output !== boxes && output !== labels)!;
    const rows: Candidate[] = [];
    for (let b = 0; b < boxes.dims[0]!; b++) {
      const score = Number(scores.data[b]);
      if (score < choice.score) continue;
      const box = [0, 1, 2, 3].map((c) =>
        Number(boxes.data[b * 4 + c]),
      ) as unknown as Candidate["box"];
      rows.push({ box, score, label: Number(labels.data[b]) - 1 }); // 0 is the background
    }
    return best(rows, choice);
  },
};

/** In the order in which they are tried. */
export const onnxPresets: readonly OnnxPreset[] = [
  detrBoxes,
  detrRaw,
  detrSoftmax,
  yoloV10,
  yoloV5,
  yoloV8,
  torchvision,
];
