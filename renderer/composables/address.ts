import { computed, type WritableComputedRef } from "vue";
import { useRoute, useRouter, type LocationQueryRaw, type Router } from "vue-router";

/** How a value is written in the address; null leaves it out. */
export interface AddressCodec<T> {
  parse(text: string | null): T;
  format(value: T): string | null;
}

export function textParam(fallback = ""): AddressCodec<string> {
  return {
    parse: (text) => text ?? fallback,
    format: (value) => (value === fallback ? null : value),
  };
}

export function numberParam(fallback: number): AddressCodec<number> {
  return {
    parse: (text) => (text === null || !Number.isFinite(Number(text)) ? fallback : Number(text)),
    format: (value) => (value === fallback ? null : String(value)),
  };
}

export function choiceParam<T extends string>(choices: readonly T[], fallback: T): AddressCodec<T> {
  return {
    parse: (text) => choices.find((choice) => choice === text) ?? fallback,
    format: (value) => (value === fallback ? null : value),
  };
}

/** Whole numbers joined by commas. */
export const idsParam: AddressCodec<readonly number[]> = {
  parse: (text) =>
    (text ?? "")
      .split(",")
      .filter((part) => /^\d+$/.test(part))
      .map(Number),
  format: (ids) => (ids.length === 0 ? null : ids.join(",")),
};

/** Labels joined by commas; a comma inside a label is escaped. */
export const labelsParam: AddressCodec<readonly string[]> = {
  parse: (text) => (text ? text.split(",").map(decodeURIComponent) : []),
  format: (labels) => (labels.length === 0 ? null : labels.map(encodeURIComponent).join(",")),
};

/** A value that lives in the address, so that back, reload and bookmarks restore it. */
export function useAddressParam<T>(key: string, codec: AddressCodec<T>): WritableComputedRef<T> {
  const route = useRoute();
  const router = useRouter();
  return computed({
    get: () => codec.parse(textOf(route.query[key])),
    set: (value) => patchAddress(router, { [key]: codec.format(value) ?? undefined }),
  });
}

export function textOf(value: unknown): string | null {
  const first: unknown = Array.isArray(value) ? value[0] : value;
  return typeof first === "string" ? first : null;
}

const pending = new Map<Router, LocationQueryRaw>();

/** Several changes in one turn become one navigation; replaced, not pushed, unless the path changes. */
export function patchAddress(router: Router, change: LocationQueryRaw): void {
  const waiting = pending.get(router);
  pending.set(router, { ...waiting, ...change });
  if (waiting) return;
  queueMicrotask(() => {
    const query = { ...router.currentRoute.value.query, ...pending.get(router) };
    pending.delete(router);
    void router.replace({ query });
  });
}
