import type { FailureReason, Verdict } from "../../api/images.ts";
import type { HelpText } from "./help-text.ts";

const matching =
  "Predictions are taken by falling score; each takes the free object of its class with the highest IoU at or above the chosen threshold.";
const ours = "Fovea, after the matching of the run's protocol";

export const verdictHelp: Readonly<Record<Verdict, HelpText>> = {
  hit: {
    title: "Hit",
    what: "An object that was found, and the prediction that found it.",
    how: `${matching} The prediction's score reaches the chosen score.`,
    formula: "IoU ≥ threshold, same class, score ≥ threshold",
    source: ours,
  },
  miss: {
    title: "Miss",
    what: "An object that no prediction found.",
    how: `${matching} An object that is left over, or whose prediction lies below the chosen score, is a miss.`,
    formula: null,
    source: ours,
  },
  "false-alarm": {
    title: "False alarm",
    what: "A prediction that found no object of its own.",
    how: `${matching} A prediction that is left over is a false alarm, even when its object is real but already found.`,
    formula: null,
    source: ours,
  },
  ignored: {
    title: "Ignored",
    what: "A box that counts neither for nor against the detector.",
    how: "Objects with a crowd or ignore flag, inside ignored regions or outside every area range; predictions matched to those, and predictions beyond maxDets.",
    formula: null,
    source: "The run's protocol",
  },
  "below-score": {
    title: "Below the score",
    what: "A prediction hidden by the chosen score threshold.",
    how: "AP uses predictions of every score. The threshold only decides what is shown as hit, miss and false alarm.",
    formula: "score < threshold",
    source: ours,
  },
};

export const reasonHelp: Readonly<Record<FailureReason, HelpText>> = {
  "no-detection": {
    title: "No detection",
    what: "Nothing was predicted for this object.",
    how: "No prediction overlaps it enough, or the only good one was spent on another object.",
    formula: null,
    source: ours,
  },
  "wrong-class": {
    title: "Wrong class",
    what: "The box is right, the class is not.",
    how: "A prediction of another class, itself unmatched, overlaps the object by the chosen IoU or more.",
    formula: "IoU ≥ threshold, other class",
    source: ours,
  },
  "poor-box": {
    title: "Poor box",
    what: "The detector saw something there, but the box overlaps the object too little.",
    how: "The overlap lies between 0.1 and the chosen IoU. For objects of a few pixels a shift of one pixel can be enough.",
    formula: "0.1 ≤ IoU < threshold",
    source: ours,
  },
  duplicate: {
    title: "Duplicate",
    what: "A second box on an object that is already found.",
    how: "The prediction overlaps an object of its class enough, but one of higher score took it.",
    formula: "IoU ≥ threshold, object taken",
    source: ours,
  },
  "below-score": {
    title: "Below the score",
    what: "The object was found, but with a score below the chosen threshold.",
    how: "Lower the score threshold and this becomes a hit; it is one for AP already, unless maxDets cuts it.",
    formula: "score < threshold",
    source: ours,
  },
  "beyond-max-dets": {
    title: "Beyond maxDets",
    what: "The object was found, but the protocol keeps only so many predictions and this one is not among them.",
    how: "COCO and SODA-D keep the best of each image and class, VisDrone the first rows of each image.",
    formula: null,
    source: "The run's protocol",
  },
  background: {
    title: "Background",
    what: "A box where there is no object.",
    how: "No object of any class overlaps it by 0.1 or more. If there is one in the picture, the label is missing.",
    formula: "IoU < 0.1 with every object",
    source: ours,
  },
};
