/** What stands where there is no value. */
export const ABSENT = "–";

/** A 0..1 metric as the tables print it: 0.3234 -> `32.3`. */
export function formatAp(value: number | null | undefined): string {
  return value === null || value === undefined ? ABSENT : (value * 100).toFixed(1);
}

/** A difference of two 0..1 metrics with its sign: `+1.2`, `−0.4`, `0.0`. */
export function formatDelta(value: number | null): string {
  if (value === null) return ABSENT;
  const text = Math.abs(value * 100).toFixed(1);
  if (text === "0.0") return text;
  return value > 0 ? `+${text}` : `−${text}`;
}

export function formatCount(value: number | null | undefined): string {
  return value === null || value === undefined ? ABSENT : value.toLocaleString("en");
}

export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 1e6) return `${(bytes / 1e3).toFixed(0)} kB`;
  if (bytes < 1e9) return `${(bytes / 1e6).toFixed(1)} MB`;
  return `${(bytes / 1e9).toFixed(2)} GB`;
}

/** `8 s`, `3 min 20 s`, `2 h 5 min`. */
export function formatSeconds(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

export function formatMillis(milliseconds: number): string {
  return milliseconds < 1000
    ? `${Math.round(milliseconds)} ms`
    : `${(milliseconds / 1000).toFixed(1)} s`;
}

const timeFormat = new Intl.DateTimeFormat("en-GB", {
  day: "numeric",
  month: "short",
  year: "numeric",
  hour: "2-digit",
  minute: "2-digit",
});

/** Local date and time, short: `22 Nov 2026, 14:05`. */
export function formatTime(epochMillis: number): string {
  return timeFormat.format(epochMillis);
}

/** A side in pixels from an area in square pixels: 144 -> `12`. */
export function formatSide(area: number): string {
  if (area >= 1e9) return "∞";
  const side = Math.sqrt(area);
  return Number.isInteger(side) ? String(side) : side.toFixed(1);
}
