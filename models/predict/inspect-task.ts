/** What an RT-DETR's decoder looks at when it decides on one box. */
import { join } from "node:path";
import type { InspectedQuery, InspectResult, InspectTask } from "../../shared/compute/messages.ts";
import { AppError } from "../../shared/domain/app-error.ts";
import type { Inspection, InspectedLayer } from "../rtdetr/detector.ts";
import type { TaskHandler } from "../process.ts";
import { tileGrid } from "../tiling/tile-grid.ts";
import { fileKey, keptOrOpened } from "./kept.ts";
import { decodePicture, resizePart, type Part } from "./network-input.ts";

type Box = readonly [number, number, number, number];

export const inspectTask: TaskHandler<"inspect"> = async (task) => {
  const { RtdetrDetector } = await import("../rtdetr/detector.ts");
  const { checkpointSize, USUAL } = await import("./rtdetr-adapter.ts");
  const input = task.size ?? checkpointSize(task.folder) ?? USUAL;
  const picture = await decodePicture(task.image).catch((error: unknown) => {
    throw new AppError("picture/unreadable", `${task.image}: ${(error as Error).message}`);
  });
  const part = partAround(task, picture);
  const { pixels } = await resizePart(picture, part, { input, fit: "stretch" }, null);
  const model = await keptOrOpened(
    "inspected",
    fileKey(join(task.folder, "model.safetensors")),
    () => RtdetrDetector.open(task.folder),
    (last) => last[Symbol.dispose](),
  );
  const found = await model.inspect({ values: pixels, count: 1, ...input });
  return readInspection(found, task.box, part, {
    labels: model.config.labels,
    input,
    strides: model.config.feat_strides,
  });
};

interface Known {
  readonly labels: readonly string[];
  readonly input: { readonly width: number; readonly height: number };
  readonly strides: readonly number[];
}

/** From the network's numbers to the picture's pixels, for the query nearest to the box. */
export function readInspection(
  found: Inspection,
  box: Box,
  part: Part,
  { labels, input, strides }: Known,
): InspectResult {
  const last = found.layers.at(-1)!;
  const { query, iou } = nearestQuery(last.boxes, box, part);
  return {
    labels,
    part: [part.left, part.top, part.width, part.height],
    input,
    query,
    iou,
    heads: found.heads,
    levels: found.levels,
    points: found.points,
    layers: found.layers.map((layer) => readLayer(found, layer, query, part)),
    maps: found.maps.map((map, level) => ({
      ...map,
      stride: (strides[level]! * part.width) / input.width,
    })),
  };
}

/** The tile that has the box's centre farthest from its borders, or all of the picture. */
function partAround(
  { tile, box: [x, y, w, h] }: InspectTask,
  picture: { readonly width: number; readonly height: number },
): Part {
  const whole = { left: 0, top: 0, width: picture.width, height: picture.height };
  if (tile === null) return whole;
  const [cx, cy] = [x + w / 2, y + h / 2];
  const offCentre = (t: { left: number; top: number; size: number }) =>
    Math.max(Math.abs(t.left + t.size / 2 - cx), Math.abs(t.top + t.size / 2 - cy));
  const [best] = tileGrid(picture.width, picture.height, tile.size, tile.overlap).sort(
    (a, b) => offCentre(a) - offCentre(b),
  );
  return best ? { left: best.left, top: best.top, width: best.size, height: best.size } : whole;
}

function readLayer(
  { heads, levels, points }: Inspection,
  layer: InspectedLayer,
  query: number,
  part: Part,
): InspectedQuery {
  const each = heads * levels * points;
  const reference = boxOfQuery(layer.references, query, part);
  const classes = layer.logits.length / (layer.boxes.length / 4);
  const logits = layer.logits.subarray(query * classes, (query + 1) * classes);
  const label = logits.indexOf(Math.max(...logits));
  const centre = [reference[0] + reference[2] / 2, reference[1] + reference[3] / 2] as const;
  const places = new Float32Array(each * 2);
  for (let k = 0; k < each; k += 1) {
    places[k * 2] = centre[0] + layer.offsetX[query * each + k]! * part.width;
    places[k * 2 + 1] = centre[1] + layer.offsetY[query * each + k]! * part.height;
  }
  return {
    reference,
    box: boxOfQuery(layer.boxes, query, part),
    label,
    score: 1 / (1 + Math.exp(-logits[label]!)),
    points: places,
    weights: layer.attention.slice(query * each, (query + 1) * each),
  };
}

/** boxes: [Q,4] cxcywh, 0..1 of the part. Returns xywh pixels of the picture. */
function boxOfQuery(
  boxes: Float32Array,
  query: number,
  { left, top, width, height }: Part,
): [number, number, number, number] {
  const [cx, cy, w, h] = [0, 1, 2, 3].map((c) => boxes[query * 4 + c]!) as [
    number,
    number,
    number,
    number,
  ];
  return [left + (cx - w / 2) * width, top + (cy - h / 2) * height, w * width, h * height];
}

/** The query whose box overlaps most; where none does, the one whose centre is nearest. */
function nearestQuery(
  boxes: Float32Array,
  wanted: Box,
  part: Part,
): { query: number; iou: number } {
  let best = { query: 0, iou: -1, distance: Infinity };
  for (let query = 0; query < boxes.length / 4; query += 1) {
    const box = boxOfQuery(boxes, query, part);
    const iou = overlap(box, wanted);
    const distance = Math.hypot(
      box[0] + box[2] / 2 - wanted[0] - wanted[2] / 2,
      box[1] + box[3] / 2 - wanted[1] - wanted[3] / 2,
    );
    if (iou > best.iou || (iou === best.iou && distance < best.distance))
      best = { query, iou, distance };
  }
  return { query: best.query, iou: Math.max(0, best.iou) };
}

function overlap(a: Box, b: Box): number {
  const w = Math.min(a[0] + a[2], b[0] + b[2]) - Math.max(a[0], b[0]);
  const h = Math.min(a[1] + a[3], b[1] + b[3]) - Math.max(a[1], b[1]);
  if (w <= 0 || h <= 0) return 0;
  return (w * h) / (a[2] * a[3] + b[2] * b[3] - w * h);
}
