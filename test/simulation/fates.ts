// What becomes of a deal and its hours after all was approved: something is taken back, given again, deleted or cut.
// Drawn with the firm; how it comes to pass is in reversals.ts.
import type { Dice } from './world.ts';

/** Of one approved entry, before it is billed. */
const beforeBilling = ['revoked', 'renewed'] as const;
/** Of one billed entry whose approval is taken back: what finance then says. */
const afterBilling = ['kept', 'credited', 'asked'] as const;
/** Of the deal itself, after its project was provisioned: what delivery then say. */
const ofTheDeal = ['stopped', 'upheld', 'cut', 'cut-refused'] as const;

export type Fate =
  | 'none'
  | 'voided'
  | (typeof beforeBilling)[number]
  | (typeof afterBilling)[number]
  | (typeof ofTheDeal)[number];

const fates: readonly Fate[] = [...beforeBilling, ...afterBilling, ...ofTheDeal, 'voided'];

export function drawFate(dice: Dice): Fate {
  return dice.hits(0.7) ? dice.pick(fates) : 'none';
}

export const isLost = (fate: Fate) => fate === 'stopped' || fate === 'upheld';
export const isCut = (fate: Fate) => fate === 'cut' || fate === 'cut-refused';
export const isBilledFirst = (fate: Fate) => afterBilling.some((one) => one === fate);
export const isOfAnEntry = (fate: Fate) => isBilledFirst(fate) || beforeBilling.some((one) => one === fate);
/** Whether its first bill is voided, and what is left of it billed anew. */
export const isRebilled = (fate: Fate) => fate === 'voided' || fate === 'credited';
