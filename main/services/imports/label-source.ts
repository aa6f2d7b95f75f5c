import type { LabelFormat } from "../../../shared/api/imports.ts";
import type { AnnotationEntry, CategoryEntry, Size } from "../../formats/label-records.ts";
import type { ProblemLog } from "../../formats/problem-log.ts";
import type { PictureIndex } from "../../files/picture-index.ts";
import type { Pace } from "./pace.ts";

/** Labels to read, their place inside the opened folder checked. */
export interface LabelSource {
  readonly format: LabelFormat;
  /** Absolute file or folder, links resolved. */
  readonly path: string;
  /** As the user knows it, relative to the opened folder. */
  readonly name: string;
  readonly vocOffset: 0 | 1 | null;
}

/** What every reader works with. */
export interface ReadContext {
  /** The opened folder, links resolved. */
  readonly root: string;
  /** Where the pictures are, links resolved. */
  readonly imageRoot: string;
  readonly pictures: PictureIndex;
  readonly problems: ProblemLog;
  readonly pace: Pace;
}

/** An image whose picture was looked up. */
export interface PlacedImage extends Size {
  readonly sourceId: number;
  /** Relative to the image root. */
  readonly path: string;
  /** 0 x 0 where neither the labels nor a picture say. */
  readonly width: number;
  readonly height: number;
  readonly state: "ok" | "missing" | "unreadable";
  readonly attributes: string | null;
}

/** Takes what a reader finds: a category and an image before the annotations that name them. */
export interface LabelSink {
  category(entry: CategoryEntry): void;
  image(entry: PlacedImage): void;
  annotation(entry: AnnotationEntry): void;
}

export type LabelReader = (
  source: LabelSource,
  context: ReadContext,
  sink: LabelSink,
) => Promise<void>;
