import { onScopeDispose, ref, watch, type Ref } from "vue";

/** Inner size of an element in CSS pixels, kept up to date. */
export function useElementSize(element: Readonly<Ref<HTMLElement | null>>) {
  const width = ref(0);
  const height = ref(0);
  const observer = new ResizeObserver(() => {
    width.value = element.value?.clientWidth ?? 0;
    height.value = element.value?.clientHeight ?? 0;
  });
  watch(
    element,
    (now) => {
      observer.disconnect();
      if (now) observer.observe(now);
    },
    { immediate: true, flush: "post" },
  );
  onScopeDispose(() => observer.disconnect());
  return { width, height };
}
