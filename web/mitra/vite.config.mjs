import { app } from "../vite.shared.mjs";

export default app("mitra", "/mitra/");
