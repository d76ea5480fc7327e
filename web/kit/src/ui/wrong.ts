import { useCallback, useEffect, useRef, useState } from "react";
import { useToast } from "./toast";

/** What was wrong with something that was asked for, said where it was asked for, and how to say it.
 *
 * A dialog may be closed while the answer is on its way: then it is said in passing.
 */
export function useWrong(): [string, (sentence: string) => void] {
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
