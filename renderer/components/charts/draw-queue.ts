/**
 * Charts are drawn one after the other, each in a task and a frame of its own: a page with a dozen of them answers in
 * between. What is asked for again before its turn is drawn once, as asked for last.
 */
const waiting = new Map<object, () => void>();
let isBusy = false;

/** Draws when it is `key`'s turn, after what waits already. */
export function drawSoon(key: object, draw: () => void): void {
  waiting.set(key, draw);
  if (isBusy) return;
  isBusy = true;
  setTimeout(drawNext);
}

/** Gives up the turn of `key`. */
export function drawNever(key: object): void {
  waiting.delete(key);
}

function drawNext(): void {
  const next = waiting.entries().next();
  if (next.done) {
    isBusy = false;
    return;
  }
  const [key, draw] = next.value;
  waiting.delete(key);
  try {
    draw();
  } finally {
    // The library paints in the coming frame; the next chart is for the one after. A hidden page has no frames.
    if (document.hidden) setTimeout(drawNext);
    else requestAnimationFrame(() => setTimeout(drawNext));
  }
}
