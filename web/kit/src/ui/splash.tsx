import { Mark } from "./logo";

/** Shown until the first snapshot. */
export function Splash({ text }: { text: string }) {
  return (
    <main className="screen screen-center">
      <div className="breathing">
        <Mark size={88} />
      </div>
      <p className="lead" role="status">
        {text}
      </p>
    </main>
  );
}
