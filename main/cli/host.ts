import { join } from "node:path";
import { buildApp, type App } from "../app.ts";
import { programFolder, version } from "../program.ts";
import { dataFolder } from "../services/data-folder.ts";
import { say } from "./command.ts";

/** The app as the command line runs it. */
export function buildHeadlessApp(): App {
  return buildApp(
    {
      info: { version, host: "loopback", can: { openDialog: false, showInFolder: false } },
      pageFolder: join(programFolder, "dist", "page"),
      sampleFolder: join(programFolder, "assets", "sample"),
      dataFolder: dataFolder(),
    },
    { log: (line) => say(`fovea: ${line}`) },
  );
}
