import { expect, test } from "vitest";
import { Refused, Unreachable } from "./errors";
import { type KeyStore, Keys } from "./keys";

/** What localStorage keeps through a reload. */
function store(): KeyStore {
  const kept = new Map<string, string>();
  return {
    getItem: (name) => kept.get(name) ?? null,
    setItem: (name, value) => void kept.set(name, value),
    removeItem: (name) => void kept.delete(name),
  };
}

async function fail(keys: Keys, error: Error): Promise<string> {
  let used = "";
  const call = (key: string) => {
    used = key;
    return Promise.reject(error);
  };
  await expect(keys.once("pay", call)).rejects.toBe(error);
  return used;
}

const keyOf = (keys: Keys) => keys.once("pay", async (key) => key);

test.each([
  ["no answer came", new Unreachable()],
  ["the outcome is unknown", new Refused(503, "unknown_outcome", "")],
  ["the token had run out", new Refused(401, "unauthenticated", "")],
])("the same key goes with the next try, also after a reload, when %s", async (_, error) => {
  const kept = store();
  const key = await fail(new Keys(kept, String), error);
  expect(key).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(await keyOf(new Keys(kept, String))).toBe(key);
});

test("a refusal decides: the next try is another", async () => {
  const keys = new Keys(store(), String);
  const key = await fail(keys, new Refused(409, "free_trial_already_used", ""));
  expect(await keyOf(keys)).not.toBe(key);
});

test("a success decides: the next try is another", async () => {
  const keys = new Keys(store(), String);
  expect(await keyOf(keys)).not.toBe(await keyOf(keys));
});

test("two intents have two keys", async () => {
  const keys = new Keys(store(), String);
  const both = await Promise.all([keyOf(keys), keys.once("confirm", async (key) => key)]);
  expect(new Set(both).size).toBe(2);
});
