import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { type ReactNode, StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { isPassing } from "./api/errors";
import { ClockContext } from "./clock/countdown";
import type { ServerClock } from "./clock/server-clock";
import { ErrorBoundary } from "./ui/error-boundary";
import { ToastProvider } from "./ui/toast";

/** TanStack Query for all three apps: no refetch without a reason. */
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

/** Mounts an app. */
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

/** For browsers without dvh: sets the visible height. */
function followHeight(): void {
  const tell = () => document.documentElement.style.setProperty("--screen", `${innerHeight}px`);
  tell();
  addEventListener("resize", tell);
}
