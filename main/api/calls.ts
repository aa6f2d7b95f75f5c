import { contract, type RouteName } from "../../shared/api/contract.ts";
import type { ErrorBody } from "../../shared/api/route.ts";
import { AppError } from "../../shared/domain/app-error.ts";
import { z } from "zod";
import type { Handlers } from "./handlers.ts";

const BODY_LIMIT_BYTES = 32 * 2 ** 20;

type Log = (line: string) => void;

/** Answers POST /api/<noun>/<verb>: checks the input, calls the handler, maps errors once for all. */
export async function answerCall(
  name: string,
  request: Request,
  handlers: Handlers,
  log: Log,
): Promise<Response> {
  try {
    if (!Object.hasOwn(contract, name)) {
      throw new AppError("call/not-found", `There is no call "${name}" in this version of Fovea.`);
    }
    const route = name as RouteName;
    const input = parseInput(route, await readBody(request));
    const handler = handlers[route] as (input: unknown, call: { signal: AbortSignal }) => unknown;
    return Response.json((await handler(input, { signal: request.signal })) ?? {});
  } catch (error) {
    return errorResponse(error, `call ${name}`, log);
  }
}

/** 404 for what is not found, 400 for other mistakes of the caller, 500 for ours (logged, and told plainly). */
export function errorResponse(error: unknown, what: string, log: Log): Response {
  if (error instanceof AppError) {
    const status = error.code.endsWith("/not-found") ? 404 : 400;
    const { code, message, details } = error;
    return Response.json({ error: { code, message, details } } satisfies ErrorBody, { status });
  }
  log(`${what} failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  const reason = error instanceof Error ? error.message : String(error);
  const message = `Fovea met an unexpected error (${reason}). Nothing was changed; try again, and report it if it comes back.`;
  return Response.json({ error: { code: "internal", message } } satisfies ErrorBody, {
    status: 500,
  });
}

async function readBody(request: Request): Promise<unknown> {
  const text = await readText(request);
  if (text === "") return {};
  try {
    return JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new AppError("call/not-json", `The body of the call is not JSON (${reason}).`);
  }
}

async function readText(request: Request): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for await (const chunk of request.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > BODY_LIMIT_BYTES) {
      throw new AppError(
        "call/too-large",
        `A call may carry ${BODY_LIMIT_BYTES / 2 ** 20} MB at most.`,
      );
    }
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

function parseInput(route: RouteName, body: unknown): unknown {
  const parsed = contract[route].input.safeParse(body);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues
    .slice(0, 5)
    .map(({ path, message }) => `${path.join(".") || "input"}: ${message}`);
  throw new AppError(
    "call/invalid-input",
    `${route} was called with wrong input. ${faults.join(". ")}`,
    {
      issues: z.treeifyError(parsed.error),
    },
  );
}
