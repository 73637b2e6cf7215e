// What somebody has written in a draft and not saved yet. It outlives the part it stands on: whoever looks something
// up elsewhere finds it again, and a tab is not closed over it unasked.
import { useState, useSyncExternalStore } from 'react';

interface Kept {
  readonly title: string;
  readonly value: unknown;
  /** What was saved there when the writing began. */
  readonly from: string;
}

/** Alike for what is alike, in whatever order it was written or sent. */
export function spelled(value: unknown, indent = 0): string {
  const sorted = (_key: string, one: unknown) =>
    typeof one === 'object' && one !== null && !Array.isArray(one)
      ? Object.fromEntries(Object.entries(one).sort())
      : one;
  return JSON.stringify(value, sorted, indent);
}

/** By address within the console; addresses are whole, so each names its draft too. */
let kept: ReadonlyMap<string, Kept> = new Map();
const followers = new Set<() => void>();

const ask = (event: BeforeUnloadEvent) => event.preventDefault();

function keep(place: string, one: Kept | null): void {
  const next = new Map(kept);
  if (one === null) next.delete(place);
  else next.set(place, one);
  kept = next;
  if (kept.size > 0) addEventListener('beforeunload', ask);
  else removeEventListener('beforeunload', ask);
  for (const tell of followers) tell();
}

function follow(tell: () => void): () => void {
  followers.add(tell);
  return () => followers.delete(tell);
}

/** Everything unsaved whose address begins so. */
export function useUnsaved(within: string): readonly { readonly place: string; readonly title: string }[] {
  const all = useSyncExternalStore(follow, () => kept);
  return [...all].flatMap(([place, { title }]) => (place.startsWith(within) ? [{ place, title }] : []));
}

export interface Writing<Value> {
  readonly value: Value;
  readonly set: (value: Value) => void;
  /** Somebody has saved something else there since the writing began. */
  readonly isBehind: boolean;
  /** It is given up: what the draft has counts. */
  readonly end: (saved: Value) => void;
  /** What was sent is saved, in this form. What was written while it was on its way stays, unsaved. */
  readonly isSaved: (sent: Value, saved: Value) => void;
}

/** `saved` is what the draft has there. */
export function useWriting<Value>(place: string, title: string, saved: Value): Writing<Value> {
  const [opened, setOpened] = useState(() => {
    const known = kept.get(place);
    const from = spelled(saved);
    return {
      value: (known ? known.value : saved) as Value,
      from,
      isBehind: known !== undefined && known.from !== from,
    };
  });
  const { value, from, isBehind } = opened;
  const set = (next: Value) => {
    setOpened({ ...opened, value: next });
    keep(place, spelled(next) === from ? null : { title, value: next, from });
  };
  const end = (next: Value) => {
    setOpened({ value: next, from: spelled(next), isBehind: false });
    keep(place, null);
  };
  const isSaved = (sent: Value, is: Value) => {
    const now = kept.get(place);
    if (now === undefined || spelled(now.value) === spelled(sent)) return end(is);
    const left = { value: now.value as Value, from: spelled(is) };
    setOpened({ ...left, isBehind: false });
    keep(place, { title, ...left });
  };
  return { value, set, isBehind, end, isSaved };
}
