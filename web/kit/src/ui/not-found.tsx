import { Link } from "wouter";
import { both } from "../copy";
import { Mark } from "./logo";
import { Title } from "./title";

/** An address that leads nowhere. */
export function NotFound({ as: Frame, page }: { as: "main" | "section"; page: string }) {
  return (
    <Frame className="screen screen-center">
      <Mark size={72} />
      <Title page={page} className="screen-title">
        {both.notFound.title}
      </Title>
      <p className="lead">{both.notFound.text}</p>
      <Link href="/" className="button button-primary">
        {both.goHome}
      </Link>
    </Frame>
  );
}
