import { Api, Keys, newQueryClient, ServerClock, Session } from "@curhat/kit";
import type { paths } from "@curhat/kit/public";

/** The service, as this app's person talks to it. */
export const session = new Session("customer");
export const api = new Api<paths>(session);
export const clock = new ServerClock();
export const keys = new Keys(localStorage);
export const queries = newQueryClient();
