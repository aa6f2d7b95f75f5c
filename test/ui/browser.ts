import { spawn, type ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  chromium,
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  type Page,
} from "playwright-core";

/** Fovea as a user has it: the host on a data folder of its own, and its page in Chromium. */
export interface Workbench {
  /** Opens a page at a path such as `/runs`; fails where the page logged an error by the time it is closed. */
  open(
    path?: string,
    options?: BrowserContextOptions,
    /** One that another workbench left behind; a new one without. */
    context?: BrowserContext,
  ): Promise<OpenPage>;
  /** Calls the main side as the page does. */
  call(name: string, input: unknown): Promise<unknown>;
  /** Waits for a job to end and returns it. */
  jobEnd(jobId: number): Promise<{ state: string; result: Record<string, unknown> | null }>;
  readonly dataFolder: string;
  /** Ends the host as a power cut would; what it keeps stays for `startWorkbench(dataFolder)`. */
  kill(): Promise<void>;
  /** The same, with the browser left as it is. */
  killHost(): Promise<void>;
  close(): Promise<void>;
}

export interface OpenPage {
  readonly page: Page;
  /** What the console and failed scripts said: must stay empty. */
  readonly errors: readonly string[];
}

const root = join(import.meta.dirname, "..", "..");

/** `kept`: the data folder of a host that was killed; a new one without. */
export async function startWorkbench(kept?: string): Promise<Workbench> {
  if (!existsSync(join(root, "dist", "page", "index.html"))) {
    throw new Error("The page is not built; run npm test, or vite build, first.");
  }
  const dataFolder = kept ?? (await mkdtemp(join(tmpdir(), "fovea-ui-")));
  const host = spawn(process.execPath, ["main/cli.ts", "serve", "--json"], {
    cwd: root,
    env: { ...process.env, FOVEA_DATA: dataFolder },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const address = new URL(await addressOf(host));
  const browser = await launch();
  const session = await browser.newContext();
  await (await session.newPage()).goto(address.href);

  async function call(name: string, input: unknown): Promise<unknown> {
    const answer = await session.request.post(`${address.origin}/api/${name}`, {
      data: input as object,
      headers: { origin: address.origin },
    });
    const body: unknown = await answer.json();
    if (!answer.ok()) throw new Error(`${name}: ${JSON.stringify(body)}`);
    return body;
  }

  async function killHost(): Promise<void> {
    const gone = new Promise((resolve) => host.once("exit", resolve));
    host.kill("SIGKILL");
    await gone;
  }

  return {
    dataFolder,
    call,
    async open(path = "/", options = {}, earlier?: BrowserContext) {
      const context =
        earlier ??
        (await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options }));
      const page = await context.newPage();
      const errors: string[] = [];
      page.on("pageerror", (error) => errors.push(String(error)));
      page.on("console", (message) => {
        if (message.type() === "error" || message.type() === "warning") errors.push(message.text());
      });
      await page.goto(address.origin + path + tokenFor(path, address));
      return { page, errors };
    },
    async jobEnd(jobId) {
      for (;;) {
        const job = (await call("jobs/get", { jobId })) as { state: string; result: null };
        if (job.state !== "queued" && job.state !== "running") return job;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },
    killHost,
    async kill() {
      await killHost();
      await browser.close();
    },
    async close() {
      await browser.close();
      await stop(host);
      await rm(dataFolder, { recursive: true, force: true });
    },
  };
}

/** Asks it to stop, and makes it stop where it does not. */
async function stop(host: ChildProcess): Promise<void> {
  if (host.exitCode !== null || host.signalCode !== null) return;
  const gone = new Promise((resolve) => host.once("exit", resolve));
  host.kill("SIGTERM");
  const impatient = setTimeout(() => host.kill("SIGKILL"), 10_000);
  await gone;
  clearTimeout(impatient);
}

/** The token lets a fresh context in, whichever page it opens first. */
function tokenFor(path: string, address: URL): string {
  const token = address.searchParams.get("token") ?? "";
  return `${path.includes("?") ? "&" : "?"}token=${encodeURIComponent(token)}`;
}

function launch(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env["FOVEA_CHROMIUM"] ?? "/usr/bin/chromium",
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

function addressOf(host: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let out = "";
    let messages = "";
    host.stdout?.on("data", (chunk: Buffer) => {
      out += chunk.toString();
      try {
        resolve((JSON.parse(out) as { address: string }).address);
      } catch {
        // Not the whole document yet.
      }
    });
    host.stderr?.on("data", (chunk: Buffer) => (messages += chunk.toString()));
    host.once("exit", (code) => reject(new Error(`serve ended with ${code}: ${messages}`)));
  });
}
