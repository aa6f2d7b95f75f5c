import type { EditableAnnotation } from "../../../shared/domain/editing.ts";
import { imageRect, type ImagePoint, type Rect } from "../../../shared/geometry/spaces.ts";
import type { Size } from "../viewport.ts";
import { binLevel, makeBins, type Bins } from "./bins.ts";
import type { Hit } from "./gesture-states.ts";
import { makeGhosts, type Ghosts } from "./ghosts.ts";
import { createLabels, verdictCodes, type Labels } from "./labels.ts";
import { makeStyleBook, type StyleBook } from "./styles.ts";
import { stackAt } from "./targets.ts";
import type { GhostBox, LabelVerdict } from "./types.ts";

/** Bins are kept for so many levels of scale: for the view and the loupe, and those last seen. */
const LEVELS_KEPT = 4;

export type Put = Omit<EditableAnnotation, "area" | "masked">;

/** What lies on the picture: labels, ghosts and what of them is selected, with how they look and are counted. */
export interface Stage {
  readonly labels: () => Labels;
  readonly ghosts: () => Ghosts;
  /** Null where they are switched off. */
  readonly shownLabels: () => Labels | null;
  readonly shownGhosts: () => Ghosts | null;
  readonly book: () => StyleBook;
  readonly selection: () => ReadonlySet<number>;
  readonly selectedPlaces: () => Iterable<number>;
  readonly setLabels: (labels: readonly EditableAnnotation[], picture: Size | null) => void;
  readonly apply: (changed: readonly Put[], removed: readonly number[]) => void;
  readonly rename: (ids: ReadonlyMap<number, number>) => void;
  readonly setVerdicts: (verdicts: ReadonlyMap<number, LabelVerdict>) => void;
  readonly setGhosts: (ghosts: readonly GhostBox[]) => void;
  readonly select: (ids: ReadonlySet<number>) => void;
  /** Takes the selected labels off the layer of the others, or puts them back. */
  readonly lift: (on: boolean) => void;
  readonly show: (labels: boolean, ghosts: boolean) => void;
  /** classHue: null to colour by verdict. */
  readonly colour: (classHue: ((categoryId: number) => number) | null) => void;
  readonly binsAt: (scale: number) => Bins;
  /** What can be clicked at a point; see `stackAt`. */
  readonly stack: (point: ImagePoint, reach: number, scale: number) => readonly Hit[];
}

export function createStage(): Stage {
  let book = makeStyleBook(null);
  let verdicts: ReadonlyMap<number, LabelVerdict> = new Map();
  const verdictOf = (id: number) => verdicts.get(id) ?? null;
  let labels = createLabels([], verdictOf, imageRect(0, 0, 1, 1));
  let ghostList: readonly GhostBox[] = [];
  let ghosts = makeGhosts(ghostList, book);
  let selection: ReadonlySet<number> = new Set();
  const shown = { labels: true, ghosts: true };
  const binsByLevel = new Map<number, Bins>();

  function* selectedPlaces(): Iterable<number> {
    for (const id of selection) {
      const place = labels.placeOf(id);
      if (place !== undefined) yield place;
    }
  }

  function mark(ids: ReadonlySet<number>, value: 0 | 1) {
    for (const id of ids) {
      const place = labels.placeOf(id);
      if (place !== undefined) labels.columns.selected[place] = value;
    }
  }

  function removeFromBins(id: number) {
    const place = labels.placeOf(id);
    if (place !== undefined) for (const bins of binsByLevel.values()) bins.remove(place);
  }

  const stage: Stage = {
    labels: () => labels,
    ghosts: () => ghosts,
    shownLabels: () => (shown.labels ? labels : null),
    shownGhosts: () => (shown.ghosts ? ghosts : null),
    book: () => book,
    selection: () => selection,
    selectedPlaces,
    setLabels(next, picture) {
      labels = createLabels(next, verdictOf, groundOf(next, picture));
      binsByLevel.clear();
      stage.select(new Set([...selection].filter((id) => labels.placeOf(id) !== undefined)));
    },
    apply(changed, removed) {
      for (const id of removed) {
        removeFromBins(id);
        labels.remove(id);
      }
      for (const label of changed) {
        removeFromBins(label.id);
        const place = labels.put(label);
        for (const bins of binsByLevel.values()) bins.add(place);
        labels.columns.selected[place] = selection.has(label.id) ? 1 : 0;
      }
      if (removed.some((id) => selection.has(id)))
        selection = new Set([...selection].filter((id) => labels.placeOf(id) !== undefined));
    },
    rename(ids) {
      for (const [from, to] of ids) labels.rename(from, to);
      if ([...ids.keys()].some((id) => selection.has(id)))
        selection = new Set([...selection].map((id) => ids.get(id) ?? id));
    },
    setVerdicts(next) {
      verdicts = next;
      const { ids, verdict } = labels.columns;
      for (const place of labels.places())
        verdict[place] = verdictCodes[verdictOf(ids[place]!) ?? "none"];
      binsByLevel.clear();
    },
    setGhosts(next) {
      ghostList = next;
      ghosts = makeGhosts(next, book);
      binsByLevel.clear();
    },
    select(ids) {
      mark(selection, 0);
      selection = ids;
      mark(selection, 1);
    },
    lift(on) {
      for (const place of selectedPlaces()) labels.columns.lifted[place] = on ? 1 : 0;
    },
    show(showLabels, showGhosts) {
      if (shown.labels === showLabels && shown.ghosts === showGhosts) return;
      shown.labels = showLabels;
      shown.ghosts = showGhosts;
      binsByLevel.clear();
    },
    colour(classHue) {
      book = makeStyleBook(classHue);
      ghosts = makeGhosts(ghostList, book);
    },
    binsAt(scale) {
      const level = binLevel(scale);
      const known = binsByLevel.get(level);
      // Put in last: the first one is the one unused for longest.
      binsByLevel.delete(level);
      const bins = known ?? makeBins(level, stage.shownLabels(), stage.shownGhosts());
      binsByLevel.set(level, bins);
      if (binsByLevel.size > LEVELS_KEPT) binsByLevel.delete(binsByLevel.keys().next().value!);
      return bins;
    },
    stack(point, reach, scale) {
      const bins = stage.binsAt(scale);
      const { selected } = labels.columns;
      return stackAt(
        {
          labels: stage.shownLabels(),
          ghosts: stage.shownGhosts(),
          hidesLabel: (place) => bins.gathersLabel(place) && selected[place] === 0,
          hidesGhost: (place) =>
            bins.gathersGhost(place) ||
            (ghosts.marked[place] === 0 && isTiny(ghosts, place, 2 * reach)),
        },
        point,
        reach,
      );
    },
  };
  return stage;
}

/** A ghost that is tiny and has no marker is not seen, and cannot be clicked. */
function isTiny({ boxes }: Ghosts, place: number, side: number): boolean {
  return Math.max(boxes[place * 4 + 2]!, boxes[place * 4 + 3]!) < side;
}

/** The picture, or where the labels lie as long as it is not known. */
function groundOf(labels: readonly EditableAnnotation[], picture: Size | null): Rect {
  if (picture) return imageRect(0, 0, picture.width, picture.height);
  let w = 1;
  let h = 1;
  for (const { box } of labels) {
    w = Math.max(w, box[0] + box[2]);
    h = Math.max(h, box[1] + box[3]);
  }
  return imageRect(0, 0, w, h);
}
