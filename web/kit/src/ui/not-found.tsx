import { Link } from "wouter";
import { Mark } from "./logo";
import { Title } from "./title";

/** An address that leads nowhere. */
export function NotFound({
  as: Frame,
  copy,
}: {
  as: "main" | "section";
  copy: { goHome: string; notFound: { page: string; title: string; text: string } };
}) {
  return (
    <Frame className="screen screen-center">
      <Mark size={72} />
      <Title page={copy.notFound.page} className="screen-title">
        {copy.notFound.title}
      </Title>
      <p className="lead">{copy.notFound.text}</p>
      <Link href="/" className="button button-primary">
        {copy.goHome}
      </Link>
    </Frame>
  );
}
