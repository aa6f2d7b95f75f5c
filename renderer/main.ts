import { createPinia } from "pinia";
import { createApp } from "vue";
import App from "./App.vue";
import { openEvents } from "./api/events.ts";
import { router } from "./router.ts";
import { connectStores } from "./stores/connect.ts";
import "./theme/base.css";

const app = createApp(App);
app.use(createPinia());
app.use(router);
connectStores(openEvents());
app.mount("#app");
