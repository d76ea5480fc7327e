import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { type ReactNode, StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { isPassing } from "./api/errors";
import { ClockContext } from "./clock/countdown";
import type { ServerClock } from "./clock/server-clock";
import { ErrorBoundary } from "./ui/error-boundary";
import { ToastProvider } from "./ui/toast";

/** TanStack Query as all three apps want it: nothing is asked again but for a reason. */
export function newQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: Number.POSITIVE_INFINITY,
        refetchOnWindowFocus: false,
        refetchOnReconnect: true,
        networkMode: "always",
        retry: (failures, error) => isPassing(error) && failures < 3,
      },
      mutations: { networkMode: "always", retry: false },
    },
  });
}

/** Put an app into its page. */
export function start(
  app: ReactNode,
  around: { queries: QueryClient; clock: ServerClock; failed: ReactNode },
): void {
  if (!CSS.supports("height", "100dvh")) followHeight();
  const place = document.getElementById("app");
  if (place === null) throw new Error("The page has no place for the app.");
  createRoot(place).render(
    <StrictMode>
      <ErrorBoundary instead={around.failed}>
        <QueryClientProvider client={around.queries}>
          <ClockContext value={around.clock}>
            <ToastProvider>{app}</ToastProvider>
          </ClockContext>
        </QueryClientProvider>
      </ErrorBoundary>
    </StrictMode>,
  );
}

/** Where CSS does not know how much of the page is seen beside the browser's bars, it is told. */
function followHeight(): void {
  const tell = () => document.documentElement.style.setProperty("--screen", `${innerHeight}px`);
  tell();
  addEventListener("resize", tell);
}
