import { useCallback, useEffect, useRef, useState } from "react";
import { useToast } from "./toast";

/** A call that a button makes: whether it is under way (`busy`), and why it was refused (`wrong`).
 *
 * If the component is gone when the answer comes, a refusal becomes a toast. `once`: stays busy after a success.
 */
export function useAttempt(sentenceOf: (error: unknown) => string, once = false) {
  const [busy, setBusy] = useState(false);
  const [wrong, setWrong] = useWrong();

  async function attempt(work: () => Promise<unknown>): Promise<void> {
    setBusy(true);
    setWrong("");
    try {
      await work();
      setBusy(once);
    } catch (error) {
      setWrong(sentenceOf(error));
      setBusy(false);
    }
  }

  return { busy, wrong, setWrong, attempt };
}

function useWrong(): [string, (sentence: string) => void] {
  const [wrong, setWrong] = useState("");
  const toast = useToast();
  const here = useRef(false);

  useEffect(() => {
    here.current = true;
    return () => {
      here.current = false;
    };
  }, []);

  const say = useCallback(
    (sentence: string) => {
      if (here.current) setWrong(sentence);
      else if (sentence !== "") toast({ text: sentence, tone: "danger" });
    },
    [toast],
  );
  return [wrong, say];
}
