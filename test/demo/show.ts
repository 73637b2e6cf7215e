// The whole show: starts the systems and the hub, plays first day and month, tallies, and says how it came out.
import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Row } from '../../edge-worker/connectors/stand-in.ts';
import type { Firm } from '../support/firm.ts';
import { startFirm } from '../support/firm.ts';
import type { OpenException } from '../support/operator.ts';
import { setUpBefore } from './before.ts';
import { type Books, readBooks } from './books.ts';
import { Desk } from './desk.ts';
import { playFirstDay } from './first-day.ts';
import { expectedHeld } from './held.ts';
import { type Day, type Month, makeMonth } from './month.ts';
import { callsOf, Play } from './play.ts';
import { Ticker } from './progress.ts';
import { type CustomerLine, heldByControl, heldFor, printTable, tableOf, utilisationLine } from './report.ts';
import { Story } from './story.ts';
import { type Tally, tally } from './tally.ts';

export interface ShowOptions {
  readonly port: number;
  readonly state: string;
  readonly print: (line: string) => void;
  readonly isTerminal: boolean;
  readonly dayMs?: number;
}

export interface Outcome extends Omit<Tally, 'findings'> {
  readonly held: Readonly<Record<string, number>>;
  readonly seconds: number;
  readonly table: readonly CustomerLine[];
}

export interface Show {
  readonly outcome: Outcome;
  readonly firm: Firm;
  readonly month: Month;
  readonly books: Books;
  readonly tally: Tally;
  readonly exceptions: readonly OpenException[];
}

/** A deletion is proved a second time this much later; two minutes would be a day of this month. */
const vars = { DELETION_GRACE_MS: '1500' };
const drawEveryMs = 500;
/** The PSA's rate is a setting of the connection; a month in a minute needs more than the careful default of four. */
const requestsPerSecond = 15;
/** A call that a slow machine cut off is looked for until its system cannot have taken it any more: minutes. */
const settleWithinMs = 660_000;

export async function playMonth(options: ShowOptions): Promise<Show> {
  const { print } = options;
  const startedMs = Date.now();
  const month = makeMonth();
  print('Northwind Consulting, November 2026: a month on the real hub.');
  print(
    'Starting a CRM, a PSA and an ERP as stand-ins, and the hub: the built Worker in workerd, ' +
      'its lane, databases and queues on disk …',
  );
  let desk: Desk | null = null;
  const log = join(options.state, 'hub.log');
  mkdirSync(options.state, { recursive: true });
  const onLog = (line: string) => appendFileSync(log, `${line}\n`);
  const settings = { psa: { requestsPerSecond } };
  const firm = await startFirm(
    { port: options.port, state: options.state, flow: 'matching', settings, vars, onLog },
    (systems) => {
      desk = new Desk(systems, month);
      setUpBefore(desk, month);
    },
  );
  if (!desk) throw new Error('the systems were not prepared');
  print(`The hub answers at ${firm.hub.url} and logs to ${log}.`);
  print('First day: what exists is read, matched by exact keys and accepted.');
  await playFirstDay(firm.installation, month.cutoverOn, (line) => print(`  ${line}`));
  print(
    `The month: ${month.entries.length} time entries of ${month.people.length} people, ` +
      `${month.expenses.length} expenses, ${month.milestones.length} milestones, ${month.deals.length} deals, ` +
      `${month.changeOrders.length} change orders, ${month.invoices.length} invoices.`,
  );
  await playDays(firm, desk, month, options);
  const books = await readBooks((system, type) => firm[system].rows(type));
  const result = tally(month, books);
  const exceptions = await firm.installation.exceptions();
  const held = heldByControl(exceptions);
  const table = tableOf(month, books, await heldFor(firm.installation, exceptions));
  const isHeldRight = JSON.stringify(held) === JSON.stringify(expectedHeld(month));
  const { findings, ...figures } = result;
  const seconds = Math.round((Date.now() - startedMs) / 100) / 10;
  const outcome: Outcome = { ...figures, ok: result.ok && isHeldRight, held, seconds, table };
  print('');
  print('How the month came out: sold in the CRM, delivered in the PSA, billed and paid in the ledger.');
  print('');
  printTable(table, print);
  print('');
  print(await utilisationLine(firm.installation, month.cutoverOn.slice(0, 7)));
  for (const { problem, system, what, count } of findings) print(`${problem} · ${system} · ${what} · ${count}`);
  if (!isHeldRight) print(`held ${JSON.stringify(held)}\ninstead of ${JSON.stringify(expectedHeld(month))}`);
  print(summary(outcome));
  return { outcome, firm, month, books, tally: result, exceptions };
}

async function playDays(firm: Firm, desk: Desk, month: Month, options: ShowOptions): Promise<void> {
  const { crm, psa, erp, installation } = firm;
  const ticker = new Ticker(options.isTerminal, (text) => process.stdout.write(text));
  const story = new Story(month);
  let date = '';
  const play = new Play({
    month,
    desk,
    installation,
    dayMs: options.dayMs ?? 2_000,
    onDay: (day) => {
      date = day.date;
      ticker.tell(['', dayName(day), ...story.of(day).map((line) => `  ${line}`)]);
    },
    onDayOver: () => draw(true),
  });
  const draw = async (isDayOver = false) => {
    const progress = await installation.progress();
    const seen = { date, progress, lag: play.lag(), calls: callsOf({ crm, psa, erp }) };
    ticker.show({ ...seen, inLedger: erp.rows('timebill').length }, isDayOver);
  };
  let drawing: Promise<void> | null = null;
  const timer = setInterval(() => {
    drawing ??= draw()
      .catch(() => undefined)
      .finally(() => {
        drawing = null;
      });
  }, drawEveryMs);
  try {
    await play.run().catch(async (error: unknown) => {
      for (const { kind, connection, control, words } of await installation.exceptions()) {
        options.print(`held · ${control} · ${kind} towards ${connection} · ${words.text}`);
      }
      throw error;
    });
    await settleAll(firm);
    await draw(true);
  } finally {
    clearInterval(timer);
    await drawing;
  }
}

const dayName = ({ date }: Day) =>
  new Intl.DateTimeFormat('en-GB', { weekday: 'long', day: 'numeric', month: 'long', timeZone: 'UTC' }).format(
    new Date(`${date}T00:00:00Z`),
  );

/** Every feed is asked once more, so that nothing is left that only the next sweep would have found. */
async function settleAll({ installation }: Firm): Promise<void> {
  for (let round = 0; round < 2; round++) {
    for (const connection of ['crm', 'psa', 'erp']) await installation.ask(connection);
    await installation.settled(settleWithinMs);
  }
}

function summary({
  ok,
  settled,
  lost,
  duplicated,
  leaked,
  cents_off: centsOff,
  differing,
  held,
  seconds,
}: Outcome): string {
  const heldCount = Object.values(held).reduce((sum, n) => sum + n, 0);
  const verdict = ok ? 'The books are as the month was.' : 'The books are NOT as the month was.';
  return (
    `${verdict} ${settled} records are where they belong, ${heldCount} held for a reason; ` +
    `lost ${lost}, duplicated ${duplicated}, leaked ${leaked}, cents off ${centsOff}, ` +
    `fields differing ${differing}. ${seconds} s.`
  );
}

const wonDeal = (deals: readonly Row[]) => deals.find((deal) => deal['IsWon'] === true)?.id ?? '';

/** What a curious person may ask while everything keeps serving. */
export function whereToLook({ hub, urls, installation, crm }: Firm): readonly string[] {
  const key = `-H "authorization: Bearer ${hub.operatorKey}"`;
  const api = `${hub.url}/v1/installations/${installation.id}`;
  return [
    'Everything keeps serving; Ctrl-C ends it. Where to look:',
    `  the hub              ${hub.url}`,
    ...Object.entries(urls).map(
      ([role, url]) =>
        `  ${`the ${role.toUpperCase()}'s books`.padEnd(20)} ${url}/__stand-in/types, ` +
        '/__stand-in/rows/<type>, /__stand-in/calls',
    ),
    `  the ERP's own pages  ${urls.erp}/: dashboard, records with the SuiteApp's subtab, its settings`,
    `  a deal's page        ${urls.crm}/lightning/r/Opportunity/${wonDeal(crm.rows('Opportunity'))}/view`,
    `  the CRM's own pages  ${urls.crm}/lightning/page/home`,
    'As the operator:',
    `  curl ${key} ${api}/progress`,
    `  curl ${key} ${api}/exceptions`,
    `  curl ${key} -X POST ${api}/exceptions/<id>/approve -H "content-type: application/json" ` +
      `-d '{"reason":"agreed by phone","by":"finance"}'`,
    'Make trouble and count again:',
    `  curl -X POST ${urls.erp}/__stand-in/faults -d '{"how":"throttle","times":5}'`,
    `  node test/demo/tally.ts --crm ${urls.crm} --psa ${urls.psa} --erp ${urls.erp}`,
  ];
}
