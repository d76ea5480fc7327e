import type { ReactNode } from "react";
import { both } from "../copy";
import type { Frame } from "../socket/socket";
import { Banner } from "../ui/banner";
import { OfflineIcon } from "../ui/icons";
import { Splash } from "../ui/splash";
import { type Live, useLive } from "./live";

const copy = both.connection;

/** Says that the connection is lost, and waits for the first snapshot; `meanwhile` is rendered until then. */
export function Connected<State, In extends Frame, Out extends { type: string }>({
  live,
  meanwhile,
  children,
}: {
  live: Live<State, In, Out>;
  meanwhile?: ReactNode;
  children: (state: State, lost: boolean) => ReactNode;
}) {
  const { state, link } = useLive(live);
  const lost = link === "lost";
  return (
    <>
      <Banner icon={<OfflineIcon width={20} height={20} />}>{lost && copy.lost}</Banner>
      {state === null ? (
        <>
          {meanwhile}
          <Splash text={lost ? copy.loadingLost : copy.loading} />
        </>
      ) : (
        children(state, lost)
      )}
    </>
  );
}
