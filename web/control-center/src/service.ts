import { Api, newQueryClient, ServerClock, Session } from "@curhat/kit";
import type { paths } from "@curhat/kit/internal";

export const session = new Session("operator", {
  refresh: "/internal/auth/refresh",
  logout: "/internal/auth/logout",
});
export const api = new Api<paths>(session);
export const clock = new ServerClock();
export const queries = newQueryClient();
