/** The desktop app: Electron's entry. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { buildApp } from "./app.ts";
import { runDesktopShell, type ShellContent } from "./electron/desktop-shell.ts";
import { programFolder, version } from "./program.ts";
import { dataFolder } from "./services/data-folder.ts";

const log = (line: string) => void process.stderr.write(`fovea: ${line}\n`);
const data = dataFolder();

/** Native code reads pictures by path and cannot look into the archive, so these lie beside it once packaged. */
const unpacked = (path: string) => path.replace(/\bapp\.asar(?=[\\/])/, "app.asar.unpacked");

mkdirSync(data, { recursive: true });
runDesktopShell({
  dataFolder: data,
  icon: unpacked(join(programFolder, "assets", "icons", "512x512.png")),
  build,
  log,
});

function build(): ShellContent {
  const app = buildApp(
    {
      info: { version, host: "desktop", can: { openDialog: true, showInFolder: true } },
      pageFolder: join(programFolder, "dist", "page"),
      sampleFolder: unpacked(join(programFolder, "assets", "sample")),
      dataFolder: data,
    },
    { log },
  );
  return {
    fetch: (request) => app.fetch(request),
    subscribe: (listener) => void app.events.subscribe(listener),
    open: () => app.workspace.openLast(),
    close: () => app.close(),
  };
}
