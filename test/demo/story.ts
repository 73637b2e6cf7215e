// The month's script in plain words: what a person at the firm would tell of a day.
import { wordsFor } from '../../shared/words.ts';
import { amountText } from './fields.ts';
import { currencyOf, type Day, type Month, type Step, type System } from './month.ts';

type Of<Does extends Step['does']> = Extract<Step, { does: Does }>;

const systems: Readonly<Record<System, string>> = { crm: 'the CRM', psa: 'the PSA', erp: 'the ledger' };
const troubles: Readonly<Record<string, (system: string) => string>> = {
  throttle: (system) => `${system} says "too many requests"`,
  break: (system) => `${system} is out of order for a moment`,
  html: (system) => `${system} answers with a web page`,
  'commit-then-cut': (system) => `${system} does what it was asked, and the line goes dead before it says so`,
  'expire-token': (system) => `${system} forgets the login`,
  'duplicate-notices': (system) => `${system} tells its news twice`,
  'lose-notices': (system) => `${system} keeps its news to itself`,
};
const fieldNames: Readonly<Record<string, string>> = {
  ...{ endOn: 'end', purchaseOrder: 'purchase order', limitMinor: 'purchase order limit', taxProfile: 'tax profile' },
};

/** Beyond this many invoices a day they are told together. */
const toldMax = 4;

export class Story {
  readonly #month: Month;

  constructor(month: Month) {
    this.#month = month;
  }

  /** One day, a sentence a line. */
  of({ steps }: Day): readonly string[] {
    const all = <Does extends Step['does']>(...does: readonly Does[]): Of<Does>[] =>
      steps.filter((step): step is Of<Does> => (does as readonly string[]).includes(step.does));
    const deals = (list: readonly { readonly deal: string }[]) => listed(list.map(({ deal }) => this.#deal(deal).name));
    const [won, lost] = [all('win'), all('lose')];
    return [
      ...(won.length > 0 ? [`${deals(won)} ${won.length > 1 ? 'are' : 'is'} won.`] : []),
      ...(lost.length > 0 ? [`${deals(lost)} ${lost.length > 1 ? 'are' : 'is'} lost.`] : []),
      ...this.#hours(all('log'), all('approve')),
      ...steps.flatMap((step) => this.#told(step)),
      ...this.#invoices(all('bill')),
    ];
  }

  #hours(logged: readonly Of<'log'>[], approved: readonly Of<'approve'>[]): string[] {
    const count = (list: readonly { readonly entries: readonly string[] }[]) =>
      list.reduce((sum, { entries }) => sum + entries.length, 0);
    const parts = [
      ...(count(logged) > 0 ? [`${count(logged)} time entries are logged`] : []),
      ...(count(approved) > 0 ? [`${count(approved)} approved`] : []),
    ];
    return parts.length > 0 ? [`${parts.join(', ')}.`] : [];
  }

  #invoices(bills: readonly Of<'bill'>[]): string[] {
    if (bills.length > toldMax) {
      const own = bills.filter(({ invoice }) => this.#invoice(invoice).issuer === 'psa').length;
      return [`${bills.length} invoices go out, ${bills.length - own} of the ledger and ${own} of the PSA.`];
    }
    return bills.map(({ invoice: number }) => {
      const { deal, issuer, amountMinor, isVoid } = this.#invoice(number);
      const amount = isVoid ? '' : `, ${this.#money(amountMinor, deal)}`;
      return `Invoice ${number} for ${this.#deal(deal).name} goes out${amount}, issued by ${systems[issuer]}.`;
    });
  }

  #told(step: Step): readonly string[] {
    const sentence = this.#sentence(step);
    return sentence === null ? [] : [sentence];
  }

  #sentence(step: Step): string | null {
    switch (step.does) {
      case 'spend':
      case 'sign-off':
        return this.#spending(step);
      case 'plan':
      case 'reach':
      case 'propose':
      case 'agree':
        return this.#agreed(step);
      case 'correct':
        return `${capital(count(step.entries, 'mistyped rate is', 'mistyped rates are'))} put right in the PSA.`;
      case 'revoke':
      case 'delete': {
        const on = listed([...new Set(step.entries.map((key) => this.#deal(this.#entry(key).deal).name))]);
        const entries = count(step.entries, 'time entry', 'time entries');
        if (step.does === 'delete')
          return `${capital(entries)} of ${on} should never have been entered: deleted in the PSA.`;
        return `The approval of ${entries} of ${on} is taken back.`;
      }
      case 'switch-biller':
        return `${this.#deal(step.deal).name} is to be billed by the PSA from today on.`;
      case 'merge':
        return `${this.#customer(step.loser)} turns out to be ${this.#customer(step.winner)}: merged in the CRM.`;
      case 'hire':
        return `${this.#person(step.person)} is entered in the ledger.`;
      case 'void':
        return `Invoice ${step.invoice} is voided.`;
      case 'pay':
        return `${this.#money(step.amountMinor, this.#invoice(step.invoice).deal)} arrive for ${step.invoice}.`;
      case 'edit':
        return this.#edit(step);
      case 'answer':
        return this.#answer(step);
      case 'misbehave':
        return `Trouble: ${(troubles[step.fault.how] ?? (() => step.fault.how))(systems[step.system])}.`;
      default:
        return null;
    }
  }

  #spending({ does, expenses: keys }: Of<'spend' | 'sign-off'>): string {
    const spent = this.#month.expenses.filter(({ key }) => keys.includes(key));
    const named = spent.map(({ category, amountMinor, deal }) => `${category} ${this.#money(amountMinor, deal)}`);
    const who = listed([...new Set(spent.map(({ person }) => this.#person(person)))]);
    return does === 'spend' ? `${who} hands in expenses: ${listed(named)}.` : `Approved of ${who}: ${listed(named)}.`;
  }

  #agreed(step: Of<'plan' | 'reach' | 'propose' | 'agree'>): string {
    if ('milestone' in step) {
      const found = this.#month.milestones.find(({ key }) => key === step.milestone);
      if (!found) throw new Error(`no milestone ${step.milestone}`);
      const { name, deal, amountMinor } = found;
      const verb = step.does === 'plan' ? 'planned' : 'reached';
      return `The milestone "${name}" of ${this.#deal(deal).name} is ${verb}, ${this.#money(amountMinor, deal)}.`;
    }
    const order = this.#month.changeOrders.find(({ key }) => key === step.changeOrder);
    if (!order) throw new Error(`no change order ${step.changeOrder}`);
    const { name, deal, rateMinor, hours } = order;
    if (step.does === 'agree') return `The change order "${name}" is approved.`;
    const amount = this.#money(rateMinor * hours, deal);
    return `A change order is proposed for ${this.#deal(deal).name}: "${name}", ${amount}.`;
  }

  /** Who does not own a field does not keep his change. */
  #edit({ system, subject, key, field, value }: Of<'edit'>): string {
    const whose = subject === 'customer' ? this.#customer(key) : this.#deal(key).name;
    const what = `the ${fieldNames[field] ?? field} of ${whose}`;
    const stays = this.#month.facts.some(
      (fact) => fact.subject === subject && fact.key === key && fact.value === value,
    );
    const change = `In ${systems[system]} somebody changes ${what}`;
    return stays ? `${change}: it travels.` : `${change}, which is not kept there: it is put back.`;
  }

  #answer({ control, entries, answer, reason, by }: Of<'answer'>): string {
    const why = reason === '' ? '' : `: "${reason}"`;
    const what = `"${wordsFor(control).title}"`;
    const held = entries === null || entries.length === 1 ? what : `${what} (${entries.length} entries)`;
    const done = {
      ...{ approve: 'lets pass', reject: 'rejects', retry: 'asks again about', credit: 'credits the customer:' },
      'this-one': 'says which one goes on:',
    }[answer];
    return `${capital(by)} ${done} ${held}${why}.`;
  }

  #money(amountMinor: number, deal: string): string {
    const currency = currencyOf(this.#of('customers', this.#deal(deal).customer));
    return `${currency} ${amountText(amountMinor, currency).replace(/\B(?=(\d{3})+(?!\d))(?<!\.\d*)/g, ',')}`;
  }

  #of<List extends 'customers' | 'deals' | 'people' | 'entries'>(list: List, key: string): Month[List][number] {
    const found = (this.#month[list] as readonly Month[List][number][]).find((one) => one.key === key);
    if (!found) throw new Error(`the month has no ${key}`);
    return found;
  }

  readonly #deal = (key: string) => this.#of('deals', key);
  readonly #entry = (key: string) => this.#of('entries', key);
  readonly #customer = (key: string) => this.#of('customers', key).name;
  readonly #person = (key: string) => this.#of('people', key).name;

  #invoice(number: string) {
    const found = this.#month.invoices.find((one) => one.number === number);
    if (!found) throw new Error(`the month has no invoice ${number}`);
    return found;
  }
}

function listed(names: readonly string[]): string {
  return names.length < 2 ? (names[0] ?? '') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

const count = (list: readonly unknown[], one: string, many: string) =>
  list.length === 1 ? `one ${one}` : `${list.length} ${many}`;
const capital = (text: string) => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
