// Who owns what: the fields of a record against the systems that carry them. Moving a field is part of the draft.
import { useSearchParams } from 'react-router';
import { Answer, useMe } from '../../asking.tsx';
import { Choice } from '../../parts/controls.tsx';
import { Badge } from '../../parts/states.tsx';
import { SaveTrouble, useSaving } from './saving.tsx';
import { directions, type Full, type Ground, ownerIn, roleTitles, standingOf, useGround, withOwner } from './sides.ts';

export default function Owners({ draft }: { readonly draft: Full }) {
  const ground = useGround();
  return (
    <Answer what="our fields" answer={ground}>
      {(found) => <Matrix draft={draft} ground={found} />}
    </Answer>
  );
}

type Kind = Ground['kinds'][number];
const roles = ['crm', 'psa', 'erp', 'billing'] as const;

function Matrix({ draft, ground }: { readonly draft: Full; readonly ground: Ground }) {
  const [asked, ask] = useSearchParams();
  const saving = useSaving(draft);
  const kind = ground.kinds.find((one) => one.kind === asked.get('kind')) ?? ground.kinds[0];
  if (!kind) return null;
  const carrying = ground.connections.filter(({ maps }) => maps.some((map) => map.kind === kind.kind));
  return (
    <section className="stack-close" aria-label="Owners">
      <Choice
        label="Record"
        options={ground.kinds.map((one) => ({ id: one.kind, label: one.title }))}
        chosen={kind.kind}
        onChoose={(id) => ask({ kind: id }, { replace: true })}
      />
      <p className="quiet">What its owner says goes; what another system has otherwise is put right there.</p>
      <SaveTrouble saving={saving} draft={draft} />
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard */}
      <section className="mappings-matrix" aria-label="Fields and systems" tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">Field</th>
              <th scope="col">Owned by</th>
              {carrying.map(({ connection, title }) => (
                <th scope="col" key={connection}>
                  {title} ({connection})
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {kind.fields.map((field) => (
              <Line key={field.field} {...{ draft, saving, kind, field, carrying }} />
            ))}
          </tbody>
        </table>
      </section>
    </section>
  );
}

interface LineProps {
  readonly draft: Full;
  readonly saving: ReturnType<typeof useSaving>;
  readonly kind: Kind;
  readonly field: Kind['fields'][number];
  readonly carrying: Ground['connections'];
}

function Line({ draft, saving, kind, field, carrying }: LineProps) {
  const { operations } = useMe();
  const { content } = saving.opened;
  const owner = ownerIn(content, kind.kind, field);
  const isOpen = draft.state === 'draft' && operations.includes('editDraft');
  return (
    <tr>
      <th scope="row">{field.title}</th>
      <td>
        <Choice
          label={`Owner of ${field.title}`}
          isLabelHidden
          options={roles.map((id) => ({ id, label: roleTitles[id] }))}
          chosen={owner}
          onChoose={(role) => saving.save(withOwner(content, kind.kind, field, role))}
          isDisabled={!isOpen || saving.isPending}
        />
        {owner !== field.owner && <Badge tone="notice">was {roleTitles[field.owner]}</Badge>}
      </td>
      {carrying.map(({ connection, maps, roles: seats }) => {
        const map = maps.find((one) => one.kind === kind.kind);
        const row = map ? standingOf(content, connection, map, field).row : null;
        const isOwner = seats.includes(owner);
        return (
          <td key={connection}>
            {row ? directions[row.direction] : '—'} {isOwner && <Badge tone="good">Owner</Badge>}
          </td>
        );
      })}
    </tr>
  );
}
