import { Button, Card, money, Title } from "@curhat/kit";
import { useLocation } from "wouter";
import { copy } from "./copy";
import type { Failure } from "./state";

/** No mitra was found, and what happens to the money. */
export function Failed({ failure, onLeave }: { failure: Failure; onLeave: () => void }) {
  const [, navigate] = useLocation();
  return (
    <main className="screen screen-center">
      <Clouds />
      <Title page={copy.failed.page} className="screen-title">
        {copy.failed.title}
      </Title>
      <p className="lead">{copy.failed.because[failure.cause_tag] ?? copy.failed.text}</p>
      <Card tone="warm" className="failed-money">
        <p>{failure.refund_due ? copy.failed.refund(money(failure.amount)) : copy.failed.noCharge}</p>
      </Card>
      <footer className="screen-foot">
        <Button
          size="large"
          wide
          onClick={() => {
            onLeave();
            navigate("/", { replace: true });
          }}
        >
          {copy.goHome}
        </Button>
      </footer>
    </main>
  );
}

function Clouds() {
  return (
    <svg
      className="clouds"
      viewBox="0 0 200 120"
      width="200"
      height="120"
      aria-hidden="true"
      focusable="false"
    >
      <circle className="hero-sun" cx="128" cy="50" r="34" />
      <path
        className="clouds-far"
        d="M60 84a22 22 0 0 1 3-44 30 30 0 0 1 57-4 24 24 0 0 1 30 24 13 13 0 0 1 0 24z"
      />
      <path
        className="clouds-near"
        d="M30 108a18 18 0 0 1 2-36 25 25 0 0 1 47-3 20 20 0 0 1 25 20 10 10 0 0 1 0 19z"
      />
    </svg>
  );
}
