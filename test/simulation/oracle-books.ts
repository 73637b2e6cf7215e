// The oracle's look at the three systems' own books: nothing missing, nothing doubled, owners obeyed, nobody's word
// lost, cents conserved.
import type { Row } from '../../edge-worker/connectors/stand-in.ts';
import { billedOf, rebilledOf, receiptsOf, sumOf } from './billing.ts';
import type { Desk } from './desk.ts';
import { isLost } from './fates.ts';
import {
  type Field,
  identityOfRow,
  isCarried,
  type Kind,
  kinds,
  onOpportunity,
  plain,
  plainDecimal,
  valueAt,
} from './fields.ts';
import { type Currency, type Deal, type Firm, minorOf, worth } from './firm.ts';
import { isApart } from './oracle-reversals.ts';
import { ownField, type Seat, seats } from './systems.ts';

/** Whether an entity's content is kept from a system on purpose: held in somebody's name, or rejected. */
export type IsKept = (seat: Seat, type: string, identity: string) => boolean;

export interface Books {
  readonly desk: Desk;
  readonly firm: Firm;
  readonly isKept: IsKept;
}

type Found = (breach: string) => void;

export function checkBooks(books: Books): string[] {
  const found: string[] = [];
  const tell: Found = (breach) => found.push(breach);
  for (const kind of kinds) {
    for (const seat of kind.seats) checkDoubles(books, kind, seat, tell);
    for (const field of kind.fields) checkAgreement(books, kind, field, tell);
  }
  for (const deal of books.firm.deals) checkDeal(books, deal, tell);
  checkWords(books, tell);
  return found;
}

export function identityFinder(desk: Desk, seat: Seat): (type: string, id: string) => string {
  return (type, id) => {
    const row = desk.standIns[seat].rows(type).find((one) => one.id === id);
    if (row) return desk.goesOnAs(type, identityOfRow(type, row));
    return desk.mergedInto(seat, type, id) ?? desk.erasedAs(seat, type, id) ?? `nowhere ${id}`;
  };
}

/** J3: one record per entity, by its business identity and by our id. */
function checkDoubles({ desk }: Books, { type }: Kind, seat: Seat, tell: Found): void {
  const seen = new Set<string>();
  for (const row of desk.standIns[seat].rows(type)) {
    const ours = seat === 'erp' ? row[ownField[type] ?? ''] : row['external_id'];
    for (const key of [identityOfRow(type, row), typeof ours === 'string' ? `our ${ours}` : null]) {
      if (key === null) continue;
      if (seen.has(key)) tell(`J3: ${seat} holds ${type} ${key} twice`);
      seen.add(key);
    }
  }
}

/** J4: what the owner's system says of a field is what every other system holds. */
function checkAgreement({ desk, firm, isKept }: Books, kind: Kind, field: Field, tell: Found): void {
  const { type } = kind;
  const isSold = kind.kind === 'contract';
  const ownerType = isSold ? 'opportunity' : type;
  const ownerPath = isSold ? (onOpportunity[field.path] ?? field.path) : field.path;
  for (const owned of desk.standIns[field.owner].rows(ownerType)) {
    const identity = identityOfRow(ownerType, owned);
    if (desk.merged.has(`${ownerType}|${identity}`)) continue;
    const said = plain(valueAt(owned, ownerPath), field.form, identityFinder(desk, field.owner));
    for (const seat of kind.seats) {
      if ((seat === field.owner && !isSold) || !isCarried(seat, type, field.path) || isKept(seat, type, identity))
        continue;
      if (isApart(firm, seat, type, identity) || isAmended(desk, type, field.path, identity)) continue;
      const row = desk.row(seat, type, identity);
      if (row === undefined) continue;
      const held = plain(valueAt(row, field.path), field.form, identityFinder(desk, seat));
      if (
        held !== said &&
        !(field.form === 'lines' && withoutSources(held) === withoutSources(said) && seat === 'crm')
      ) {
        tell(`J4: ${type} ${identity} ${field.path}: ${field.owner} says ${said}, ${seat} holds ${held}`);
      }
    }
  }
}

function withoutSources(lines: unknown): string {
  return String(lines).replace(/,"(hours|cost|milestone)":"[^"]*"/g, '');
}

function checkDeal(books: Books, deal: Deal, tell: Found): void {
  const { desk, isKept } = books;
  const { mark, client } = deal;
  const expect = (seat: Seat, type: string, identity: string) => {
    const isThere = desk.row(seat, type, identity) !== undefined;
    if (!isThere && !isKept(seat, type, identity)) tell(`J3: ${seat} has no ${type} ${identity}`);
  };
  const won = desk.row('crm', 'opportunity', mark)?.['won'] === true;
  if (!won) {
    // What became of it once it was provisioned is judged with all that is taken back.
    if (isLost(deal.fate)) return;
    for (const seat of seats)
      if (desk.row(seat, 'engagement', mark)) tell(`J3: ${seat} has a project for ${mark}, which was not won`);
    return;
  }
  for (const seat of seats) {
    expect(seat, 'client', desk.goesOnAs('client', client.number));
    if (seat === 'psa' || desk.row('psa', 'engagement', mark)) expect(seat, 'engagement', mark);
    if (seat !== 'crm') expect(seat, 'agreement', mark);
    if (desk.row('erp', 'bill', `INV-${mark}`)) expect(seat, 'bill', `INV-${mark}`);
    for (const { no } of receiptsOf(deal)) if (desk.row('erp', 'receipt', no)) expect(seat, 'receipt', no);
  }
  for (const { task } of deal.hours) {
    if (desk.row('psa', 'hours', task)?.['approval'] === 'approved') expect('erp', 'hours', task);
  }
  for (const { report } of deal.costs) {
    if (desk.row('psa', 'cost', report)?.['approval'] === 'approved') expect('erp', 'cost', report);
    else if (desk.row('erp', 'cost', report)) tell(`J6: the ledger holds ${report}, which nobody has approved`);
  }
  for (const { title } of deal.milestones) if (desk.row('psa', 'milestone', title)) expect('erp', 'milestone', title);
  checkAmended(books, deal, tell);
  checkMoney(books, deal, tell);
}

/** A project is told what its contract amounts to by now; the sale's own record says what was sold. */
export function isAmended(desk: Desk, type: string, path: string, identity: string): boolean {
  const isBudget = type === 'engagement' && path === 'budget';
  return isBudget && desk.row('crm', 'change', `${identity}-O`)?.['state'] === 'approved';
}

/** What was signed stays beside what holds now: with every change order that was approved, and with no other. */
function checkAmended({ desk, firm, isKept }: Books, { mark, client, changeOrder }: Deal, tell: Found): void {
  const { currency } = client;
  const signed = minorOf(String(desk.row('crm', 'opportunity', mark)?.['amount']), currency);
  const isApproved = changeOrder?.end === 'approved' && desk.row('crm', 'change', changeOrder.title) !== undefined;
  const total = isApproved ? signed + changeOrder.minor : signed;
  if (changeOrder && desk.row('crm', 'change', changeOrder.title)) {
    const there = desk.row('erp', 'change', changeOrder.title);
    if (!there && !isKept('erp', 'change', changeOrder.title)) tell(`J3: erp has no change ${changeOrder.title}`);
  }
  for (const seat of ['psa', 'erp'] as const) {
    const agreement = desk.row(seat, 'agreement', mark);
    if (!agreement || isKept(seat, 'agreement', mark) || isApart(firm, seat, 'agreement', mark)) continue;
    const current = minorOf(String(valueAt(agreement, 'current.total')), currency);
    if (current !== total) tell(`J7: ${mark} amounts to ${total}, ${seat} holds ${current}`);
    const project = isApproved ? desk.row(seat, 'engagement', mark) : undefined;
    if (project && !isKept(seat, 'engagement', mark) && minorOf(String(project['budget']), currency) !== total)
      tell(`J7: ${mark} amounts to ${total}, the budget in ${seat} is ${String(project['budget'])}`);
  }
}

/** J7: what was approved is what was posted and what was billed, to the minor unit. */
function checkMoney(books: Books, deal: Deal, tell: Found): void {
  const { desk, isKept } = books;
  const { currency } = deal.client;
  for (const entry of deal.hours) {
    const posted = desk.row('erp', 'hours', entry.task);
    if (!posted || isKept('erp', 'hours', entry.task)) continue;
    const there = worthOf(posted, currency);
    if (there !== worth(entry, currency))
      tell(`J7: ${entry.task} is worth ${worth(entry, currency)}, the ledger holds ${there}`);
  }
  for (const { type, identity, minor } of sources(deal)) {
    const posted = desk.row('erp', type, identity);
    if (!posted || isKept('erp', type, identity)) continue;
    const there = minorOf(String(posted['amount']), currency);
    if (there !== minor) tell(`J7: ${identity} is ${minor}, the ledger holds ${there}`);
  }
  for (const { no, minor } of receiptsOf(deal)) {
    for (const seat of seats) {
      const copy = desk.row(seat, 'receipt', no);
      if (copy && !isKept(seat, 'receipt', no) && minorOf(String(copy['amount']), currency) !== minor)
        tell(`J7: ${seat} holds ${String(copy['amount'])} of ${no}, received was ${minor}`);
    }
  }
  checkBill(books, deal, `INV-${deal.mark}`, sumOf(billedOf(deal)), tell);
  checkBill(books, deal, `INV-${deal.mark}-B`, sumOf(rebilledOf(deal)), tell);
}

function checkBill({ desk, isKept }: Books, { client }: Deal, no: string, expected: bigint, tell: Found): void {
  const { currency } = client;
  for (const seat of seats) {
    const copy = desk.row(seat, 'bill', no);
    if (!copy || isKept(seat, 'bill', no)) continue;
    const lines = (copy['lines'] as readonly Row[]).map((line) => minorOf(String(line['amount']), currency));
    const total = lines.reduce((sum, one) => sum + one, 0n);
    if (total !== expected || minorOf(String(copy['net']), currency) !== expected)
      tell(`J7: ${seat} bills ${total} with ${no}, to be billed were ${expected}`);
  }
}

/** What is worth what was entered, whatever its state. */
function sources({ costs, milestones }: Deal) {
  return [
    ...costs.map(({ report, minor }) => ({ type: 'cost', identity: report, minor })),
    ...milestones.map(({ title, minor }) => ({ type: 'milestone', identity: title, minor })),
  ];
}

function worthOf(row: Row, currency: Currency): bigint {
  const [whole = '0', places = ''] = plainDecimal(String(row['quantity'])).split('.');
  const hundredths = BigInt(whole + places.padEnd(2, '0'));
  const [high = '0', low = ''] = plainDecimal(String(row['price'])).split('.');
  const price = BigInt(high + low.padEnd(2, '0'));
  return (price * hundredths * 10n ** BigInt(currency.exponent) + 5_000n) / 10_000n;
}

/** J9: in the system that owns a field stands what a person there said last. */
function checkWords({ desk }: Books, tell: Found): void {
  for (const [key, value] of desk.said) {
    const [seat, type = '', identity = '', path = ''] = key.split('|');
    const kind = kinds.find((one) => one.type === type);
    const field = kind?.fields.find((one) => one.path === path);
    if (field === undefined || field.owner !== seat || desk.removed.has(`${seat}|${type}|${identity}`)) continue;
    // Where only the merged one had a record, that is the winner's now and bears its name; what is said of it since
    // is said of the winner.
    const winner = desk.goesOnAs(type, identity);
    const own = desk.row(field.owner, type, identity);
    if (own === undefined && winner !== identity && desk.said.has(`${seat}|${type}|${winner}|${path}`)) continue;
    const row = own ?? desk.row(field.owner, type, winner);
    const identityOf = identityFinder(desk, field.owner);
    const held = plain(valueAt(row, path), field.form, identityOf);
    const said = plain(value, field.form, identityOf);
    if (held !== said) tell(`J9: ${seat} ${type} ${identity} ${path}: a colleague said ${said}, now it is ${held}`);
  }
}
