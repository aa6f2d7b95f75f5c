import type { HelpText } from "./help-text.ts";

/** Error types of TIDE, and its two totals. */
export const errorTypes = ["cls", "loc", "both", "dupe", "bkg", "miss"] as const;
export type ErrorType = (typeof errorTypes)[number];
export type ErrorTotal = "false-positives" | "false-negatives";

const source =
  "TIDE (Bolya et al., ECCV 2020), tidecv 1.0.1: foreground IoU 0.5, background IoU 0.1, 100 detections an image";
const dap =
  "Its dAP is what AP at IoU 0.5 would gain if this error alone were repaired. The dAPs of the types do not add up to what is missing to 100.";

export const errorHelp: Readonly<Record<ErrorType | ErrorTotal, HelpText>> = {
  cls: {
    title: "Classification",
    what: "Right place, wrong class.",
    how: `IoU of 0.5 or more with an object of another class. Repaired by giving it the object's class. ${dap}`,
    formula: "IoU(other class) ≥ 0.5",
    source,
  },
  loc: {
    title: "Localisation",
    what: "Right class, poor box.",
    how: `Best IoU with an object of its class from 0.1 to 0.5. Repaired by putting the box on the object. ${dap}`,
    formula: "0.1 ≤ IoU(same class) ≤ 0.5",
    source,
  },
  both: {
    title: "Both",
    what: "Wrong class and poor box.",
    how: `A false alarm near an object that fits no other type. Repaired by removing it. ${dap}`,
    formula: "0.1 < IoU(other class) < 0.5",
    source,
  },
  dupe: {
    title: "Duplicate",
    what: "A second detection of an object.",
    how: `IoU of 0.5 or more with an object of its class that a better-scored detection holds. Repaired by removing it. ${dap}`,
    formula: "IoU(same class) ≥ 0.5, taken",
    source,
  },
  bkg: {
    title: "Background",
    what: "A detection where there is nothing.",
    how: `Best IoU with any object of 0.1 or less. Repaired by removing it. ${dap}`,
    formula: "IoU(any) ≤ 0.1",
    source,
  },
  miss: {
    title: "Missed",
    what: "An object without any detection.",
    how: `Not found, and no classification or localisation error aims at it. Repaired by taking it out of the count. ${dap}`,
    formula: null,
    source,
  },
  "false-positives": {
    title: "All false positives",
    what: "What AP would gain if every false alarm stood below every hit.",
    how: "Hits get score 1, everything else score 0. This total overlaps the types above.",
    formula: "dAP = AP(without false positives) − AP",
    source,
  },
  "false-negatives": {
    title: "All false negatives",
    what: "What AP would gain if no object were missed.",
    how: "Every object that was not found is taken out of the count, those with a classification or localisation error included.",
    formula: "dAP = AP(without misses) − AP",
    source,
  },
};
