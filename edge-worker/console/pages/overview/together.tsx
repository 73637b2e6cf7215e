// A page of many parts that all ask the hub: where it cannot be reached, that is said once, above them, with how old is
// what still stands there.
import { notifyManager, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useCallback, useSyncExternalStore } from 'react';
import { AwayIsSaid, isUnreachable } from '../../asking.tsx';
import { Button } from '../../parts/controls.tsx';
import { Instant } from '../../parts/figures.tsx';
import { Note } from '../../parts/states.tsx';

/** The hub answers. */
const isHere = -1;
/** It does not, and nothing was shown before. */
const isBlank = 0;

/** `parts` begin the keys of what the page asks. */
export function Together({ parts, children }: { readonly parts: readonly unknown[]; readonly children: ReactNode }) {
  const queries = useQueryClient();
  const cache = queries.getQueryCache();
  const subscribe = useCallback((changed: () => void) => cache.subscribe(notifyManager.batchCalls(changed)), [cache]);
  const asked = () => cache.findAll({ type: 'active', predicate: ({ queryKey }) => parts.includes(queryKey[1]) });
  const shownMs = useSyncExternalStore(subscribe, () => {
    const states = asked().map(({ state }) => state);
    if (!states.some(({ error }) => error !== null && isUnreachable(error))) return isHere;
    const told = states.flatMap(({ data, dataUpdatedAt }) => (data === undefined ? [] : [dataUpdatedAt]));
    return told.length === 0 ? isBlank : Math.min(...told);
  });
  const retry = () => {
    for (const { queryKey } of asked()) void queries.refetchQueries({ queryKey });
  };
  return (
    <AwayIsSaid value={true}>
      {shownMs !== isHere && (
        <Note tone="bad">
          <div className="stack-close" role="alert">
            <h2>Tieout cannot be reached</h2>
            <p>
              Your systems go on working and nothing is lost.{' '}
              {shownMs === isBlank ? (
                'What stands where is not known until it answers.'
              ) : (
                <>
                  What stands below is as it was at <Instant atMs={shownMs} />.
                </>
              )}
            </p>
            <p>
              This page tries again by itself. If that takes longer than a few minutes, tell whoever runs Tieout for
              you.
            </p>
            <div>
              <Button onPress={retry}>Try again</Button>
            </div>
          </div>
        </Note>
      )}
      {children}
    </AwayIsSaid>
  );
}
