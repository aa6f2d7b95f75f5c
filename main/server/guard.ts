import { timingSafeEqual } from "node:crypto";

export interface GuardConfig {
  readonly token: string;
  readonly cookieName: string;
  /** Names this server may be called by, beside the loopback's own. */
  readonly hosts: readonly string[];
}

type Fetch = (request: Request) => Promise<Response>;

/**
 * Lets only the user's own page call: the Host must be a name of this server (else a page that re-binds its DNS
 * name could call), the Origin must be the server's own, and the token must come with it, at first in the address
 * (`?token=`), then in a cookie that scripts cannot read.
 */
export function guard(fetch: Fetch, config: GuardConfig): Fetch {
  return async (request) => {
    const host = request.headers.get("host") ?? "";
    if (!isOwnHost(host, config.hosts))
      return refuse(421, "This server does not answer to that host name.");
    if (!isOwnOrigin(request, host)) return refuse(403, "Calls from other sites are refused.");
    const url = new URL(request.url);
    const given = url.searchParams.get("token");
    if (given !== null) {
      if (!sameText(given, config.token)) return refuse(401, wrongToken);
      return given && request.method === "GET" ? welcome(url, config) : fetch(request);
    }
    const cookie = readCookie(request.headers.get("cookie") ?? "", config.cookieName);
    if (cookie === null || !sameText(cookie, config.token)) return refuse(401, wrongToken);
    return fetch(request);
  };
}

const wrongToken =
  "Open Fovea with the address it printed when it started; the token in it lets you in.";

function welcome(url: URL, { cookieName, token }: GuardConfig): Response {
  url.searchParams.delete("token");
  const headers = new Headers({ location: url.pathname + url.search, "cache-control": "no-store" });
  headers.set("set-cookie", `${cookieName}=${token}; Path=/; HttpOnly; SameSite=Strict`);
  return new Response(null, { status: 303, headers });
}

function isOwnHost(host: string, hosts: readonly string[]): boolean {
  const name = host.replace(/:\d+$/, "").toLowerCase();
  return ["127.0.0.1", "localhost", "[::1]", ...hosts].includes(name);
}

function isOwnOrigin(request: Request, host: string): boolean {
  const origin = request.headers.get("origin");
  if (origin !== null) return origin === `http://${host}`;
  const site = request.headers.get("sec-fetch-site");
  // A link from elsewhere may open the page; nothing from elsewhere may call or embed it.
  const isNavigation =
    request.headers.get("sec-fetch-mode") === "navigate" && request.method === "GET";
  return site === null || site === "same-origin" || site === "none" || isNavigation;
}

function readCookie(header: string, name: string): string | null {
  for (const part of header.split(";")) {
    const [key, value] = part.trim().split("=", 2);
    if (key === name) return value ?? null;
  }
  return null;
}

function sameText(a: string, b: string): boolean {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length === right.length && timingSafeEqual(left, right);
}

function refuse(status: number, message: string): Response {
  return new Response(`${message}\n`, {
    status,
    headers: { "content-type": "text/plain; charset=utf-8", "x-content-type-options": "nosniff" },
  });
}
