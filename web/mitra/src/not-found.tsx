import { Mark, Title } from "@curhat/kit";
import { Link } from "wouter";
import { copy } from "./copy";

/** An address that leads nowhere. */
export function NotFound() {
  return (
    <section className="screen screen-center">
      <Mark size={72} />
      <Title page={copy.notFound.page} className="screen-title">
        {copy.notFound.title}
      </Title>
      <p className="lead">{copy.notFound.text}</p>
      <Link href="/" className="button button-primary">
        {copy.notFound.home}
      </Link>
    </section>
  );
}
