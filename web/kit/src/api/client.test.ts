import { expect, test } from "vitest";
import { address } from "./client";

test("an address has its parameters filled in, and what is not given is not asked", () => {
  const call = { path: { id: "a/b" }, query: { after_seq: 7, cursor: undefined, cause_tags: ["a", "b"] } };
  expect(address("/api/chats/{id}/messages", call)).toBe(
    "/api/chats/a%2Fb/messages?after_seq=7&cause_tags=a&cause_tags=b",
  );
  expect(address("/api/chats", {})).toBe("/api/chats");
});

test("a parameter that is missing is a fault of ours", () => {
  expect(() => address("/api/chats/{id}", {})).toThrow("needs id");
});
