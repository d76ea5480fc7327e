import { Button, Mark } from "@curhat/kit";
import { copy } from "./copy";
import "./failed.css";

/** Shown when the app has crashed. */
export function Failed() {
  return (
    <main className="failed">
      <Mark size={64} />
      <h1>{copy.failed.title}</h1>
      <p>{copy.failed.text}</p>
      <Button onClick={() => location.reload()}>{copy.failed.reload}</Button>
    </main>
  );
}
