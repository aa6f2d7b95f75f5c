import type { Input, Output, RouteName } from "../../shared/api/contract.ts";
import type { ErrorBody } from "../../shared/api/route.ts";

/** A call that did not succeed. `code` is stable, `message` is for the user. */
export class ApiError extends Error {
  readonly code: string;
  readonly details: unknown;
  /** 0 where no answer came. */
  readonly status: number;

  constructor(code: string, message: string, details: unknown, status: number) {
    super(message);
    this.name = "ApiError";
    this.code = code;
    this.details = details;
    this.status = status;
  }
}

/** Calls the main side. Throws ApiError, or the signal's AbortError. */
export async function call<Name extends RouteName>(
  name: Name,
  input: Input<Name>,
  options: { readonly signal?: AbortSignal } = {},
): Promise<Output<Name>> {
  return (await post(name, input, options)) as Output<Name>;
}

/** The same without the contract's types. */
export async function post(
  name: string,
  input: unknown,
  options: { readonly signal?: AbortSignal } = {},
): Promise<unknown> {
  const response = await send(`/api/${name}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(input),
    ...(options.signal ? { signal: options.signal } : {}),
  });
  const body: unknown = await response.json().catch(() => null);
  if (!response.ok) throw errorOf(body, response, name);
  return body;
}

/** Any thrown value as something that can be shown. */
export function toApiError(thrown: unknown): ApiError {
  if (thrown instanceof ApiError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new ApiError("page/unexpected", message, thrown instanceof Error ? thrown.stack : null, 0);
}

export function isAbort(thrown: unknown): boolean {
  return thrown instanceof DOMException && thrown.name === "AbortError";
}

async function send(path: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(path, init);
  } catch (cause) {
    if (isAbort(cause)) throw cause;
    throw new ApiError(
      "network/unreachable",
      "Fovea does not answer. If its window or terminal was closed, start it again and reload this page.",
      { path },
      0,
    );
  }
}

function errorOf(body: unknown, response: Response, name: string): ApiError {
  const error = (body as Partial<ErrorBody> | null)?.error;
  if (error) return new ApiError(error.code, error.message, error.details ?? null, response.status);
  const message = `${name} answered ${response.status} without saying why`;
  return new ApiError("network/bad-answer", message, null, response.status);
}
