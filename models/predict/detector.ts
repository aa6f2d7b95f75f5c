/** What every detector looks like to the prediction loop, whatever runs it. */

export interface InputShape {
  readonly height: number;
  readonly width: number;
}

export interface Detector {
  /** Class names by index. */
  readonly labels: readonly string[];
  readonly input: InputShape;
  /** `stretch` fills the input, `letterbox` keeps the aspect and pads with grey on the right and below. */
  readonly fit: "stretch" | "letterbox";
  /**
   * pictures: each H*W*3 bytes, RGB, of the input's shape. Returns one result a picture, boxes in input pixels,
   * best first, at most `maxDets` with at least `score`.
   */
  detect(pictures: readonly Uint8Array[], choice: DetectionChoice): Promise<Detections[]>;
  dispose(): Promise<void>;
}

export interface DetectionChoice {
  readonly score: number;
  readonly maxDets: number;
}

export interface Detections {
  /** [n,4] x1, y1, x2, y2 pixels. */
  readonly boxes: Float32Array;
  readonly scores: Float32Array;
  readonly classes: Int32Array;
}
