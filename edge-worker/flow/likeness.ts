// How much alike two records of a kind are, by the table of their entity: a score with its reasons, and the marks under
// which only those are compared that have one in common. Pure.

import { daysBetween } from '../../shared/dates.ts';
import { type EntityName, entities } from '../../shared/entities/_registry.ts';
import type { Likeness } from '../../shared/entities/entity.ts';
import type { MatchVerdict } from '../../shared/match-words.ts';
import type { CanonicalRecord } from './nouns.ts';

/** What is said of a field: `same taxNumber`. */
export type Reason = `${MatchVerdict} ${string}`;

export interface Likely {
  /** 0 to 100. */
  readonly score: number;
  readonly reasons: readonly Reason[];
}

/** Below it nobody is asked. */
export const likelyFrom = 50;

type Verdict = Exclude<MatchVerdict, 'key'>;

/** Points for what is the same, nearly the same, and another. A name's are by how much of it agrees. */
const points: Readonly<Record<Likeness, Readonly<Record<Verdict, number>>>> = {
  name: { same: 60, alike: 60, other: 0 },
  identifier: { same: 50, alike: 0, other: -15 },
  domain: { same: 25, alike: 0, other: 0 },
  place: { same: 15, alike: 0, other: -5 },
  reference: { same: 30, alike: 0, other: -40 },
  day: { same: 10, alike: 5, other: -5 },
  amount: { same: 20, alike: 10, other: -10 },
  division: { same: 5, alike: 0, other: -20 },
};
const namesAlikeFrom = 0.6;
const daysAlike = 14;

export function compare(kind: EntityName, one: CanonicalRecord, other: CanonicalRecord): Likely {
  let score = 0;
  const reasons: Reason[] = [];
  for (const [field, likeness] of likenessOf(kind)) {
    const found = verdictOn(likeness, one[field], other[field]);
    if (found === null) continue;
    score += points[likeness][found.verdict] * found.share;
    // What is usual in all records of a firm is no reason by itself.
    if (likeness !== 'division' || found.verdict === 'other') reasons.push(`${found.verdict} ${field}`);
  }
  return { score: Math.max(0, Math.min(100, Math.round(score))), reasons };
}

export const isCompared = (kind: EntityName) => likenessOf(kind).length > 0;

function likenessOf(kind: EntityName): readonly (readonly [string, Likeness])[] {
  const { likeness = {} } = entities[kind] as { likeness?: Readonly<Record<string, Likeness>> };
  return Object.entries(likeness);
}

interface Found {
  readonly verdict: Verdict;
  /** How much of the points it is worth. */
  readonly share: number;
}

/** Null where one of them does not say. */
function verdictOn(likeness: Likeness, one: unknown, other: unknown): Found | null {
  if (one === null || one === undefined || other === null || other === undefined) return null;
  if (likeness === 'amount') return amountsOf(one, other);
  if (typeof one !== 'string' || typeof other !== 'string' || one === '' || other === '') return null;
  if (likeness === 'name') return namesOf(one, other);
  if (likeness === 'domain') return domainsOf(one, other);
  if (likeness === 'day') return told(one === other, Math.abs(daysBetween(one, other)) <= daysAlike);
  return told(bare(one) === bare(other), false);
}

const told = (isSame: boolean, isAlike: boolean): Found => ({
  verdict: isSame ? 'same' : isAlike ? 'alike' : 'other',
  share: 1,
});

function namesOf(one: string, other: string): Found {
  const [a, b] = [wordsOf(one), wordsOf(other)].map((words) => words.join(' ')) as [string, string];
  if (a === b) return { verdict: 'same', share: 1 };
  const share = agreement(pairsOf(a), pairsOf(b));
  return share >= namesAlikeFrom ? { verdict: 'alike', share } : { verdict: 'other', share };
}

function domainsOf(one: string, other: string): Found | null {
  const [a, b] = [domainOf(one), domainOf(other)];
  return a === null || b === null ? null : told(a === b, false);
}

interface Amount {
  readonly amountMinor: string;
  readonly currency: string;
}

function amountsOf(one: unknown, other: unknown): Found | null {
  const [a, b] = [one, other] as [Partial<Amount>, Partial<Amount>];
  if (a.amountMinor === undefined || b.amountMinor === undefined || a.currency !== b.currency) return null;
  const [minor, otherMinor] = [BigInt(a.amountMinor), BigInt(b.amountMinor)];
  const apart = minor > otherMinor ? minor - otherMinor : otherMinor - minor;
  const larger = minor > otherMinor ? minor : otherMinor;
  return told(apart === 0n, apart * 10n <= larger);
}

/** Forms of companies tell nothing of which company it is. */
const forms = new Set(
  [
    'gmbh ag kg ohg ug mbh se sa sas sarl bv nv ltd limited llc llp lp inc corp corporation co company plc spa srl',
    'oy ab as aps pty and und et the',
  ].flatMap((some) => some.split(' ')),
);

/** Words of a name: without accents, signs and forms of companies. */
function wordsOf(name: string): string[] {
  const plain = name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/ß/g, 'ss')
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
  const words = plain.split(' ');
  const telling = words.filter((word) => !forms.has(word));
  return telling.length > 0 ? telling : words;
}

/** Two letters each, as often as they stand there: what Sørensen and Dice compare texts by. */
function pairsOf(text: string): Map<string, number> {
  const pairs = new Map<string, number>();
  for (const word of text.split(' ')) {
    const framed = ` ${word} `;
    for (let at = 0; at + 1 < framed.length; at++) {
      const pair = framed.slice(at, at + 2);
      pairs.set(pair, (pairs.get(pair) ?? 0) + 1);
    }
  }
  return pairs;
}

function agreement(one: ReadonlyMap<string, number>, other: ReadonlyMap<string, number>): number {
  const count = (pairs: ReadonlyMap<string, number>) => [...pairs.values()].reduce((sum, n) => sum + n, 0);
  const shared = [...one].reduce((sum, [pair, n]) => sum + Math.min(n, other.get(pair) ?? 0), 0);
  return (2 * shared) / (count(one) + count(other));
}

const bare = (text: string) => text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '');

/** Mail boxes that anybody can have say nothing of a company. */
const anybodys = /^(gmail|googlemail|outlook|hotmail|live|yahoo|icloud|aol|gmx|web|mail|proton|protonmail)\./;

function domainOf(text: string): string | null {
  const host = text
    .toLowerCase()
    .replace(/^[a-z]+:\/\//, '')
    .replace(/^.*@/, '')
    .replace(/[/?#:].*$/, '')
    .replace(/^www\./, '');
  return host.includes('.') && !anybodys.test(host) ? host : null;
}

const shortestWord = 3;
const wordStart = 4;

/** Records are compared only if they have one of these in common; a word counts by its beginning, for endings vary. */
export function marksOf(kind: EntityName, record: CanonicalRecord): ReadonlySet<string> {
  const marks = new Set<string>();
  for (const [field, likeness] of likenessOf(kind)) {
    const value = record[field];
    if (typeof value !== 'string' || value === '') continue;
    if (likeness === 'name') {
      for (const word of wordsOf(value)) if (word.length >= shortestWord) marks.add(`name ${word.slice(0, wordStart)}`);
    }
    if (likeness === 'identifier') marks.add(`${field} ${bare(value)}`);
    if (likeness === 'reference') marks.add(`${field} ${value}`);
    const domain = likeness === 'domain' ? domainOf(value) : null;
    if (domain !== null) marks.add(`domain ${domain}`);
  }
  return marks;
}
