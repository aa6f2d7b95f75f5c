import { randomBytes } from "node:crypto";
import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import { AppError } from "../../shared/domain/app-error.ts";
import { guard } from "./guard.ts";

export interface LoopbackServer {
  /** With the token; opens the page. */
  readonly address: string;
  readonly port: number;
  close(): Promise<void>;
}

export interface ServeOptions {
  readonly hostname: string;
  /** 0 for any free one. */
  readonly port: number;
}

/** Serves the handler over HTTP to whoever has the token. Throws `serve/port` where the port is not to be had. */
export async function serveLoopback(
  fetch: (request: Request) => Promise<Response>,
  { hostname, port }: ServeOptions,
): Promise<LoopbackServer> {
  const token = randomBytes(24).toString("base64url");
  let guarded: typeof fetch = async () => new Response(null, { status: 503 });
  const server = createAdaptorServer({
    fetch: (request: Request) => guarded(request),
    overrideGlobalObjects: false,
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) =>
      reject(portError(error, hostname, port)),
    );
    server.listen(port, hostname, resolve);
  });
  const bound = (server.address() as AddressInfo).port;
  // Cookies are shared by all ports of a host, so each server has a name of its own.
  guarded = guard(fetch, { token, cookieName: `fovea_${bound}`, hosts: [hostname.toLowerCase()] });
  const shown = hostname.includes(":") ? `[${hostname}]` : hostname;
  return {
    address: `http://${shown}:${bound}/?token=${token}`,
    port: bound,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        if ("closeAllConnections" in server) server.closeAllConnections();
      }),
  };
}

function portError(error: NodeJS.ErrnoException, hostname: string, port: number): Error {
  const reasons: Readonly<Record<string, string>> = {
    EADDRINUSE: `Port ${port} is in use on ${hostname}. Choose another with --port, or leave it out for a free one.`,
    EACCES: `Port ${port} may not be used by you. Choose one above 1023 with --port.`,
    EADDRNOTAVAIL: `${hostname} is not an address of this computer. Choose another with --host.`,
    ENOTFOUND: `${hostname} is not a known host name. Choose another with --host.`,
  };
  return new AppError(
    "serve/port",
    reasons[error.code ?? ""] ?? `The server could not start: ${error.message}.`,
  );
}
