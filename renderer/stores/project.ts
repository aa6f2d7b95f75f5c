import { defineStore } from "pinia";
import { computed, ref, shallowRef } from "vue";
import type { ProjectInfo } from "../../shared/api/projects.ts";
import type { SystemInfo } from "../../shared/api/system.ts";
import { call } from "../api/client.ts";

/** The open project and the host the page runs in. */
export const useProject = defineStore("project", () => {
  const info = shallowRef<ProjectInfo | null>(null);
  const system = shallowRef<SystemInfo | null>(null);
  const connected = ref(true);
  const isDesktop = computed(() => system.value?.host === "desktop");

  async function load(): Promise<void> {
    const [current, host] = await Promise.all([
      call("projects/current", {}),
      call("system/info", {}),
    ]);
    info.value = current;
    system.value = host;
  }

  async function open(path: string): Promise<void> {
    info.value = await call("projects/open", { path });
  }

  async function create(name: string): Promise<void> {
    info.value = await call("projects/create", { name });
  }

  async function openSample(): Promise<void> {
    info.value = await call("projects/openSample", {});
  }

  return { info, system, connected, isDesktop, load, open, create, openSample };
});
