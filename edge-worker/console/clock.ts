// The browser's clock: a page that shows ages asks it once a minute, so that all ages on it fit together.
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
