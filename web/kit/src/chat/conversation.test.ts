import { expect, test } from "vitest";
import type { Said } from "../socket/events";
import { Conversation, type Surroundings } from "./conversation";

function store(): Storage {
  const kept = new Map<string, string>();
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
    removeItem: (key: string) => kept.delete(key),
  } as unknown as Storage;
}

test("half a character, which no JSON may hold, does not keep a message from being taken", () => {
  const sent: Said[] = [];
  const around: Surroundings = {
    me: "customer",
    send: (frame) => sent.push(frame) > 0,
    fetch: async () => ({ rows: [], next: null }),
    now: () => 0,
    place: (name) => name,
  };
  new Conversation("c", around, store()).say("Halo \ud83d, 😀 \ude00");
  expect(sent).toMatchObject([{ type: "message", body: "Halo \ufffd, 😀 \ufffd" }]);
});
