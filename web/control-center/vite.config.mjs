import { app } from "../vite.shared.mjs";

export default app("control-center", "/", "http://127.0.0.1:3001");
