import { Button, Mark } from "@curhat/kit";
import { copy } from "./copy";

/** Shown when the app itself has failed. */
export function Crashed() {
  return (
    <main className="screen screen-center">
      <Mark size={72} />
      <h1 className="screen-title">{copy.crashed.title}</h1>
      <p className="lead">{copy.crashed.text}</p>
      <Button onClick={() => location.reload()}>{copy.crashed.reload}</Button>
    </main>
  );
}
