// The part of the account that runs scripts: installs projects, and runs what is deployed as it is deployed.
import type { StandInOptions, Switchboard } from '../../../stand-in.ts';
import type { Books } from '../books.ts';
import type { Role, Roles } from '../permissions.ts';
import { Cache } from './cache.ts';
import { Book, type Doing, Frame } from './frame.ts';
import { Journal } from './journal.ts';
import { type DefineScope, type Exports, guarded, loadFile, type Module, type Running, turnTo } from './loader.ts';
import { Meter, unitsFor } from './meter.ts';
import { modulesFor } from './n/index.ts';
import { RecordDesk } from './n/record.ts';
import { Network } from './network.ts';
import type { Deployment, Project } from './project.ts';
import { Queue } from './queue.ts';
import { scriptError } from './script-error.ts';
import { Secrets } from './secrets.ts';

export interface PlatformWorld {
  readonly options: StandInOptions;
  readonly board: Switchboard;
  readonly books: Books;
  readonly roles: Roles;
  readonly account: string;
  readonly pageOf: (type: string, id: string) => string;
}

/** A script's call from outside: which entry point, and what it is handed. */
export interface Call {
  readonly entry: string;
  /** Made anew when a run is gone through again after it waited. */
  readonly context: () => readonly unknown[];
  readonly doing: Doing;
}

type EntryPoint = (...context: readonly unknown[]) => unknown;

export class Platform {
  readonly books: Books;
  readonly roles: Roles;
  readonly account: string;
  readonly desk: RecordDesk;
  readonly journal: Journal;
  readonly secrets = new Secrets();
  readonly cached: Cache;
  readonly session = new Map<string, string>();
  readonly queue: Queue;
  readonly chance: () => number;
  readonly pageOf: PlatformWorld['pageOf'];
  /** How far the zone in which SuiteQL writes times is ahead of UTC. */
  sqlOffsetMs = 0;
  /** Where a script sent the person whose page it was drawing. */
  redirectedTo: string | null = null;
  readonly #network: Network;
  readonly #frames: Frame[] = [];
  readonly #modules: Readonly<Record<string, Module>>;
  readonly #scope: DefineScope = { file: null };
  readonly #running: Running;
  readonly #entries = new Map<string, boolean>();
  #projects: readonly Project[] = [];
  #deployments: readonly Deployment[] = [];
  #uuids = 0;

  constructor({ options, board, books, roles, account, pageOf }: PlatformWorld) {
    this.books = books;
    this.account = account;
    this.pageOf = pageOf;
    this.chance = options.chance;
    this.desk = new RecordDesk(this);
    this.journal = new Journal(books.clock);
    this.cached = new Cache(books.clock);
    this.queue = new Queue(() => this.#deployments, books.clock);
    this.roles = roles;
    this.#network = new Network(options.send, board);
    const modules = Object.entries(modulesFor(this));
    this.#modules = Object.fromEntries(modules.map(([name, known]) => [name, guarded(name, known, this.#scope)]));
    this.#running = { nowMs: books.clock, log: this.#modules['N/log'] ?? {} };
  }

  get projects(): readonly Project[] {
    return this.#projects;
  }

  set projects(projects: readonly Project[]) {
    this.#projects = projects;
    this.#entries.clear();
    this.#deployments = projects.flatMap((project) => project.deployments);
  }

  get deployments(): readonly Deployment[] {
    return this.#deployments;
  }

  find(script: string, deployment: string): Deployment | null {
    const found = this.#deployments.find((each) => each.script === script && each.id === deployment);
    return found?.isDeployed ? found : null;
  }

  get frame(): Frame {
    const frame = this.#frames.at(-1);
    if (!frame) throw new Error('no script is running');
    return frame;
  }

  get isRunning(): boolean {
    return this.#frames.length > 0;
  }

  get isInUserEvent(): boolean {
    return this.#frames.at(-1)?.deployment.scriptType === 'usereventscript';
  }

  get role(): Role {
    return this.roles.named(this.frame.doing.role);
  }

  newUuid(): string {
    const part = () =>
      Math.floor(this.chance() * 0x10000)
        .toString(16)
        .padStart(4, '0');
    return `${part()}${part()}-${part()}-4000-8000-${String(++this.#uuids).padStart(12, '0')}`;
  }

  redirect(url: string): void {
    this.frame.step('redirect', () => {
      this.redirectedTo = url;
    });
  }

  /** Whether a file has an entry point; asked of its exports once, because most saves meet scripts without it. */
  has(deployment: Deployment, entry: string): boolean {
    const key = `${deployment.file} ${entry}`;
    const known = this.#entries.get(key);
    if (known !== undefined) return known;
    const has = typeof this.#exportsOf(deployment)[entry] === 'function';
    this.#entries.set(key, has);
    return has;
  }

  /** The entry points of a file, deployed or not, its modules made as at the start of a run. */
  entriesOf(file: string): readonly string[] {
    turnTo(this.#running);
    const exported = Object.entries(this.#define(file, new Map()));
    return exported.filter(([, value]) => typeof value === 'function').map(([name]) => name);
  }

  /** One run that cannot wait: of a save or a RESTlet. */
  run(deployment: Deployment, call: Call): unknown {
    return this.#attempt(deployment, call, null);
  }

  /** One run, which may wait for answers from outside. */
  async runWaiting(deployment: Deployment, call: Call): Promise<unknown> {
    const book = new Book();
    for (;;) {
      let outcome: { readonly value: unknown } | { readonly problem: unknown };
      try {
        outcome = { value: await this.#attempt(deployment, call, book) };
      } catch (problem) {
        outcome = { problem };
      }
      const asked = book.waitsFor;
      if (asked === null) {
        if ('problem' in outcome) throw outcome.problem;
        return outcome.value;
      }
      await this.#network.call(asked).then(
        (answer) => book.answer(answer),
        (error: Error) => book.fail(error),
      );
    }
  }

  #attempt(deployment: Deployment, { entry, context, doing }: Call, book: Book | null): unknown {
    turnTo(this.#running);
    const type = loadFile(deployment.file, this.#code(deployment.file)).type;
    const meter = new Meter(unitsFor(type, entry));
    const role = deployment.runAsRole ?? doing.role;
    const frame = new Frame(deployment, { ...doing, role }, meter, book);
    const leave = () => {
      this.#frames.splice(this.#frames.lastIndexOf(frame), 1);
      if (book?.waitsFor) return;
      const { script, id } = deployment;
      this.journal.ran({ script, deployment: id, entry, context: doing.context, units: meter.used });
      // A run out of units ends there, whatever the script caught.
      if (meter.isSpent) throw scriptError('SSS_USAGE_LIMIT_EXCEEDED', 'Script Execution Usage Limit Exceeded');
    };
    this.#frames.push(frame);
    let given: unknown;
    try {
      const point = this.#exportsOf(deployment)[entry] as EntryPoint | undefined;
      if (!point)
        throw scriptError('SSS_INVALID_SCRIPT_OPERATION', `${deployment.script} has no entry point ${entry}.`);
      given = point(...context());
    } catch (problem) {
      leave();
      throw problem;
    }
    if (given instanceof Object && 'then' in given) return (given as Promise<unknown>).finally(leave);
    leave();
    return given;
  }

  #exportsOf(deployment: Deployment): Exports {
    return this.#define(deployment.file, new Map());
  }

  /** Modules are made anew for every execution: what one leaves behind in them the next does not see. */
  #define(file: string, made: Map<string, Exports>): Exports {
    const known = made.get(file);
    if (known) return known;
    const { wanted, factory } = loadFile(file, this.#code(file));
    const exported: Record<string, unknown> = {};
    made.set(file, exported);
    const given = wanted.map((name) => {
      if (name === 'exports') return exported;
      const module = this.#modules[name];
      if (module) return module;
      if (/^N($|\/)/.test(name)) throw scriptError('MODULE_DOES_NOT_EXIST', `${file} asks for ${name}`);
      return this.#define(pathFrom(file, name), made);
    });
    const before = this.#scope.file;
    this.#scope.file = file;
    try {
      return (factory(...given) as Exports | undefined) ?? exported;
    } finally {
      this.#scope.file = before;
    }
  }

  #code(file: string): string {
    const owner = this.#projects.find((project) => project.has(file));
    if (!owner) throw new Error(`The File Cabinet has no ${file}.`);
    return owner.code(file);
  }
}

/** `./lines` from `/SuiteScripts/order.js` is `/SuiteScripts/lines.js`. */
function pathFrom(file: string, name: string): string {
  const whole = name.startsWith('/') ? name : new URL(name, `file://${file}`).pathname;
  return whole.endsWith('.js') ? whole : `${whole}.js`;
}
