// People of the account, their part in projects, and the tasks they do.
import { Refusal } from './answers.ts';
import type { Actor, Books } from './books.ts';
import { need } from './lines.ts';
import { type Fields, type Input, numeric, type Row, text } from './rows.ts';

/** The two teams of a project, under the names the API takes for them. */
export const teams: Readonly<Record<string, string>> = {
  maven: 'maven',
  consultant: 'maven',
  buyer: 'buyer',
  client: 'buyer',
};

export function createParticipation(books: Books, fields: Fields, _input: Input, actor: Actor): Row {
  const workspace = need(books, 'workspaces', fields, 'workspace_id');
  const user = need(books, 'users', fields, 'user_id');
  const role = teams[text(fields, 'role')];
  if (!role) throw Refusal.of('role', 'is not included in the list');
  const known = books.table('participations').by('workspace_id', workspace.id);
  if (known.some((row) => row['user_id'] === user.id)) throw Refusal.of('user_id', 'has already been taken');
  const { team_lead: isLead, ...sent } = fields;
  return books.insert(
    'participations',
    {
      is_team_lead: isLead === true,
      active_role: null,
      rate_in_cents: 0,
      default_rate_in_cents: 0,
      cost_in_cents: 0,
      can_invite: true,
      can_edit: true,
      can_post: true,
      show_as_read_only: false,
      access_level: 'edit',
      primary_role_id: text(user, 'role_id') || null,
      workspace_role_id: text(user, 'role_id') || null,
      ...sent,
      role,
    },
    actor,
  );
}

/** A person joins the account: the API has no create for users, an administrator invites them. */
export function createUser(books: Books, fields: Fields, _input: Input, actor: Actor): Row {
  const user = books.insert(
    'users',
    {
      full_name: '',
      email_address: '',
      headline: '',
      photo_path: '',
      disabled: false,
      account_id: books.accountId,
      role_id: null,
      manager_id: null,
      account_membership_id: null,
      ...fields,
    },
    actor,
  );
  const membership = books.insert(
    'account_memberships',
    {
      user_id: user.id,
      default_role_id: user['role_id'] ?? null,
      permission: 'Collaborator',
      bill_rate_in_cents: 0,
      cost_rate_in_cents: 0,
      is_backup_approver: false,
      is_administrator: false,
      disabled_at: null,
    },
    actor,
  );
  return books.change('users', user.id, { account_membership_id: membership.id }, actor);
}

export function createStory(books: Books, fields: Fields, _input: Input, actor: Actor): Row {
  const workspace = need(books, 'workspaces', fields, 'workspace_id');
  const type = text(fields, 'story_type') || 'task';
  if (!['task', 'deliverable', 'milestone', 'issue'].includes(type))
    throw Refusal.of('story_type', 'is not included in the list');
  return books.insert(
    'stories',
    {
      description: '',
      state: 'not started',
      status: 'not started',
      priority: 'normal',
      archived: false,
      deleted_at: null,
      start_date: null,
      due_date: null,
      percentage_complete: 0,
      budget_estimate_in_cents: null,
      budget_used_in_cents: 0,
      time_estimate_in_minutes: null,
      weight: null,
      time_trackable: true,
      parent_id: null,
      assignee_ids: [],
      creator_id: actor.userId,
      position: numeric(fields, 'position'),
      ...fields,
      story_type: type,
      billable: fields['billable'] ?? workspace['tasks_default_non_billable'] !== true,
      fixed_fee: fields['fixed_fee'] ?? workspace['stories_are_fixed_fee_by_default'] === true,
    },
    actor,
  );
}

export function updateStory(books: Books, row: Row, fields: Fields, actor: Actor): Row {
  return books.change(
    'stories',
    row.id,
    'state' in fields ? { ...fields, status: fields['state'] ?? null } : fields,
    actor,
  );
}
