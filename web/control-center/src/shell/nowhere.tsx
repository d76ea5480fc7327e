import { Link } from "wouter";
import { copy } from "../copy";
import { Page } from "../ui/page";
import { Empty } from "../ui/states";

export function Nowhere() {
  return (
    <Page title={copy.nowhere.title}>
      <Empty title={copy.nowhere.text}>
        <Link href="/dashboard">{copy.nowhere.home}</Link>
      </Empty>
    </Page>
  );
}
