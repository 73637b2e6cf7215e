// The page of one record: viewing, editing, copying and making it, with what user events draw there.
import { approve } from '../billing.ts';
import type { Books } from '../books.ts';
import type { RecordType } from '../fields.ts';
import type { Level } from '../permissions.ts';
import { Refusal, refusals } from '../refusal.ts';
import type { Scripts } from '../scripts.ts';
import type { Entry } from '../shelf.ts';
import type { Doing } from '../suitescript/frame.ts';
import type { FormField } from '../suitescript/n/form.ts';
import { blank, ScriptRecord } from '../suitescript/n/script-record.ts';
import { isSet } from '../values.ts';
import type { Answer, Call } from '../wire.ts';
import { pageOf } from './addresses.ts';
import { buttonsOf, fieldDrawn, tabsDrawn, tabsOf } from './form-page.ts';
import { type Html, html } from './html.ts';
import { banner, homePath, pageAnswer, redirect, type Session, scriptOf } from './layout.ts';
import { changesIn, fillForm, type Mode, recordForm } from './record-form.ts';

export interface PageWorld {
  readonly books: Books;
  readonly scripts: Scripts;
}

const neededFor: Readonly<Record<Mode, Level>> = { create: 'CREATE', copy: 'CREATE', edit: 'EDIT', view: 'VIEW' };
/** Numbers that every record has for itself. */
const numbers = new Set(['entityid', 'tranid']);

export class RecordPage {
  readonly #world: PageWorld;
  readonly #session: Session;
  readonly #type: RecordType;

  constructor(world: PageWorld, session: Session, type: RecordType) {
    this.#world = world;
    this.#session = session;
    this.#type = type;
  }

  answer({ method, query, body }: Call): Answer {
    const mode = modeOf(query);
    const id = query.get('id');
    const entry = id === null ? null : this.#world.books.store.get(this.#type.id, id);
    if (id !== null && !entry) throw refusals.unknownRecord();
    this.#demand(neededFor[mode]);
    const record = this.#recordFor(mode, entry);
    if (method !== 'POST') return this.#draw(mode, entry, record, null);
    try {
      return this.#take(mode, entry, record, new URLSearchParams(body));
    } catch (problem) {
      if (!(problem instanceof Refusal)) throw problem;
      return this.#draw(mode, entry, record, problem);
    }
  }

  #demand(level: Level): void {
    this.#session.role.demand(this.#type, level);
  }

  get #doing(): Doing {
    return { user: this.#session.user, role: this.#session.role.id, context: 'USERINTERFACE' };
  }

  #recordFor(mode: Mode, entry: Entry | null): ScriptRecord {
    const { desk } = this.#world.scripts.platform;
    if (mode !== 'copy' || !entry) return new ScriptRecord(desk, this.#type, entry ?? blank);
    const values = Object.entries(entry.values).filter(([key]) => !numbers.has(key));
    return new ScriptRecord(desk, this.#type, blank).fill(Object.fromEntries(values), entry.sublists);
  }

  #take(mode: Mode, entry: Entry | null, record: ScriptRecord, sent: URLSearchParams): Answer {
    const { books, scripts } = this.#world;
    const wanted = sent.get('wanted') ?? 'save';
    const work = (): string => {
      if (wanted === 'delete' && entry) {
        this.#demand('FULL');
        books.remove(this.#type, entry.id, 'person');
        return homePath;
      }
      if (wanted !== 'save' && entry) {
        this.#demand('EDIT');
        approve(entry, wanted, books);
        return pageOf(this.#type.id, entry.id);
      }
      const values = changesIn(record, sent);
      // Should the save be refused, what was typed is still there.
      record.fill(values, {});
      const { id } =
        mode === 'copy' ? this.#keepCopy(record) : books.save(this.#type, entry?.id ?? null, { values }, 'person');
      return pageOf(this.#type.id, id);
    };
    return redirect(scripts.events.as(this.#doing, work));
  }

  /** Lines come along; so does whatever the page held unseen, unless a script cleared it there. */
  #keepCopy(record: ScriptRecord): Entry {
    const patch = { values: record.changed(), sublists: record.lines.changed() };
    return this.#world.books.save(this.#type, null, patch, 'person');
  }

  #draw(mode: Mode, entry: Entry | null, record: ScriptRecord, refusal: Refusal | null): Answer {
    const { store } = this.#world.books;
    const { id: type, label } = this.#type;
    const name = entry === null ? '' : store.displayName([type], entry.id);
    const title = mode === 'create' ? `New ${label}` : mode === 'copy' ? `Copy of ${name}` : name;
    const form = recordForm(record, mode, title);
    this.#world.scripts.events.load(this.#doing, mode, record, form);
    fillForm(form, record, mode);
    const shown = form.fields.filter(({ container, id }) => container === null && isWorthShowing(mode, record, id));
    const fields = fieldsDrawn(shown, mode);
    const tabs = tabsDrawn(tabsOf(form));
    const own = entry === null ? '' : pageOf(type, entry.id);
    const said = refusal === null ? null : banner('error', 'Notice', refusal.message);
    const body =
      mode === 'view'
        ? html`${said}<div class="buttons">${this.#viewButtons(own, entry)}${buttonsOf(form)}</div>${fields}${tabs}`
        : html`${said}<form method="post">${editButtons(mode, own)}${fields}</form>${tabs}`;
    return pageAnswer(this.#session, {
      title,
      kind: label,
      body,
      status: refusal?.status ?? 200,
      record: { type, id: entry?.id ?? '', mode },
      clientScript: scriptOf(form),
    });
  }

  #viewButtons(own: string, entry: Entry | null): readonly Html[] {
    const { role } = this.#session;
    const isOpen =
      entry !== null && ['timebill', 'timesheet'].includes(this.#type.id) && !isSet(entry.values, 'posted');
    const may = (level: Level) => role.allows(this.#type.permission, level);
    const action = (wanted: string, label: string) =>
      html`<form method="post"><button class="button" name="wanted" value="${wanted}">${label}</button></form>`;
    return [
      ...(may('EDIT') ? [html`<a class="button main" href="${own}&amp;e=T">Edit</a>`] : []),
      ...(may('CREATE') ? [html`<a class="button" href="${own}&amp;cp=T">Make Copy</a>`] : []),
      ...(isOpen && may('EDIT') && entry.values['approvalstatus'] !== '3' ? [action('approve', 'Approve')] : []),
      ...(isOpen && may('EDIT') && entry.values['approvalstatus'] !== '4' ? [action('reject', 'Reject')] : []),
    ];
  }
}

function modeOf(query: URLSearchParams): Mode {
  if (query.get('id') === null) return 'create';
  if (query.get('cp') === 'T') return 'copy';
  return query.get('e') === 'T' ? 'edit' : 'view';
}

/** A page that is looked at leaves out what is empty. */
function isWorthShowing(mode: Mode, record: ScriptRecord, id: string): boolean {
  const field = record.recordType.fields.get(id);
  if (field === undefined) return true;
  if (mode === 'view') return field.display !== 'hidden' && record.held(field) !== null;
  return !field.isReadOnly || record.held(field) !== null;
}

function fieldsDrawn(fields: readonly FormField[], mode: Mode): Html {
  const added = fields.filter(({ type }) => type === 'INLINEHTML').map((field) => fieldDrawn(field, false));
  const own = fields.filter(({ type }) => type !== 'INLINEHTML').map((field) => fieldDrawn(field, mode !== 'view'));
  const grid = mode === 'view' ? html`<dl class="fields">${own}</dl>` : html`<div class="fields">${own}</div>`;
  return html`${added}<div class="panel">${grid}</div>`;
}

function editButtons(mode: Mode, own: string): Html {
  const remove =
    mode === 'edit' ? html`<button class="button" name="wanted" value="delete" formnovalidate>Delete</button>` : null;
  return html`<div class="buttons"><button class="button main" name="wanted" value="save">Save</button>
<a class="button" href="${own === '' ? homePath : own}">Cancel</a>${remove}</div>`;
}
