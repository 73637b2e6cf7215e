// Who changed the alerts, when and what, the newest first; and putting them back to what they were.
import { Answer, useChange, useMe, usePages } from '../../asking.tsx';
import type { Shape } from '../../client.ts';
import { Button } from '../../parts/controls.tsx';
import { Instant } from '../../parts/figures.tsx';
import { nameOf, ownerTitle } from '../../parts/people.ts';
import { Empty } from '../../parts/states.tsx';
import { Step } from '../../parts/step.tsx';
import { quietText } from './quiet.tsx';

type Version = Shape<'AlertVersion'>;
type Setting = Version['destinations'][number];

const pageMax = 10;

export function History({ everyMs }: { readonly everyMs: number }) {
  const found = usePages(
    ['alerts', 'versions'],
    ({ api, installation }, after) =>
      api.GET('/installations/{installation}/alerts/versions', {
        params: { path: { installation }, query: { limit: pageMax, ...(after !== null && { after }) } },
      }),
    { everyMs },
  );
  return (
    <section className="stack-close" aria-label="What was changed">
      <h2>What was changed, the newest first</h2>
      <Answer what="what was changed" answer={found.answer}>
        {() => (
          <>
            <Versions rows={found.rows} isAll={!found.answer.hasNextPage} />
            {found.answer.hasNextPage && (
              <div>
                <Button isPending={found.answer.isFetching} onPress={found.more}>
                  Show earlier ones
                </Button>
              </div>
            )}
          </>
        )}
      </Answer>
    </section>
  );
}

interface VersionsProps {
  readonly rows: readonly Version[];
  readonly isAll: boolean;
}

function Versions({ rows, isAll }: VersionsProps) {
  const { operations } = useMe();
  if (rows.length === 0)
    return <Empty title="Nothing was changed yet">What somebody sets here is kept with their name.</Empty>;
  return (
    <ul className="alerts-changes">
      {rows.map((row, index) => {
        const before = rows[index + 1];
        return (
          <li key={row.version} className="row-apart">
            <span>
              {nameOf(row.changedBy)}, <Instant atMs={Date.parse(row.changedAt)} />:{' '}
              {before || isAll ? differences(row, before) : 'what it was before stands with the earlier ones'}.
            </span>
            {index > 0 && operations.includes('restoreAlertVersion') && <PutBack row={row} />}
          </li>
        );
      })}
    </ul>
  );
}

function PutBack({ row: { version, changedAt } }: { readonly row: Version }) {
  const putBack = useChange(
    ({ api, installation }, _: null) =>
      api.POST('/installations/{installation}/alerts/versions/{version}/restore', {
        params: { path: { installation, version } },
      }),
    ['alerts'],
  );
  return (
    <Step
      title="Put back"
      look="danger"
      text={
        <>
          Who is told of what, and when not, is again as it was after this change,{' '}
          <Instant atMs={Date.parse(changedAt)} />. Addresses stay what they are now, because no earlier one is kept;
          who was added since is turned off, and who was removed has to be added anew.
        </>
      }
      isPending={putBack.isPending}
      trouble={putBack.error}
      onStep={(_, close) => putBack.mutate(null, { onSuccess: close })}
    />
  );
}

/** What a version has otherwise than the one before it. */
function differences(now: Version, before: Version | undefined): string {
  const earlier = new Map(before?.destinations.map((one) => [one.destination, one]));
  const there = new Set(now.destinations.map(({ destination }) => destination));
  const found = [
    ...now.destinations.flatMap((one) => changesOf(one, earlier.get(one.destination))),
    ...[...earlier.values()].filter(({ destination }) => !there.has(destination)).map(({ name }) => `${name} removed`),
    ...(JSON.stringify(now.quiet) === JSON.stringify(before?.quiet ?? null) ? [] : [quietChange(now.quiet)]),
  ];
  return found.length === 0 ? 'nothing that is shown here' : found.join('; ');
}

const quietChange = (quiet: Version['quiet']) =>
  quiet === null ? 'no quiet hours any more' : `quiet hours ${quietText(quiet)}`;

function changesOf(now: Setting, before: Setting | undefined): string[] {
  if (!before) return [`${now.name} added, ${hears(now)}`];
  return [
    ...(now.name === before.name ? [] : [`${before.name} is called ${now.name}`]),
    ...(now.place === before.place ? [] : [`${now.name} is told at ${now.place}`]),
    ...(hears(now) === hears(before) ? [] : [`${now.name}: ${hears(now)}`]),
    ...(now.isOn === before.isOn ? [] : [`${now.name} turned ${now.isOn ? 'on' : 'off'}`]),
  ];
}

function hears({ owners, least }: Setting): string {
  const whose = owners.length === 0 ? 'everybody' : owners.map(ownerTitle).join(', ');
  return `alerts of ${whose}${least === 'critical' ? ', critical ones only' : ''}`;
}
