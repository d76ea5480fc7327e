import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Freshener } from "./freshener";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("Freshener", () => {
  const started = () => {
    const asked: string[] = [];
    return { asked, freshener: new Freshener((topic) => asked.push(topic), Date.now) };
  };

  it("asks at once, and again when the wait is over, for as many changes as come", () => {
    const { asked, freshener } = started();
    for (let change = 0; change < 50; change++) freshener.mark("chats", 1000);
    expect(asked).toEqual(["chats"]);
    vi.advanceTimersByTime(999);
    expect(asked).toEqual(["chats"]);
    vi.advanceTimersByTime(1);
    expect(asked).toEqual(["chats", "chats"]);
    vi.advanceTimersByTime(10_000);
    expect(asked).toHaveLength(2);
  });

  it("keeps topics apart", () => {
    const { asked, freshener } = started();
    freshener.mark("chats", 1000);
    freshener.mark("searches", 1000);
    expect(asked).toEqual(["chats", "searches"]);
  });

  it("remembers while nobody looks", () => {
    const { asked, freshener } = started();
    freshener.rest();
    freshener.mark("chats", 1000);
    freshener.mark("chats", 1000);
    vi.advanceTimersByTime(5000);
    expect(asked).toEqual([]);
    freshener.wake();
    expect(asked).toEqual(["chats"]);
  });
});
