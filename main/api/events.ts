import type { Events } from "../services/events.ts";

/** A comment now and then, so that nothing between the two ends thinks the stream is dead. */
const HEARTBEAT_MS = 15_000;

/** GET /api/events: every PushEvent as one server-sent event, until the caller goes away. */
export function eventStream(events: Events, signal: AbortSignal, closing: AbortSignal): Response {
  const encoder = new TextEncoder();
  let stop = () => {};
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      const send = (text: string) => controller.enqueue(encoder.encode(text));
      send("retry: 1000\n\n");
      const unsubscribe = events.subscribe((event) => send(`data: ${JSON.stringify(event)}\n\n`));
      const heartbeat = setInterval(() => send(": still here\n\n"), HEARTBEAT_MS);
      const end = () => {
        stop();
        controller.close();
      };
      stop = () => {
        stop = () => {};
        clearInterval(heartbeat);
        unsubscribe();
        signal.removeEventListener("abort", end);
        closing.removeEventListener("abort", end);
      };
      signal.addEventListener("abort", end);
      closing.addEventListener("abort", end);
    },
    cancel() {
      stop();
    },
  });
  return new Response(body, {
    headers: {
      "content-type": "text/event-stream; charset=utf-8",
      "cache-control": "no-store",
      "x-accel-buffering": "no",
    },
  });
}
