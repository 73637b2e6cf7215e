// Whether whoever wrote or submitted a change of the mappings may approve it too: refused unless an approver allows it.
import { tellAudit } from './audit.ts';
import type { LaneCore } from './core.ts';

export interface SelfApproval {
  readonly isAllowed: boolean;
  /** Null where nobody has set it yet. */
  readonly set: { readonly by: string; readonly atMs: number } | null;
}

const [answer, setting] = ['self approval', 'self approval set'] as const;

export function selfApprovalOf({ store }: LaneCore): SelfApproval {
  const set = store.value(setting);
  return { isAllowed: store.value(answer) === 'allowed', set: set === null ? null : JSON.parse(set) };
}

export function allowSelfApproval(core: LaneCore, isAllowed: boolean, by: string): void {
  core.store.transaction((tx) => {
    core.store.setValue(answer, isAllowed ? 'allowed' : 'refused');
    core.store.setValue(setting, JSON.stringify({ by, atMs: tx.atMs }));
    tellAudit(core, tx, by, 'self-approval-set', core.store.installation, { isAllowed: String(isAllowed) });
  });
}
