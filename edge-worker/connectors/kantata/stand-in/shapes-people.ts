// The collections that say by whom: people, their part in projects, their roles.
import type { Books } from './books.ts';
import { type Row, text } from './rows.ts';
import {
  among,
  byName,
  byText,
  containing,
  customValues,
  one,
  onlyWhen,
  participationsIn,
  readFlag,
  references,
  type Shape,
  shape,
} from './shape.ts';

/** Without `on_my_account` only people who take part in some project are listed. */
const takesPart = (row: Row, books: Books) => books.table('participations').by('user_id', row.id).length > 0;

const users = shape('users', 'user', 2_544, {
  subject: 'User',
  event: { name: 'user', subject: 'User', hasDeleted: true },
  kinds: {
    full_name: 'text',
    email_address: 'text',
    headline: 'text',
    photo_path: 'text',
    disabled: 'flag',
    role_id: 'id',
    manager_id: 'id',
  },
  updatable: ['full_name', 'email_address', 'headline'],
  verbs: ['show', 'update'],
  associations: {
    account_membership: one('account_membership_id', 'account_memberships'),
    custom_field_values: customValues('User'),
    external_references: references('User'),
    manager: one('manager_id', 'users'),
    role: one('role_id', 'roles'),
  },
  concealed: ['created_at', 'updated_at'],
  orders: { alphabetical: byName('full_name') },
  defaultOrder: 'alphabetical:asc',
  filters: {
    on_my_account: (value, books) => (value === 'true' ? null : (row) => takesPart(row, books)),
    show_disabled: (value) => (value === 'true' ? null : (row) => row['disabled'] !== true),
    by_email_address: among('email_address'),
    by_email_addresses: among('email_address'),
    by_full_name: containing('full_name'),
    search: containing('full_name'),
    account_role_ids: among('role_id'),
    with_users: among('id'),
    participant_in: (value, books) => {
      const present = new Set(participationsIn(value, books).map((participation) => text(participation, 'user_id')));
      return (row) => present.has(row.id);
    },
  },
  defaults: { on_my_account: 'false', show_disabled: 'false' },
  showDefaults: ['show_disabled'],
});

const participations = shape('participations', 'participation', 920_001, {
  subject: 'Participation',
  event: { name: 'participation', subject: 'Participation', hasDeleted: true },
  kinds: {
    workspace_id: 'id',
    user_id: 'id',
    role: 'text',
    active_role: 'text',
    access_level: 'text',
    team_lead: 'flag',
    rate_in_cents: 'integer',
    cost_in_cents: 'integer',
    workspace_role_id: 'id',
    primary_role_id: 'id',
  },
  required: ['workspace_id', 'user_id', 'role'],
  bulkMax: 100,
  associations: {
    external_references: references('Participation'),
    primary_role: one('primary_role_id', 'roles'),
    user: one('user_id', 'users'),
    workspace: one('workspace_id', 'workspaces'),
    workspace_role: one('workspace_role_id', 'roles'),
  },
  optional: ['access_level'],
  concealed: ['created_at', 'updated_at'],
  orders: { updated_at: byText('updated_at') },
  defaultOrder: 'updated_at:desc',
  filters: {
    by_user: among('user_id'),
    mavens_only: onlyWhen((row) => row['role'] === 'maven'),
  },
  finders: { workspace_id: (value, books) => participationsIn(value, books) },
  requiredQuery: ['workspace_id'],
});

export const peopleShapes: readonly Shape[] = [
  users,
  participations,
  shape('account_memberships', 'account_membership', 710_001, {
    event: { name: 'account_membership', subject: 'AccountMembership', hasDeleted: true },
    kinds: {
      bill_rate_in_cents: 'integer',
      cost_rate_in_cents: 'integer',
      default_role_id: 'id',
      permission: 'text',
      is_backup_approver: 'flag',
    },
    verbs: ['show', 'update'],
    associations: { user: one('user_id', 'users'), default_role: one('default_role_id', 'roles') },
  }),
  shape('roles', 'role', 41_001, {
    subject: 'Role',
    event: { name: 'role', subject: 'Role', hasDeleted: true },
    kinds: { name: 'text' },
    required: ['name'],
    associations: { external_references: references('Role') },
    orders: { alphabetical: byName('name') },
    defaultOrder: 'alphabetical:asc',
    filters: {
      only_active: (value) => (readFlag(value) === false ? null : (row) => text(row, 'deleted_at') === ''),
      matching: containing('name'),
      for_workspace: (value, books) => {
        const held = new Set(participationsIn(value, books).map((row) => text(row, 'workspace_role_id')));
        return (row) => held.has(row.id);
      },
    },
    defaults: { only_active: 'true' },
    showDefaults: ['only_active'],
  }),
];
