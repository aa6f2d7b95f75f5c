import { onScopeDispose, ref } from "vue";

/** Copies text or a picture; `copied` is true for a moment afterwards, to say so on the button. */
export function useClipboard() {
  const copied = ref(false);
  let timer: ReturnType<typeof setTimeout> | null = null;
  onScopeDispose(() => timer && clearTimeout(timer));

  function tell(): void {
    copied.value = true;
    if (timer) clearTimeout(timer);
    timer = setTimeout(() => (copied.value = false), 1500);
  }

  async function copy(text: string): Promise<void> {
    await navigator.clipboard.writeText(text);
    tell();
  }

  async function copyPicture(picture: Blob): Promise<void> {
    await navigator.clipboard.write([new ClipboardItem({ [picture.type]: picture })]);
    tell();
  }

  return { copied, copy, copyPicture };
}
