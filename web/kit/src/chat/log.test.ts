import { expect, test } from "vitest";
import type { Message } from "../socket/events";
import { Log } from "./log";

function message(seq: number): Message {
  return {
    chat_session_id: "c",
    seq,
    sender: "mitra",
    client_message_id: `m${seq}`,
    body: `${seq}`,
    sent_at: "2026-11-24T12:00:00Z",
  };
}

const seqs = (log: Log) => log.messages.map(({ seq }) => seq);

test("messages stand once and in order, whatever order they come in", () => {
  const log = Log.empty.with([message(2), message(1)]).with([message(3), message(2), message(3)]);
  expect(seqs(log)).toEqual([1, 2, 3]);
  expect(log.complete).toBe(3);
});

test("a gap is known until it is filled", () => {
  const log = Log.empty.with([message(1), message(4)]);
  expect([log.complete, log.lacks(4)]).toEqual([1, true]);
  expect(log.with([message(2), message(3)]).lacks(4)).toBe(false);
});

test("what the service no longer has is not missing", () => {
  const log = Log.empty.with([message(8), message(9)]).upTo(8);
  expect([seqs(log), log.lacks(9)]).toEqual([[8, 9], false]);
});

test("what is known already changes nothing", () => {
  const log = Log.empty.with([message(1)]);
  expect(log.with([message(1)])).toBe(log);
});
