import { useVirtualizer } from "@tanstack/vue-virtual";
import { computed, type Ref } from "vue";

/** Rows beyond the view that are there already when it moves. */
const OVERSCAN = 8;

/** A long list of rows of one height, of which only those in view are there. scroller: the element that scrolls. */
export function useRowWindow<Item>(
  scroller: Readonly<Ref<HTMLElement | null>>,
  items: () => readonly Item[],
  rowHeight: number,
) {
  const virtualizer = useVirtualizer(
    computed(() => ({
      count: items().length,
      getScrollElement: () => scroller.value,
      estimateSize: () => rowHeight,
      overscan: OVERSCAN,
    })),
  );
  return {
    /** start: CSS pixels from the top of the list. */
    rows: computed(() =>
      virtualizer.value.getVirtualItems().flatMap(({ index, start }) => {
        const item = items()[index];
        return item === undefined ? [] : [{ index, start, item }];
      }),
    ),
    /** Height of all rows, CSS pixels. */
    height: computed(() => virtualizer.value.getTotalSize()),
    /** Height of the part in view; changes when the list is given more or less room. */
    viewHeight: () => virtualizer.value.scrollRect?.height,
    scrollTo: (index: number) => virtualizer.value.scrollToIndex(index, { align: "auto" }),
  };
}
