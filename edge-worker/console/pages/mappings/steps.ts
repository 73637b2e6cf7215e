// The steps of a draft as calls of the API. Each names the revision that was read, where what it says counts.
import { useChange } from '../../asking.tsx';
import type { Full } from './sides.ts';

export type StepName = 'submit' | 'approve' | 'return' | 'drop';

export interface Taken {
  readonly name: StepName;
  /** The note or the reason. */
  readonly said: string;
}

export function useStep({ id: draft, revision }: Full) {
  return useChange(
    ({ api, installation }, { name, said }: Taken) => {
      const params = { path: { installation, draft } };
      switch (name) {
        case 'submit':
          return api.POST('/installations/{installation}/mapping-drafts/{draft}/submit', {
            params,
            body: { revision, note: said },
          });
        case 'approve':
          return api.POST('/installations/{installation}/mapping-drafts/{draft}/approve', {
            params,
            body: { revision },
          });
        case 'return':
          return api.POST('/installations/{installation}/mapping-drafts/{draft}/return', {
            params,
            body: { reason: said },
          });
        case 'drop':
          return api.POST('/installations/{installation}/mapping-drafts/{draft}/drop', { params, body: {} });
      }
    },
    ['mappings'],
  );
}
