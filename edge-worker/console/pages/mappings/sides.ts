// What the rows of a mapping rest on: our fields, theirs, the rows as shipped, and the draft's own over them.
import { useAnswer } from '../../asking.tsx';
import type { Shape } from '../../client.ts';

type Given = Shape<'DraftInFull'>;
type GivenOverlay = NonNullable<Given['content']['maps']>[string][string];
export type Overlay = Required<GivenOverlay>;
export type Row = NonNullable<Overlay['fields'][string]>;
export type Extra = Overlay['extra'][number];
export interface Content {
  readonly maps: Readonly<Record<string, Readonly<Record<string, Overlay>>>>;
  readonly lookups: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly ownership: Readonly<Record<string, Role>>;
  /** Not edited here, and not lost by it. */
  readonly targets?: NonNullable<Given['content']['targets']>;
}
export type Full = Omit<Given, 'content'> & { readonly content: Content };
export type Role = OurField['owner'];

/** With every part that may be left out. */
export function wholeContent({ maps = {}, lookups = {}, ownership = {}, targets }: Given['content']): Content {
  const overlay = ({ fields = {}, extra = [] }: GivenOverlay): Overlay => ({ fields, extra });
  const whole = Object.entries(maps).map(([connection, kinds]) => {
    const overlays = Object.entries(kinds).map(([kind, one]) => [kind, overlay(one)] as const);
    return [connection, Object.fromEntries(overlays)] as const;
  });
  return { maps: Object.fromEntries(whole), lookups, ownership, ...(targets && { targets }) };
}

export const wholeOf = ({ content, ...draft }: Given): Full => ({ ...draft, content: wholeContent(content) });
export type Ground = Shape<'MappingGround'>;
export type Sides = Shape<'MappingSides'>;
export type OurField = Ground['kinds'][number]['fields'][number];
export type TheirField = Sides['theirs'][number];
export type ShippedMap = Ground['connections'][number]['maps'][number];
export type Kind = ShippedMap['kind'];

/** Addresses are whole: within a page of parts a relative one goes on from the part. */
export const placeOf = ({ id }: Pick<Full, 'id'>) => `/mappings/draft/${encodeURIComponent(id)}`;

export const rowPlaceOf = (draft: Pick<Full, 'id'>, connection: string, kind: string, row: string) =>
  `${placeOf(draft)}/row/${encodeURIComponent(connection)}/${kind}/${encodeURIComponent(row)}`;

export const tablePlaceOf = (draft: Pick<Full, 'id'>, table: string) =>
  `${placeOf(draft)}/tables?${new URLSearchParams({ table })}`;

export function useGround() {
  return useAnswer(['mapping-ground'], ({ api, installation }) =>
    api.GET('/installations/{installation}/mapping-ground', { params: { path: { installation } } }),
  );
}

export function useSides(connection: string, kind: Kind) {
  return useAnswer(['mapping-ground', connection, kind], ({ api, installation }) =>
    api.GET('/installations/{installation}/mapping-ground/{connection}/{kind}', {
      params: { path: { installation, connection, kind } },
    }),
  );
}

/** How a field is carried: as the connector has it, as the draft has it, or not at all. */
export type Mode = 'shipped' | 'own' | 'off' | 'none';

export interface Standing {
  readonly ours: OurField;
  readonly mode: Mode;
  /** Null where the field is not carried. */
  readonly row: Row | null;
}

export function standingOf(content: Content, connection: string, map: ShippedMap, ours: OurField): Standing {
  const own = content.maps[connection]?.[map.kind]?.fields[ours.field];
  const shipped = map.fields[ours.field];
  if (own) return { ours, mode: 'own', row: own };
  if (own === null) return { ours, mode: 'off', row: null };
  return { ours, mode: shipped ? 'shipped' : 'none', row: shipped ?? null };
}

export const ownerIn = (content: Content, kind: string, { field, owner }: OurField) =>
  content.ownership[`${kind}.${field}`] ?? owner;

export const extrasOf = (content: Content, connection: string, kind: string): readonly Extra[] =>
  content.maps[connection]?.[kind]?.extra ?? [];

function withOverlay(
  content: Content,
  connection: string,
  kind: string,
  change: (overlay: Overlay) => Overlay,
): Content {
  const kinds = content.maps[connection] ?? {};
  const changed = change(kinds[kind] ?? { fields: {}, extra: [] });
  return { ...content, maps: { ...content.maps, [connection]: { ...kinds, [kind]: changed } } };
}

/** `undefined` leaves the row as it is shipped, null switches it off. */
export function withRow(
  content: Content,
  [connection, kind, field]: readonly [connection: string, kind: string, field: string],
  row: Row | null | undefined,
): Content {
  return withOverlay(content, connection, kind, (overlay) => {
    const { [field]: _before, ...others } = overlay.fields;
    return { ...overlay, fields: row === undefined ? others : { ...others, [field]: row } };
  });
}

/** `at` is the place in the list; at its end the row is added. Null removes it. */
export function withExtra(
  content: Content,
  [connection, kind, at]: readonly [connection: string, kind: string, at: number],
  row: Extra | null,
): Content {
  return withOverlay(content, connection, kind, (overlay) => {
    const [before, after] = [overlay.extra.slice(0, at), overlay.extra.slice(at + 1)];
    return { ...overlay, extra: row === null ? [...before, ...after] : [...before, row, ...after] };
  });
}

export function withOwner(
  content: Content,
  kind: string,
  { field, owner }: OurField,
  role: OurField['owner'],
): Content {
  const { [`${kind}.${field}`]: _before, ...others } = content.ownership;
  return { ...content, ownership: role === owner ? others : { ...others, [`${kind}.${field}`]: role } };
}

export const directions = {
  both: 'Read and written',
  in: 'Only read',
  out: 'Only written',
} as const;

export const roleTitles = { crm: 'CRM', psa: 'PSA', erp: 'ERP', billing: 'Billing' } as const;

/** A value of a record of theirs, in a line. */
export function briefly(value: unknown): string {
  if (value === null || value === undefined || value === '') return '—';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
