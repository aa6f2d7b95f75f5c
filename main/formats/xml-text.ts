const marks: Readonly<Record<string, string>> = {
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
  "&": "&amp;",
};

/** Text as it may stand in a tag or an attribute. Letters that XML cannot hold become U+FFFD. */
export function escapeXml(text: string): string {
  return (
    text
      .replaceAll(/[<>"'&]/g, (letter) => marks[letter]!)
      .replaceAll(/[\t\n\r]/g, (letter) => `&#${letter.charCodeAt(0)};`)
      // eslint-disable-next-line no-control-regex -- exactly the letters that XML 1.0 forbids
      .replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "\ufffd")
      .toWellFormed()
  );
}

const named: Readonly<Record<string, string>> = {
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
  amp: "&",
};

/** The five entities of XML and numbers of letters; every other entity stays as it stands. */
export function unescapeXml(text: string): string {
  if (!text.includes("&")) return text;
  return text.replace(/&(?:(lt|gt|quot|apos|amp)|#(\d{1,7})|#x([\da-f]{1,6}));/gi, (...found) => {
    const [whole, name, decimal, hex] = found as [string, string?, string?, string?];
    if (name !== undefined) return named[name.toLowerCase()] ?? whole;
    const code = decimal === undefined ? parseInt(hex ?? "", 16) : Number(decimal);
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}
