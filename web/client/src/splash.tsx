import { Mark } from "@curhat/kit";
import { copy } from "./copy";

/** Until the service has told how things stand. */
export function Splash({ lost }: { lost: boolean }) {
  return (
    <main className="screen screen-center">
      <div className="breathing">
        <Mark size={88} />
      </div>
      <p className="lead" role="status">
        {lost ? copy.connection.loadingLost : copy.connection.loading}
      </p>
    </main>
  );
}
