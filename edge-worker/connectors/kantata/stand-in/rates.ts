// Rate cards: a set, its dated versions, a card per currency, and the hourly rate of each role.
import { Refusal } from './answers.ts';
import type { Actor, Books } from './books.ts';
import { type Fields, type Input, numeric, type Row, text } from './rows.ts';

function versionsFor(books: Books, setVersion: Row, cards: readonly Row[], actor: Actor): void {
  const earlier = books
    .table('rate_card_set_versions')
    .by('rate_card_set_id', text(setVersion, 'rate_card_set_id'))
    .filter((row) => row.id !== setVersion.id);
  for (const card of cards) {
    const model = earlier.flatMap((row) => versionOf(books, card.id, row.id)).at(-1);
    const version = books.insert(
      'rate_card_versions',
      {
        default_rate: model ? numeric(model, 'default_rate') : 0,
        rate_card_id: card.id,
        rate_card_set_version_id: setVersion.id,
      },
      actor,
    );
    for (const role of model ? books.table('rate_card_roles').by('rate_card_version_id', model.id) : [])
      books.insert(
        'rate_card_roles',
        { rate: numeric(role, 'rate'), role_id: text(role, 'role_id'), rate_card_version_id: version.id },
        actor,
      );
  }
}

const versionOf = (books: Books, cardId: string, setVersionId: string): Row[] =>
  books
    .table('rate_card_versions')
    .by('rate_card_id', cardId)
    .filter((row) => row['rate_card_set_version_id'] === setVersionId);

/** A new version of the set takes over every card and its rates from the version before. */
export function createSetVersion(books: Books, fields: Fields, _input: Input, actor: Actor): Row {
  const setId = text(fields, 'rate_card_set_id');
  if (!books.table('rate_card_sets').get(setId)) throw Refusal.of('rate_card_set_id', 'is invalid');
  const row = books.insert(
    'rate_card_set_versions',
    {
      active: true,
      used_currencies: [],
      ...fields,
      effective_date: text(fields, 'effective_date') || books.today(),
    },
    actor,
  );
  const cards = books.table('rate_cards').by('rate_card_set_id', setId);
  versionsFor(books, row, cards, actor);
  return books.change(
    'rate_card_set_versions',
    row.id,
    { used_currencies: cards.map((card) => text(card, 'currency')) },
    actor,
  );
}

/** A new card gets a version in every version its set has; a set without one gets its first. */
export function createRateCard(books: Books, fields: Fields, _input: Input, actor: Actor): Row {
  const setId = text(fields, 'rate_card_set_id');
  if (!books.table('rate_card_sets').get(setId)) throw Refusal.of('rate_card_set_id', 'is invalid');
  const known = books.table('rate_cards').by('rate_card_set_id', setId);
  if (known.some((card) => card['currency'] === fields['currency']))
    throw Refusal.of('currency', 'has already been taken');
  const row = books.insert('rate_cards', { currency: 'USD', rate_card_set_id: setId, ...fields }, actor);
  const versions = books.table('rate_card_set_versions').by('rate_card_set_id', setId);
  if (versions.length === 0) createSetVersion(books, { rate_card_set_id: setId }, {}, actor);
  for (const version of versions) versionsFor(books, version, [row], actor);
  return row;
}

export function createRateCardRole(books: Books, fields: Fields, _input: Input, actor: Actor): Row {
  const versionId = text(fields, 'rate_card_version_id');
  if (!books.table('rate_card_versions').get(versionId)) throw Refusal.of('rate_card_version_id', 'is invalid');
  if (!books.table('roles').get(text(fields, 'role_id'))) throw Refusal.of('role_id', 'is invalid');
  const known = books.table('rate_card_roles').by('rate_card_version_id', versionId);
  if (known.some((role) => role['role_id'] === fields['role_id']))
    throw Refusal.of('role_id', 'has already been taken');
  return books.insert('rate_card_roles', fields, actor);
}

/** What an hour costs: the participant's own rate, else the card's rate for the role, else the project's default. */
export function rateInCents(books: Books, workspace: Row, userId: string, roleId: string | null, day: string): number {
  const participation = books
    .table('participations')
    .by('workspace_id', workspace.id)
    .find((row) => row['user_id'] === userId);
  if (participation && numeric(participation, 'rate_in_cents') > 0) return numeric(participation, 'rate_in_cents');
  const cardId = workspace['rate_card_id'];
  const version = typeof cardId === 'number' ? books.effectiveCardVersion(String(cardId), day) : null;
  if (!version) return Math.round(Number(workspace['default_rate'] ?? 0) * numeric(workspace, 'currency_base_unit'));
  const role = books
    .table('rate_card_roles')
    .by('rate_card_version_id', version.id)
    .find((row) => row['role_id'] === roleId);
  return role ? numeric(role, 'rate') : numeric(version, 'default_rate');
}

/** A whole card in one go, as an administrator sets it up. */
export function makeRateCard(books: Books, input: Input, actor: Actor): Row {
  const set = books.insert(
    'rate_card_sets',
    {
      title: String(input['title'] ?? 'Rate card'),
      workspace_group_ids: [],
      account_default: false,
      destroyable: true,
    },
    actor,
  );
  const effective = typeof input['effective_date'] === 'string' ? input['effective_date'] : '2000-01-01';
  createSetVersion(books, { rate_card_set_id: set.id, effective_date: effective }, {}, actor);
  const currency = typeof input['currency'] === 'string' ? input['currency'] : 'USD';
  const card = createRateCard(books, { rate_card_set_id: set.id, currency }, {}, actor);
  const [version] = books.table('rate_card_versions').by('rate_card_id', card.id);
  if (!version) throw new Error('A new rate card has a version');
  if (typeof input['default_rate'] === 'number')
    books.change('rate_card_versions', version.id, { default_rate: input['default_rate'] }, actor);
  for (const [role, rate] of Object.entries(input['rates'] ?? {}))
    books.insert('rate_card_roles', { rate_card_version_id: version.id, role_id: role, rate: Number(rate) }, actor);
  return card;
}
