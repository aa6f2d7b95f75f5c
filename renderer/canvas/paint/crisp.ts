/** Width of lines, CSS pixels: as many whole device pixels as fit. */
const LINE = 1.5;

/** A line that fills whole device pixels. */
export interface CrispLine {
  /** CSS pixels. */
  readonly width: number;
  /** The nearest place at which the line is sharp, CSS pixels. */
  readonly snap: (value: number) => number;
}

export function crispLine(pixelRatio: number, wanted = LINE): CrispLine {
  const device = Math.max(1, Math.floor(wanted * pixelRatio));
  // The middle of an odd line is the middle of a device pixel.
  const middle = (device % 2) / 2;
  return {
    width: device / pixelRatio,
    snap: (value) => (Math.round(value * pixelRatio - middle) + middle) / pixelRatio,
  };
}
