/** Many training pictures as few arrays: a hundred thousand tiles cross to another process as fast as their bytes. */
import type { TrainingPicture } from "./messages.ts";

export interface PackedPictures {
  /** Each file once. */
  readonly paths: readonly string[];
  /** [N,6] place of its path, then left, top and size of its tile (size 0: the whole file), width, height. */
  readonly places: Int32Array;
  /** [N,3] where its boxes, regions and painted areas end among those of all. */
  readonly ends: Int32Array;
  /** [n,4] xywh. */
  readonly boxes: Float64Array;
  /** [n] */
  readonly classes: Int32Array;
  /** [r,4] xywh. */
  readonly regions: Float64Array;
  /** [p,4] xywh. */
  readonly painted: Float64Array;
}

/** `pause` is awaited from time to time: there may be many. */
export async function packPictures(
  pictures: readonly TrainingPicture[],
  pause: () => Promise<void>,
): Promise<PackedPictures> {
  const total = [0, 0, 0];
  for (const { classes, regions, painted } of pictures) {
    total[0]! += classes.length;
    total[1]! += regions.length / 4;
    total[2]! += (painted?.length ?? 0) / 4;
  }
  const packed = {
    places: new Int32Array(pictures.length * 6),
    ends: new Int32Array(pictures.length * 3),
    boxes: new Float64Array(total[0]! * 4),
    classes: new Int32Array(total[0]!),
    regions: new Float64Array(total[1]! * 4),
    painted: new Float64Array(total[2]! * 4),
  };
  const placeOf = new Map<string, number>();
  const end = [0, 0, 0] as [number, number, number];
  for (const [k, picture] of pictures.entries()) {
    const { path, tile, width, height, boxes, classes, regions, painted } = picture;
    let place = placeOf.get(path);
    if (place === undefined) placeOf.set(path, (place = placeOf.size));
    const { left, top, size } = tile ?? { left: 0, top: 0, size: 0 };
    packed.places.set([place, left, top, size, width, height], k * 6);
    packed.boxes.set(boxes, end[0] * 4);
    packed.classes.set(classes, end[0]);
    packed.regions.set(regions, end[1] * 4);
    if (painted) packed.painted.set(painted, end[2] * 4);
    end[0] += classes.length;
    end[1] += regions.length / 4;
    end[2] += (painted?.length ?? 0) / 4;
    packed.ends.set(end, k * 3);
    if (k % 100 === 99) await pause();
  }
  return { paths: [...placeOf.keys()], ...packed };
}

/** The pictures again; their boxes are views of the packed ones. */
export function unpackPictures(packed: PackedPictures): TrainingPicture[] {
  const { paths, places, ends } = packed;
  const begin = [0, 0, 0] as [number, number, number];
  return Array.from({ length: places.length / 6 }, (_, k) => {
    const [path, left, top, size, width, height] = places.subarray(k * 6, k * 6 + 6);
    const part = (of: Float64Array, kind: 0 | 1 | 2) =>
      of.subarray(begin[kind] * 4, ends[k * 3 + kind]! * 4);
    const picture = {
      path: paths[path!]!,
      tile: size === 0 ? null : { left: left!, top: top!, size: size! },
      width: width!,
      height: height!,
      boxes: part(packed.boxes, 0),
      classes: packed.classes.subarray(begin[0], ends[k * 3]!),
      regions: part(packed.regions, 1),
      painted: part(packed.painted, 2),
    };
    begin.splice(0, 3, ...ends.subarray(k * 3, k * 3 + 3));
    return picture;
  });
}
