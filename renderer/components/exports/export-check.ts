import { onScopeDispose, ref, shallowRef, watch, type Ref } from "vue";
import type { Input, Output } from "../../../shared/api/contract.ts";
import { call } from "../../api/client.ts";

const TYPING_MS = 300;

/** What an export would write, lose and replace: asked anew once the question has rested for a moment. */
export function useExportCheck(question: Ref<Input<"exports/check"> | null>) {
  const answer = shallowRef<Output<"exports/check"> | null>(null);
  const error = shallowRef<unknown>(null);
  const waiting = ref(false);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let asked = 0;

  async function ask(input: Input<"exports/check">): Promise<void> {
    const mine = (asked += 1);
    try {
      const found = await call("exports/check", input);
      if (mine !== asked) return;
      answer.value = found;
      error.value = null;
    } catch (thrown) {
      if (mine !== asked) return;
      answer.value = null;
      error.value = thrown;
    }
    waiting.value = false;
  }

  watch(
    question,
    (input) => {
      clearTimeout(timer);
      asked += 1; // An answer under way is to another question.
      waiting.value = input !== null;
      if (input === null) {
        answer.value = null;
        error.value = null;
      } else timer = setTimeout(() => void ask(input), TYPING_MS);
    },
    { immediate: true },
  );
  onScopeDispose(() => clearTimeout(timer));
  return { answer, error, waiting };
}
