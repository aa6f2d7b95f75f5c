/**
 * Finished images of a prediction that is still running, one JSON line each, so that a killed run goes on where it
 * was. The first line says what was asked for; a part made for something else is not taken up.
 */
import {
  appendFileSync,
  existsSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import type { PredictedImage } from "../../../shared/compute/messages.ts";

export interface PartRow {
  readonly imageId: number;
  /** [n*4] xywh pixels. */
  readonly boxes: readonly number[];
  readonly scores: readonly number[];
  readonly classes: readonly number[];
  readonly problem: string | null;
}

export class PartFile {
  readonly path: string;
  readonly #key: string;

  constructor(path: string, key: string) {
    this.path = path;
    this.#key = JSON.stringify({ key });
  }

  /** What is finished already; starts a new part where there is none for this key. A half-written last line is dropped. */
  open(): PartRow[] {
    if (existsSync(this.path)) {
      const text = readFileSync(this.path, "utf8");
      const whole = text.slice(0, text.lastIndexOf("\n") + 1);
      const [head, ...lines] = whole.split("\n").slice(0, -1);
      if (head === this.#key) {
        truncateSync(this.path, Buffer.byteLength(whole));
        return lines.map((line) => JSON.parse(line) as PartRow);
      }
    }
    writeFileSync(this.path, `${this.#key}\n`);
    return [];
  }

  append({ imageId, boxes, scores, classes, problem }: PredictedImage): PartRow {
    const row = {
      imageId,
      boxes: Array.from(boxes),
      scores: Array.from(scores),
      classes: Array.from(classes),
      problem,
    };
    appendFileSync(this.path, `${JSON.stringify(row)}\n`);
    return row;
  }

  remove(): void {
    rmSync(this.path, { force: true });
  }
}
