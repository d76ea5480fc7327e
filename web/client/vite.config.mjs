import { app } from "../vite.shared.mjs";

export default app("client", "/");
