// What a rehearsal found: which fields of which system would change, how often, and by how much money, each openable.
import { troubleOf, useChange, useMe } from '../../asking.tsx';
import type { Shape } from '../../client.ts';
import { Button } from '../../parts/controls.tsx';
import { Instant } from '../../parts/figures.tsx';
import { wordsFrom } from '../../parts/people.ts';
import { Note, TroubleNote } from '../../parts/states.tsx';
import { Differences } from './differences.tsx';
import type { Full } from './sides.ts';

type Rehearsal = NonNullable<Shape<'Rehearsal'>>;

export function Rehearsed({ draft }: { readonly draft: Full }) {
  const { operations } = useMe();
  const rehearse = useChange(
    ({ api, installation }, revision: number) =>
      api.POST('/installations/{installation}/mapping-drafts/{draft}/rehearse', {
        params: { path: { installation, draft: draft.id } },
        body: { revision },
      }),
    ['mappings'],
  );
  const isOpen = draft.state === 'draft' || draft.state === 'submitted';
  return (
    <section className="stack-close" aria-label="Rehearsal">
      <h2>Rehearsal</h2>
      {draft.rehearsal === null ? (
        <p className="quiet">It has not been rehearsed as it is now. It can be submitted once it has been.</p>
      ) : (
        <Found rehearsal={draft.rehearsal} />
      )}
      {rehearse.error && <TroubleNote trouble={troubleOf(rehearse.error)} />}
      {isOpen && operations.includes('rehearseDraft') && (
        <div className="row">
          <Button isDisabled={rehearse.isPending} onPress={() => rehearse.mutate(draft.revision)}>
            {rehearse.isPending ? 'Reading the records …' : 'Rehearse over the last 31 days'}
          </Button>
          <span className="quiet">The systems are only read.</span>
        </div>
      )}
    </section>
  );
}

function Found({ rehearsal: { atMs, records, changed, groups, problems } }: { readonly rehearsal: Rehearsal }) {
  const isHarmless = groups.length === 0 && problems.length === 0;
  // What looked at nothing has shown nothing.
  const harmless = records === 0 ? 'notice' : 'good';
  return (
    <div className="stack-close">
      <Note tone={isHarmless ? harmless : 'warning'}>
        <p role="status">
          {records.toLocaleString()} records looked at, {changed.toLocaleString()} of them would change.{' '}
          <Instant atMs={atMs} />
        </p>
      </Note>
      {problems.map(({ connection, kind, code, count }) => (
        <Note key={`${connection} ${kind} ${code}`} tone="bad">
          {connection}: {count.toLocaleString()} of {wordsFrom(kind).toLowerCase()} could not be carried any more (
          {wordsFrom(code).toLowerCase()}).
        </Note>
      ))}
      {groups.map(({ connection, kind, field, at, ...group }) => (
        <Differences
          key={`${connection} ${kind} ${at}`}
          title={`${connection}, ${wordsFrom(kind)}: ${field.startsWith('=') ? at : wordsFrom(field)}`}
          {...group}
        />
      ))}
    </div>
  );
}
