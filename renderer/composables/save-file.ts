/** Hands the user a file made by the page. */
export function saveFile(name: string, content: Blob): void {
  const url = URL.createObjectURL(content);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // The download has started by the next turn; keeping the address would keep the bytes.
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}
