import { app } from "../vite.shared.mjs";

export default app("control-center", "/", process.env.CURHAT_INTERNAL_PORT || 3001);
