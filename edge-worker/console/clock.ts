// The browser’s clock: ages of a page, told anew each minute so that all on it fit together, and what is done in turns.
import { useEffect, useState } from 'react';

const everyMs = 60_000;

export function useNowMs(): number {
  const [nowMs, setNowMs] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNowMs(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, []);
  return nowMs;
}

/** Does it again and again for a while. Returns what ends it sooner. */
export function repeat(work: () => void, eachMs: number, whileMs: number): () => void {
  const timer = setInterval(work, eachMs);
  const end = setTimeout(() => clearInterval(timer), whileMs);
  return () => {
    clearInterval(timer);
    clearTimeout(end);
  };
}

/** Does it once, after a rest; the answer calls it off. */
export function after(restMs: number, work: () => void): () => void {
  const timer = setTimeout(work, restMs);
  return () => clearTimeout(timer);
}
