import { mkdtemp, rm } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { serveLoopback, type LoopbackServer } from "../../main/server/serve.ts";
import { serveAtUsualPort } from "../../main/server/usual-port.ts";
import { startApp } from "../fixtures/app/started-app.ts";

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** node:http lets a test set Host and Origin, which fetch does not. */
function ask(
  server: LoopbackServer,
  path: string,
  headers: Record<string, string>,
  method = "GET",
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request(
      { host: "127.0.0.1", port: server.port, path, headers, method },
      (response) => {
        let body = "";
        response.on("data", (chunk: Buffer) => (body += chunk.toString()));
        response.on("end", () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
        );
      },
    );
    asked.on("error", reject);
    asked.end(method === "POST" ? "{}" : undefined);
  });
}

async function serve() {
  const started = startApp();
  const server = await serveLoopback(started.app.fetch, { hostname: "127.0.0.1", port: 0 });
  onTestFinished(() => server.close());
  const { status, headers } = await ask(
    server,
    new URL(server.address).pathname + new URL(server.address).search,
    {},
  );
  const cookie = String(headers["set-cookie"]).split(";")[0]!;
  return { ...started, server, cookie, status, headers };
}

test("the printed address lets the browser in once, and the token leaves the address", async () => {
  const { server, status, headers, cookie } = await serve();
  expect(status).toBe(303);
  expect(headers["location"]).toBe("/");
  expect(String(headers["set-cookie"])).toMatch(/; Path=\/; HttpOnly; SameSite=Strict$/);
  const answer = await ask(server, "/api/system/info", { cookie }, "POST");
  expect(JSON.parse(answer.body)).toMatchObject({ version: "1.2.3", host: "loopback" });
});

test("without the token, or with a wrong one, nothing is answered", async () => {
  const { server, cookie } = await serve();
  const wrong = cookie.replace(/.$/, (last) => (last === "A" ? "B" : "A"));
  for (const headers of [{}, { cookie: wrong }, { cookie: "fovea_1=x" }]) {
    expect((await ask(server, "/api/system/info", headers, "POST")).status).toBe(401);
  }
  expect((await ask(server, "/?token=guess", {})).status).toBe(401);
  expect((await ask(server, "/api/jobs/list?token=", { cookie }, "POST")).status).toBe(401);
});

test("a foreign Host or Origin is refused even with the token", async () => {
  const { server, cookie } = await serve();
  const own = `127.0.0.1:${server.port}`;
  const post = (headers: Record<string, string>) =>
    ask(server, "/api/system/info", { cookie, ...headers }, "POST");
  expect((await post({ host: "evil.example" })).status).toBe(421);
  expect((await post({ host: `evil.example:${server.port}` })).status).toBe(421);
  expect((await post({ host: own, origin: "http://evil.example" })).status).toBe(403);
  expect((await post({ host: own, origin: "null" })).status).toBe(403);
  expect((await post({ host: own, "sec-fetch-site": "cross-site" })).status).toBe(403);
  expect((await post({ host: own, origin: `http://127.0.0.1:${server.port + 1}` })).status).toBe(
    403,
  );
  expect(
    (await post({ host: own, origin: `http://${own}`, "sec-fetch-site": "same-origin" })).status,
  ).toBe(200);
  // Through a tunnel the port is another, but the name is still the loopback's.
  expect((await post({ host: "localhost:9000", origin: "http://localhost:9000" })).status).toBe(
    200,
  );
});

test("events arrive while they happen, and the stream ends when the server closes", async () => {
  const { server, cookie, app } = await serve();
  const received: string[] = [];
  const ended = new Promise<void>((resolve) => {
    const asked = request(
      { host: "127.0.0.1", port: server.port, path: "/api/events", headers: { cookie } },
      (response) => {
        response.on("data", (chunk: Buffer) => {
          received.push(chunk.toString());
          if (received.length === 1) app.events.emit({ type: "changed", noun: "runs" });
          if (chunk.toString().includes("runs"))
            app.events.emit({ type: "changed", noun: "datasets" });
          if (chunk.toString().includes("datasets")) void app.close();
        });
        response.on("close", resolve);
      },
    );
    asked.end();
  });
  await ended;
  expect(received.join("").match(/^data: .*$/gm)).toEqual([
    'data: {"type":"changed","noun":"runs"}',
    'data: {"type":"changed","noun":"datasets"}',
  ]);
});

test("a port that is taken is told with what to do", async () => {
  const { server, app } = await serve();
  await expect(
    serveLoopback(app.fetch, { hostname: "127.0.0.1", port: server.port }),
  ).rejects.toMatchObject({
    code: "serve/port",
    message: expect.stringContaining("--port"),
  });
});

test("the port stays the same from one start to the next, and another is taken while it is in use", async () => {
  const { app } = startApp();
  const folder = await mkdtemp(join(tmpdir(), "fovea-port-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const start = () => serveAtUsualPort(app.fetch, { hostname: "127.0.0.1", folder });
  const first = await start();
  const beside = await start();
  await first.close();
  const again = await start();
  await beside.close();
  await again.close();
  expect(beside.port).not.toBe(first.port);
  expect(again.port).toBe(first.port);
});
