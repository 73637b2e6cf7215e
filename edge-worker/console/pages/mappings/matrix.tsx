// The fields of a record against the systems that carry them, and who owns each.
import { Choice } from '../../parts/controls.tsx';
import { Badge } from '../../parts/states.tsx';
import { type Content, directions, type Ground, ownerIn, type Role, roleTitles, standingOf } from './sides.ts';
import '../../parts/stacked.css';

type Kind = Ground['kinds'][number];
const roles = ['crm', 'psa', 'erp', 'billing'] as const;

interface MatrixProps {
  readonly content: Content;
  readonly ground: Ground;
  readonly kind: Kind;
  /** Null where ownership is only looked at. */
  readonly onMove: ((field: Kind['fields'][number], role: Role) => void) | null;
}

export function Matrix({ content, ground, kind, onMove }: MatrixProps) {
  const carrying = ground.connections.filter(({ maps }) => maps.some((map) => map.kind === kind.kind));
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard
    <section className="mappings-matrix stacked" aria-label="Fields and systems" tabIndex={0}>
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
            <Line key={field.field} {...{ content, kind, field, carrying, onMove }} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

interface LineProps extends Pick<MatrixProps, 'content' | 'kind' | 'onMove'> {
  readonly field: Kind['fields'][number];
  readonly carrying: Ground['connections'];
}

function Line({ content, kind, field, carrying, onMove }: LineProps) {
  const owner = ownerIn(content, kind.kind, field);
  return (
    <tr>
      <th scope="row">{field.title}</th>
      <td data-title="Owned by">
        {onMove === null ? (
          roleTitles[owner]
        ) : (
          <Choice
            label={`Owner of ${field.title}`}
            isLabelHidden
            options={roles.map((id) => ({ id, label: roleTitles[id] }))}
            chosen={owner}
            onChoose={(role) => onMove(field, role)}
          />
        )}{' '}
        {owner !== field.owner && <Badge tone="notice">was {roleTitles[field.owner]}</Badge>}
      </td>
      {carrying.map(({ connection, title, maps, roles: seats }) => {
        const map = maps.find((one) => one.kind === kind.kind);
        const row = map ? standingOf(content, connection, map, field).row : null;
        return (
          <td key={connection} data-title={`${title} (${connection})`}>
            {row ? directions[row.direction] : '—'} {seats.includes(owner) && <Badge tone="good">Owner</Badge>}
          </td>
        );
      })}
    </tr>
  );
}

/** Of which record the fields are shown. */
export function KindChoice({ ground, chosen, onChoose }: KindChoiceProps) {
  return (
    <Choice
      label="Record"
      options={ground.kinds.map((one) => ({ id: one.kind, label: one.title }))}
      chosen={chosen}
      onChoose={onChoose}
    />
  );
}

interface KindChoiceProps {
  readonly ground: Ground;
  readonly chosen: Kind['kind'];
  readonly onChoose: (kind: Kind['kind']) => void;
}
