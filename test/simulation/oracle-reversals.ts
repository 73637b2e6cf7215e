// The oracle's look at what was taken back: withdrawn where it was to be and nowhere else, revived as the same record,
// billed by one bill that stands. Judged by what people did and by the systems' own books.
import type { Row } from '../../edge-worker/connectors/stand-in.ts';
import { twoRecordsControl } from '../../edge-worker/flow/controls.ts';
import { billedOf, rebilledOf } from './billing.ts';
import type { Desk } from './desk.ts';
import { isLost, isRebilled } from './fates.ts';
import { plainDecimal } from './fields.ts';
import { type Deal, type Firm, type Merger, minorOf } from './firm.ts';
import { type IsKept, identityFinder } from './oracle-books.ts';
import type { LaneBooks } from './oracle-lane.ts';
import { type Seat, seats } from './systems.ts';

type Found = (breach: string) => void;

const placeOf = (seat: Seat, type: string, identity: string) => `${seat} ${type} ${identity}`;
const provisioned = (['psa', 'erp'] as const).flatMap((seat) =>
  ['engagement', 'agreement'].map((type) => ({ seat, type })),
);

/** Whether a system is to hold something else than the owner says: what is withdrawn or kept stays as it was. */
export function isApart({ deals }: Firm, seat: Seat, type: string, identity: string): boolean {
  return deals.some(({ mark, fate, fated }) => {
    if (type === 'agreement' && identity === mark) return isLost(fate) || (fate === 'cut-refused' && seat === 'erp');
    return seat === 'erp' && type === 'hours' && identity === fated && ['revoked', 'kept', 'credited'].includes(fate);
  });
}

export function checkReversals(books: LaneBooks, firm: Firm, isKept: IsKept): string[] {
  const found: string[] = [];
  const tell: Found = (breach) => found.push(breach);
  const gone = new Set(firm.deals.flatMap((deal) => withdrawnOf(books.desk, deal)));
  for (const seat of seats) {
    for (const type of ['hours', 'cost', 'engagement', 'agreement']) checkWithdrawn(books.desk, seat, type, gone, tell);
  }
  for (const deal of firm.deals) {
    checkKept(books.desk, deal, tell);
    checkVoided(books.desk, deal, tell);
  }
  checkClaims(books, tell);
  if (firm.merger) checkMerged(books, { ...firm.merger, firm, isKept }, tell);
  return found;
}

/** What people have taken back of a deal, by where it is to count no more. */
function withdrawnOf(desk: Desk, deal: Deal): string[] {
  const { mark, fate, fated, erasure } = deal;
  const isRevoked = fated !== null && desk.row('psa', 'hours', fated)?.['approval'] !== 'approved';
  const isEntry = isRevoked && (fate === 'revoked' || fate === 'credited' || fate === 'renewed');
  const erased = (erasure?.tasks ?? []).filter((task) => desk.removed.has(`psa|hours|${task}`));
  const isStopped = fate === 'stopped' && desk.row('crm', 'opportunity', mark)?.['won'] !== true;
  return [
    ...(isEntry ? [placeOf('erp', 'hours', fated)] : []),
    ...erased.map((task) => placeOf('erp', 'hours', task)),
    ...(isStopped ? provisioned.map(({ seat, type }) => placeOf(seat, type, mark)) : []),
  ];
}

function checkWithdrawn(desk: Desk, seat: Seat, type: string, gone: ReadonlySet<string>, tell: Found): void {
  const identityOf = identityFinder(desk, seat);
  for (const row of desk.standIns[seat].rows(type)) {
    const place = placeOf(seat, type, identityOf(type, row.id));
    const isGone = row['withdrawn'] === true;
    if (isGone && !gone.has(place)) tell(`J14: ${place} is withdrawn, and nobody took it back`);
    if (!isGone && gone.has(place)) tell(`J14: ${place} counts still, though it was taken back`);
  }
}

/** What was decided to stay is as it was. */
function checkKept(desk: Desk, { mark, client, amount, fate, fated, erasure }: Deal, tell: Found): void {
  const posted = fated === null ? undefined : desk.row('erp', 'hours', fated);
  if (posted && (fate === 'kept' || fate === 'asked') && desk.row('erp', 'bill', `INV-${mark}`)) {
    if (posted['approval'] !== 'approved' || posted['billed'] !== true)
      tell(`J14: ${fated} was billed and was to stay so, and does not`);
  }
  if (erasure && !erasure.isMeant) {
    for (const task of erasure.tasks.filter((one) => desk.removed.has(`psa|hours|${one}`)))
      tell(`J14: ${task} was deleted by mistake, and nobody was asked`);
  }
  const agreement = fate === 'cut-refused' ? desk.row('erp', 'agreement', mark) : undefined;
  if (agreement && minorOf(String(agreement['total']), client.currency) !== minorOf(amount, client.currency))
    tell(`J14: ${mark} was not to be cut, the ledger holds ${plainDecimal(String(agreement['total']))}`);
}

/** A bill that was voided is void everywhere, and its successor stands. */
function checkVoided(desk: Desk, deal: Deal, tell: Found): void {
  const no = `INV-${deal.mark}`;
  if (!isRebilled(deal.fate) || desk.row('erp', 'bill', no)?.['state'] !== 'void') return;
  for (const seat of seats) {
    const copy = desk.row(seat, 'bill', no);
    if (copy && copy['state'] !== 'void') tell(`J14: ${no} is void, ${seat} shows ${String(copy['state'])}`);
    const isWanted = rebilledOf(deal).length > 0;
    if (isWanted && !desk.row(seat, 'bill', `${no}-B`)) tell(`J14: ${seat} has no bill ${no}-B`);
  }
  const left = new Set(rebilledOf(deal).map(({ identity }) => identity));
  for (const { type, identity } of billedOf(deal)) {
    const isBilled = desk.row('psa', type, identity)?.['billed'] === true;
    if (isBilled !== left.has(identity) && !desk.removed.has(`psa|${type}|${identity}`))
      tell(`J14: psa says ${identity} is ${isBilled ? '' : 'not '}billed`);
  }
}

/** What is stopped, kept or refused is not written any more, whoever its customer is now. */
function isLeftAlone(firm: Firm, seat: Seat, type: string, identity: string): boolean {
  const isStopped = firm.deals.some(({ mark, fate }) => fate === 'stopped' && mark === identity);
  return (type === 'engagement' && isStopped) || isApart(firm, seat, type, identity);
}

interface Merged extends Merger {
  readonly firm: Firm;
  readonly isKept: IsKept;
}

/** What the hub writes names the winner's record, wherever the loser has left one; one of the two is known any more. */
function checkMerged(books: LaneBooks, { winner, loser, firm, isKept }: Merged, tell: Found): void {
  const { desk, links, aliases } = books;
  if (!desk.merged.has(`client|${loser}`)) return;
  for (const { id, canonical } of books.entities.values())
    for (const [alias] of aliases)
      if (canonical.includes(`"${alias}"`)) tell(`J14: ${books.nameOf(id)} names ${loser} still, which is ${winner}`);
  for (const [seat, types] of [
    ['psa', ['engagement', 'agreement', 'bill', 'receipt']],
    ['erp', ['engagement', 'agreement', 'change']],
  ] as const) {
    const left = desk.row(seat, 'client', loser);
    if (!left) continue;
    const asked = books.record<{ connection: string }>(
      `SELECT connection FROM exceptions WHERE control = '${twoRecordsControl}'`,
    );
    if (asked.filter(({ connection }) => connection === seat).length !== 1)
      tell(`J14: ${seat} holds a client ${loser} beside ${winner}, and nobody was asked once which goes on`);
    if (links.some((link) => link.connection === seat && link.type === 'client' && link.id === left.id))
      tell(`J14: ${seat} client ${loser} is linked still, though it is ${winner}`);
    for (const type of types) {
      for (const row of desk.standIns[seat].rows(type).filter((one) => one['client_id'] === left.id)) {
        const identity = identityFinder(desk, seat)(type, row.id);
        if (!isLeftAlone(firm, seat, type, identity) && !isKept(seat, type, identity))
          tell(`J14: ${seat} ${type} ${identity} is still of ${loser}, which is ${winner}`);
      }
    }
  }
}

/** P12: what stands on a bill of the ledger is claimed by that bill, and nothing else is claimed. */
function checkClaims(books: LaneBooks, tell: Found): void {
  const { desk } = books;
  const identityOf = identityFinder(desk, 'erp');
  const standing = new Map<string, string>();
  for (const bill of desk.standIns.erp.rows('bill').filter((row) => row['state'] !== 'void')) {
    for (const line of bill['lines'] as readonly Row[]) {
      for (const type of ['hours', 'cost', 'milestone']) {
        const id = line[`${type}_id`];
        if (id == null) continue;
        const source = identityOf(type, String(id));
        if (standing.has(source)) tell(`J14: ${source} stands on two bills`);
        standing.set(source, String(bill['no']));
      }
    }
  }
  const claims = books.lane<{ source: string; invoice: string }>('SELECT source, invoice FROM billed_lines');
  const claimed = new Map(
    claims.map(({ source, invoice }) => [source, invoice].map((id) => books.nameOf(id).replace(/^\S+ /, ''))) as [
      string,
      string,
    ][],
  );
  for (const [source, no] of standing)
    if (claimed.get(source) !== no) tell(`J14: ${source} stands on ${no}, claimed is ${claimed.get(source)}`);
  for (const [source, no] of claimed)
    if (!standing.has(source)) tell(`J14: ${source} is claimed by ${no} and on no bill`);
}
