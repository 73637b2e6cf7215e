// The earlier states of a lane's storage: the platform offers them to the object itself and to nobody else. The local
// runtime has none, and says so. So this is UNVERIFIED until it has run at Cloudflare, all of it in this file:
// - that a bookmark of a moment is that moment's state, to the second, for 30 days;
// - that the object that starts next has that state before its constructor runs, with its alarm as it was then;
// - that an answer given before `abort` reaches whoever asked, with a second in between.
import type { EarlierStates } from '../flow/go-back.ts';

type Going = Pick<DurableObjectState, 'storage' | 'abort' | 'waitUntil'>;

/** What was asked for is answered first. */
const leavesAfterMs = 1_000;
const notOffered = /point-in-time recovery/;

/** `leave` is called once nothing that is taken in would stay. */
export function earlierStates(state: Going, sleep: (ms: number) => Promise<void>, leave: () => void): EarlierStates {
  return {
    async bookmarkAt(atMs) {
      try {
        return await state.storage.getBookmarkForTime(atMs);
      } catch (error) {
        if (error instanceof Error && notOffered.test(error.message)) return null;
        throw error;
      }
    },
    async goTo(bookmark) {
      await state.storage.onNextSessionRestoreBookmark(bookmark);
      leave();
      state.waitUntil(sleep(leavesAfterMs).then(() => state.abort('This lane goes back to an earlier moment')));
    },
  };
}
