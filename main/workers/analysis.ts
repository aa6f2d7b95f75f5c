/** The analysis worker: answers calls about one project from typed arrays. Started by services/analysis/client.ts. */
import { enableCompileCache } from "node:module";
import { parentPort, workerData } from "node:worker_threads";
import type { AnalysisWorkerData } from "./messages.ts";

const { databasePath, codeCache } = workerData as AnalysisWorkerData;
// Before anything large is loaded, which is why the rest is imported from here.
if (codeCache !== null) enableCompileCache(codeCache);
const { answerCalls } = await import("./answer-calls.ts");
answerCalls(parentPort!, databasePath);
