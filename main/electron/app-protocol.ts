import { protocol } from "./electron.ts";

type Fetch = (request: Request) => Promise<Response>;

export const origin = "app://local";

/** Makes app:// a secure origin with a path, fetch and streams. Electron takes this only before it is ready. */
export function declareAppProtocol(): void {
  protocol.registerSchemesAsPrivileged([
    {
      scheme: "app",
      privileges: { standard: true, secure: true, supportFetchAPI: true, stream: true },
    },
  ]);
}

/** Answers app://local with the handler; every other host of the scheme is empty. */
export function mountOnAppProtocol(fetch: Fetch): void {
  protocol.handle("app", async (request) =>
    new URL(request.url).host === "local"
      ? fetch(request)
      : new Response("Not found", { status: 404 }),
  );
}
