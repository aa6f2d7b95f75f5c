/**
 * The look as data: one set of colours for light, one for dark. Meaning colours follow Okabe and Ito (hits blue,
 * misses vermilion, false alarms amber), moved apart in lightness until they differ for the colour-blind too, and are
 * always paired with a shape or dash.
 */
export interface Tokens {
  readonly bg: string;
  readonly surface: string;
  readonly raised: string;
  readonly sunken: string;
  readonly hover: string;
  readonly line: string;
  readonly lineStrong: string;
  readonly text: string;
  readonly textSoft: string;
  readonly textFaint: string;
  readonly accent: string;
  readonly accentHover: string;
  readonly accentPressed: string;
  readonly accentSoft: string;
  readonly onAccent: string;
  readonly hit: string;
  readonly miss: string;
  readonly falseAlarm: string;
  readonly ignored: string;
  readonly good: string;
  readonly warning: string;
  readonly bad: string;
  readonly shadow: string;
  /** A range that spans others: the whole. */
  readonly bucketWhole: string;
  /** Smallest objects first: the strongest colour. */
  readonly buckets: readonly [string, string, string, string, string];
  /** Runs beside each other, in order; none of the colours that mean hit, miss or false alarm. */
  readonly series: readonly [string, string, string, string, string, string];
}

export const light: Tokens = {
  bg: "#f4f5f7",
  surface: "#ffffff",
  raised: "#ffffff",
  sunken: "#eef0f3",
  hover: "#eceff3",
  line: "#dde1e7",
  lineStrong: "#c2c9d2",
  text: "#171c24",
  textSoft: "#4b5563",
  textFaint: "#687282",
  accent: "#0b6e69",
  accentHover: "#0d807a",
  accentPressed: "#095a56",
  accentSoft: "#dff1ef",
  onAccent: "#ffffff",
  hit: "#0072b2",
  miss: "#c84f00",
  falseAlarm: "#e69f00",
  ignored: "#8a839b",
  good: "#1a7f4b",
  warning: "#9a6400",
  bad: "#b42318",
  shadow: "0 6px 24px rgb(20 28 40 / 14%)",
  bucketWhole: "#8591a1",
  buckets: ["#3f1d78", "#6439a8", "#8a67c8", "#ae97dd", "#cdc0eb"],
  series: ["#007a5e", "#b3568d", "#4a5a6a", "#3d8fc4", "#8a6d00", "#7a7f87"],
};

export const dark: Tokens = {
  bg: "#0f1318",
  surface: "#161b22",
  raised: "#1c232c",
  sunken: "#11161c",
  hover: "#222a35",
  line: "#28313c",
  lineStrong: "#3b4757",
  text: "#e4e9f0",
  textSoft: "#a9b4c2",
  textFaint: "#8490a0",
  accent: "#3fb8a9",
  accentHover: "#55c9bb",
  accentPressed: "#2fa092",
  accentSoft: "#14343a",
  onAccent: "#06211e",
  hit: "#56b4e9",
  miss: "#e8602a",
  falseAlarm: "#f5bf3e",
  ignored: "#978d9f",
  good: "#4cc38a",
  warning: "#e0a83a",
  bad: "#f2665b",
  shadow: "0 8px 28px rgb(0 0 0 / 50%)",
  bucketWhole: "#7b8798",
  buckets: ["#dccdff", "#b89ff5", "#957bd6", "#7460ab", "#584b80"],
  series: ["#2fc295", "#e19bc4", "#c3ccd6", "#6fb7e6", "#d9bb4a", "#8c96a3"],
};

/** Writes the tokens as CSS variables: `falseAlarm` becomes `--false-alarm`, `buckets` `--bucket-1` and on. */
export function applyTokens(tokens: Tokens, root: HTMLElement): void {
  for (const [name, value] of Object.entries(tokens) as [string, string | readonly string[]][]) {
    if (typeof value === "string") root.style.setProperty(`--${kebab(name)}`, value);
    else value.forEach((colour, at) => root.style.setProperty(listName(name, at), colour));
  }
}

function listName(name: string, at: number): string {
  return `--${name === "buckets" ? "bucket" : name}-${at + 1}`;
}

function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
