import vue from "@vitejs/plugin-vue";
import { defineConfig } from "vite";

export default defineConfig({
  root: import.meta.dirname,
  base: "/",
  plugins: [vue()],
  build: {
    outDir: "../dist/page",
    emptyOutDir: true,
    target: "es2024",
    chunkSizeWarningLimit: 1200,
  },
  worker: { format: "es" },
});
