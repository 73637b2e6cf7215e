// A small house in order, and breaches to plant in it: one of each kind, with the words that must name it.

/** Tidy from door to cellar: every rule passes over it without a word. */
export const tidyHouse: Readonly<Record<string, string>> = {
  'package.json':
    '{"scripts":{"stand-ins":"node test/stand-ins.ts"},"dependencies":{"zod":"1"},"devDependencies":{"vitest":"1"}}',
  'wrangler.toml': '# How the Worker of a very small house is put on the network.\nmain = "edge-worker/index.ts"\n',
  'README.md': '# A house\n\nIts door is `edge-worker/index.ts`.\n',
  'shared/money.ts':
    "// Minor units and a currency, exact in every place.\nimport { z } from 'zod';\nexport const money = z;\n",
  'edge-worker/index.ts':
    "// The only door of this very small house.\nimport './flow/spine.ts';\nimport './connectors/_registry.ts';\n" +
    "import './platform/log.ts';\n",
  'edge-worker/connectors/_registry.ts':
    "import { acme } from './acme/index.ts';\nexport const connectors = { acme };\n",
  'test/stand-ins.ts':
    "// Every stand-in on a port of its own.\nimport '../edge-worker/connectors/acme/stand-in.ts';\n",
  'edge-worker/platform/log.ts':
    '// One line per step, printed where it can be read.\nexport const log = console.log;\n',
  'edge-worker/flow/spine.ts':
    "// Calls the verbs of the sentence from top to bottom.\nimport { money } from '../../shared/money.ts';\n" +
    'export const fetchWith = (fetch: (url: string) => string) => fetch(String(money));\n',
  'edge-worker/connectors/acme/index.ts':
    '// A system that somebody else made and we connect to.\nexport const acme = 1;\n',
  'edge-worker/connectors/acme/stand-in.ts':
    '// Their server, imitated from its facts alone.\nexport const standIn = 2;\n',
};

export interface Planted {
  readonly rule: string;
  /** Files to add or to put in the place of others. */
  readonly files: Readonly<Record<string, string>>;
  /** What the breach must be called, each at its file and line. */
  readonly named: readonly string[];
}

const purpose = '// A purpose that is long enough to be one.\n';
const home = ['', 'home', 'me', 'notes.txt'].join('/');
const unfinished = ['TO', 'DO'].join('');
const spine = 'edge-worker/flow/spine.ts';

/** A file of the flow that the door leads to, with these lines after its purpose. */
function flowFile(...lines: string[]): Readonly<Record<string, string>> {
  return { [spine]: `${purpose}${lines.join('\n')}\n` };
}

function importing(from: string): string {
  return `${purpose}import { a } from '${from}';\nexport const b = a;\n`;
}

export const planted: readonly Planted[] = [
  {
    rule: 'imports point down',
    files: {
      ...flowFile("import { log } from '../platform/log.ts';", 'export const a = log;'),
      'shared/wire/status.ts': importing('zod'),
      'shared/money.ts': importing('../edge-worker/flow/spine.ts'),
      'edge-worker/rules/late.ts': importing('../store/rows.ts'),
      'edge-worker/store/rows.ts': importing('../flow/spine.ts'),
      'edge-worker/connectors/acme/index.ts': importing('./stand-in.ts'),
      'edge-worker/connectors/acme/stand-in.ts': importing('./index.ts'),
      'edge-worker/connectors/bolt/index.ts': importing('../acme/index.ts'),
      'edge-worker/attic/box.ts': `${purpose}export const box = 1;\n`,
    },
    named: [
      `${spine}:2 may not import edge-worker/platform/log.ts`,
      'shared/wire/status.ts:2 may not import zod',
      'shared/money.ts:2 may not import edge-worker/flow/spine.ts',
      'edge-worker/rules/late.ts:2 may not import edge-worker/store/rows.ts',
      'edge-worker/store/rows.ts:2 may not import edge-worker/flow/spine.ts',
      'edge-worker/connectors/acme/index.ts:2 may not import edge-worker/connectors/acme/stand-in.ts',
      'edge-worker/connectors/acme/stand-in.ts:2 may not import edge-worker/connectors/acme/index.ts',
      'edge-worker/connectors/bolt/index.ts:2 may not import edge-worker/connectors/acme/index.ts',
      'edge-worker/attic/box.ts:1 lies in no folder of the house',
    ],
  },
  {
    rule: 'every import is there',
    files: flowFile("import './lost.ts';", "import 'left-pad';"),
    named: [`${spine}:2 imports edge-worker/flow/lost.ts`, `${spine}:3 imports left-pad`],
  },
  {
    rule: 'every file is reached from a door',
    files: {
      'edge-worker/flow/lonely.ts': `${purpose}export const lonely = 1;\n`,
      'shared/tested.ts': `${purpose}export const tested = 1;\n`,
      'test/tested.test.ts': `${purpose}import '../shared/tested.ts';\n`,
    },
    named: ['edge-worker/flow/lonely.ts:1 nothing imports it', 'shared/tested.ts:1 only tests import it'],
  },
  {
    rule: 'D1 is asked for one installation at a time',
    files: flowFile(
      'export const a = (env: Env) => env.RECORD;',
      "export const b = ({ database }: Ports) => database.read([{ text: 'SELECT 1', bound: [] }]);",
      "export const c = (ports: Ports) => ports.database.batch([{ query: 'DELETE FROM timeline', rows: '' }]);",
    ),
    named: [`${spine}:2 asks D1 itself`, `${spine}:3 asks D1 itself`, `${spine}:4 asks D1 itself`],
  },
  {
    rule: 'only platform/ and context.ts touch the outside world',
    files: flowFile(
      'export const a = Date.now();',
      'export const b = new Date();',
      'export const c = Math.random();',
      'export const d = crypto.randomUUID();',
      "export const e = fetch('https://hub.example');",
      "export const f = process.env['KEY'];",
      'setTimeout(() => a, 1);',
      'export const g = new Date(0);',
    ),
    named: [
      `${spine}:2 touches the clock`,
      `${spine}:3 touches the clock`,
      `${spine}:4 touches chance`,
      `${spine}:5 touches chance`,
      `${spine}:6 touches the network`,
      `${spine}:7 touches env`,
      `${spine}:8 touches the clock`,
    ],
  },
  {
    rule: "no vendor's name stands outside its folder",
    files: flowFile("export const isSlow = (system: string) => system === 'Acme';"),
    named: [`${spine}:2 names acme`],
  },
  {
    rule: 'names say something',
    files: {
      ...flowFile('export const userData = 1;', 'export function handlerOf(info: string) {', '  return info;', '}'),
      'edge-worker/flow/dateUtils.ts': `${purpose}export const today = 1;\n`,
    },
    named: [
      `${spine}:2 "userData"`,
      `${spine}:3 "handlerOf"`,
      `${spine}:3 "info"`,
      'edge-worker/flow/dateUtils.ts:1 files are called in kebab-case',
      'edge-worker/flow/dateUtils.ts:1 is called "util"',
    ],
  },
  {
    rule: 'nothing hides a problem',
    files: {
      ...flowFile(`// ${unfinished} later`, "console.log('here');", '// @ts-ignore', `export const path = '${home}';`),
      'test/only.test.ts': `${purpose}it.only('a', () => expect(1).toMatchSnapshot());\nvi.mock('./flow.ts');\n`,
    },
    named: [
      `${spine}:2 unfinished`,
      `${spine}:3 prints`,
      `${spine}:4 silences a check`,
      `${spine}:5 names a path of one machine`,
      'test/only.test.ts:2 leaves all other tests out',
      'test/only.test.ts:2 a snapshot',
      'test/only.test.ts:3 mocks our own code',
    ],
  },
  {
    rule: 'each file opens with its purpose',
    files: { [spine]: 'export const a = 1;\n', 'wrangler.toml': 'main = "edge-worker/index.ts"\n' },
    named: [`${spine}:1 does not open`, 'wrangler.toml:1 does not open'],
  },
  {
    rule: 'files, functions and lines keep their limits',
    files: flowFile(
      'export function long() {',
      ...Array.from({ length: 70 }, () => '  String(1);'),
      '}',
      `export const wide = '${'w'.repeat(120)}';`,
      ...Array.from({ length: 230 }, (_, index) => `export const n${index} = 1;`),
    ),
    named: [`${spine}:301 has 304 lines`, `${spine}:74 a line of 143 characters`, `${spine}:2 long has 72 lines`],
  },
  {
    rule: 'no code is put aside in comments',
    files: flowFile(
      '// Prose may end in a colon (and have brackets).',
      '// const before = now(1);',
      'export const a = 1;',
    ),
    named: [`${spine}:3 code put aside`],
  },
  {
    rule: 'the operator can look up every event of the log',
    files: {
      ...flowFile("export const a = (log: (event: string) => void) => log('row-lost');"),
      'docs/operate.md': '# Operating\n\n`row-found`\n',
    },
    named: [`${spine}:2 logs row-lost`],
  },
  {
    rule: 'papers name only what is there',
    files: { 'README.md': '# A house\n\n[plan](docs/plan.md), `edge-worker/flow/gone.ts`\n\n# Again\n' },
    named: [
      'README.md:5 has a second title',
      'README.md:3 names docs/plan.md',
      'README.md:3 names edge-worker/flow/gone.ts',
    ],
  },
  {
    rule: 'each picture is shown by a page and made by a test',
    files: {
      'docs/guide.md': '# A guide\n\n![Seen](pictures/seen.webp)\n',
      'docs/pictures/seen.webp': '999999',
      'docs/pictures/lost.webp': '1000',
      'test/seen.test.ts': `${purpose}await visitor.picture('seen');\n`,
    },
    named: [
      'docs/pictures/seen.webp:1 has 999999 bytes, at most 120000',
      'docs/pictures/lost.webp:1 is shown by no page',
      'docs/pictures/lost.webp:1 is made by no test',
    ],
  },
];
