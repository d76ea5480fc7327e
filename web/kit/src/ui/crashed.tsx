import { Button } from "./button";
import { Mark } from "./logo";

/** Shown when the app has crashed. */
export function Crashed({ copy }: { copy: { title: string; text: string; reload: string } }) {
  return (
    <main className="screen screen-center">
      <Mark size={72} />
      <h1 className="screen-title">{copy.title}</h1>
      <p className="lead">{copy.text}</p>
      <Button onClick={() => location.reload()}>{copy.reload}</Button>
    </main>
  );
}
