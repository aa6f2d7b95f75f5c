import { spawn } from "node:child_process";
import { parseArgs } from "node:util";
import { serveAtUsualPort } from "../server/usual-port.ts";
import { serveLoopback, type LoopbackServer } from "../server/serve.ts";
import { dataFolder } from "../services/data-folder.ts";
import { resolvePath, say, UsageError, wholeNumber, type Command } from "./command.ts";
import { buildHeadlessApp } from "./host.ts";

const help = `Usage: fovea serve [--port N] [--host ADDRESS] [--project DIR] [--open]

Serves Fovea to the browser and prints its address, until it is stopped with Ctrl-C.

  --port N         port to listen on (default: the same as last time, else any free one)
  --host ADDRESS   address to listen on (default 127.0.0.1, reachable from this computer only)
  --project DIR    project to open (default: the last one, else the sample); made where there is none
  --open           open the browser where there is a display
  --json           print { address, port } as one JSON document once it serves

The printed address holds a token that lets you in; do not pass it on. From another computer use a
tunnel: ssh -L 8787:127.0.0.1:PORT server, then open the address with port 8787.
`;

export const serveCommand: Command = {
  summary: "open Fovea in the browser",
  help,
  async run(args) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        port: { type: "string" },
        host: { type: "string", default: "127.0.0.1" },
        project: { type: "string" },
        open: { type: "boolean", default: false },
        json: { type: "boolean", default: false },
      },
    });
    if (positionals.length > 0) throw new UsageError(`serve takes no "${positionals[0]}".`);
    const { host: hostname } = values;
    const port = values.port === undefined ? null : wholeNumber("port", values.port, 0, 65_535);
    const app = buildHeadlessApp();
    const stopped = untilStopped();
    let server: LoopbackServer | null = null;
    try {
      server =
        port === null
          ? await serveAtUsualPort(app.fetch, { hostname, folder: dataFolder() })
          : await serveLoopback(app.fetch, { hostname, port });
      await openFirst(app, values.project);
      if (values.json)
        process.stdout.write(`${JSON.stringify({ address: server.address, port: server.port })}\n`);
      else say(`Fovea is ready at ${server.address}`);
      if (values.open) openBrowser(server.address);
      await stopped;
      say("Stopping.");
      return 0;
    } finally {
      const closed = server?.close();
      await app.close();
      await closed;
    }
  },
};

async function openFirst(
  app: ReturnType<typeof buildHeadlessApp>,
  project: string | undefined,
): Promise<void> {
  if (project === undefined) await app.workspace.openLast();
  else await app.workspace.openOrCreate(resolvePath(project));
}

function untilStopped(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
      process.once(signal, () => resolve());
  });
}

function openBrowser(address: string): void {
  const { platform, env } = process;
  const hasDisplay = platform !== "linux" || Boolean(env["DISPLAY"] ?? env["WAYLAND_DISPLAY"]);
  if (!hasDisplay) return;
  const [program, ...args] =
    platform === "darwin"
      ? ["open", address]
      : platform === "win32"
        ? ["rundll32", "url.dll,FileProtocolHandler", address]
        : ["xdg-open", address];
  const child = spawn(program!, args, { stdio: "ignore", detached: true });
  child.on("error", () => say("No browser could be opened; open the address above yourself."));
  child.unref();
}
