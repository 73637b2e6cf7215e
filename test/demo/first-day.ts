// The first day: what exists is read, matched by exact keys and accepted, kind by kind; each flow opens at the
// cut-over.
import type { Installation } from '../support/operator.ts';
import type { System } from './month.ts';

/** In the order in which one refers to another: what is accepted first is known to what comes after it. */
const rounds: readonly (readonly (readonly [kind: string, systems: readonly System[]])[])[] = [
  [
    ['customer', ['crm', 'psa', 'erp']],
    ['resource', ['psa', 'erp']],
  ],
  [['deal', ['crm']]],
  [
    ['project', ['psa', 'erp']],
    ['contract', ['crm', 'psa', 'erp']],
  ],
  [
    ['change-order', ['crm']],
    ['time', ['psa', 'erp']],
    ['expense', ['psa', 'erp']],
    ['milestone', ['psa', 'erp']],
    ['invoice', ['crm', 'psa', 'erp']],
  ],
  [['payment', ['psa', 'erp']]],
];

export interface FirstDay {
  readonly matched: Readonly<Record<string, number>>;
}

export async function playFirstDay(
  installation: Installation,
  cutoverOn: string,
  tell: (line: string) => void,
): Promise<FirstDay> {
  const matched: Record<string, number> = {};
  for (const round of rounds) {
    const places = round.flatMap(([kind, systems]) => systems.map((system) => [kind, system] as const));
    await Promise.all(places.map(([kind, system]) => installation.load(system, [kind])));
    await installation.settled();
    const accepted = await Promise.all(places.map(([kind, system]) => installation.accept(system, kind, cutoverOn)));
    for (const [kind, systems] of round) {
      const linked = places.reduce((sum, [of], index) => sum + (of === kind ? (accepted[index]?.linked ?? 0) : 0), 0);
      matched[kind] = linked;
      const found = linked > 0 ? `${linked} are the same in two systems or more and are matched` : 'nothing to match';
      tell(`${`${kind}:`.padEnd(14)} read in ${systems.map((system) => system.toUpperCase()).join(', ')}; ${found}`);
    }
    await installation.settled();
  }
  return { matched };
}
