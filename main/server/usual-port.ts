import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { AppError } from "../../shared/domain/app-error.ts";
import { serveLoopback, type LoopbackServer, type ServeOptions } from "./serve.ts";

/**
 * Serves at the port of last time, so that what the browser keeps for its address is found again; at any free one where
 * that is taken. `folder` keeps the number.
 */
export async function serveAtUsualPort(
  fetch: (request: Request) => Promise<Response>,
  { hostname, folder }: Pick<ServeOptions, "hostname"> & { readonly folder: string },
): Promise<LoopbackServer> {
  const file = join(folder, "serve-port");
  const usual = portIn(file);
  if (usual !== null) {
    try {
      return await serveLoopback(fetch, { hostname, port: usual });
    } catch (thrown) {
      if (!(thrown instanceof AppError) || thrown.code !== "serve/port") throw thrown;
    }
  }
  const server = await serveLoopback(fetch, { hostname, port: 0 });
  // Where another one serves at the usual port, that port stays the usual one.
  if (usual === null) keepPort(folder, file, server.port);
  return server;
}

function keepPort(folder: string, file: string, port: number): void {
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(file, `${port}\n`);
  } catch {
    // A convenience only: a folder that cannot be written to is told of where it matters.
  }
}

function portIn(file: string): number | null {
  try {
    const port = Number(readFileSync(file, "utf8"));
    return Number.isInteger(port) && port > 1023 && port < 65_536 ? port : null;
  } catch {
    return null; // The first time.
  }
}
