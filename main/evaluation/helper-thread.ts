/** Second thread of an evaluation of files: reads predictions from the back, then evaluates half of the classes. */
import { parentPort, workerData } from "node:worker_threads";
import type { ClassesJob, FromHelper, HelperData } from "./messages.ts";
import { readBack } from "./read-back.ts";

const { path, pieces } = workerData as HelperData;
const port = parentPort!;
const say = (message: FromHelper, transfer: ArrayBuffer[] = []) =>
  port.postMessage(message, transfer);

say(readBack(path, pieces));

port.on("message", (job: ClassesJob) => {
  void import("./evaluate-classes.ts").then(({ evaluateClasses }) => {
    const { matches, buffers } = evaluateClasses(job);
    say({ kind: "evaluated", matches }, buffers);
    port.close();
  });
});
