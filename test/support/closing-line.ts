// Says which phase the tests are in, and ends their run with one line that a script can read: `N passed, N failed`.
import type { Reporter, TestModule, TestProject, TestSpecification } from 'vitest/node';

interface Phase {
  readonly title: string;
  readonly what: string;
}

const phases: Readonly<Record<string, Phase>> = {
  unit: { title: 'unit', what: 'house rules, shared kernel, connectors against their stand-ins, conformance' },
  journeys: { title: 'journeys', what: 'the real Worker in workerd, told as business stories' },
};

export interface Counts {
  readonly passed: number;
  readonly failed: number;
}

/** Tests by outcome. A file that could not be loaded and an error outside any test count as failures too. */
export function countTests(modules: readonly Pick<TestModule, 'children' | 'errors'>[], loose: number): Counts {
  let passed = 0;
  let failed = loose;
  for (const module of modules) {
    failed += module.errors().length;
    for (const test of module.children.allTests()) {
      const { state } = test.result();
      if (state === 'passed') passed++;
      else if (state === 'failed') failed++;
    }
    for (const suite of module.children.allSuites()) failed += suite.errors().length;
  }
  return { passed, failed };
}

export default class ClosingLine implements Reporter {
  readonly #begun = new Set<string>();
  #order: readonly string[] = [];
  #files: ReadonlyMap<string, number> = new Map();

  onTestRunStart(specifications: readonly TestSpecification[]): void {
    const files = new Map<string, number>();
    for (const { project } of specifications) files.set(project.name, (files.get(project.name) ?? 0) + 1);
    this.#files = files;
    this.#order = Object.keys(phases).filter((name) => files.has(name));
  }

  onTestModuleQueued(module: TestModule): void {
    this.#announce(module.project);
  }

  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly unknown[]): void {
    const { passed, failed } = countTests(modules, unhandled.length);
    const twice = modules
      .flatMap(({ children }) => [...children.allTests()])
      .filter((test) => test.diagnostic()?.flaky);
    for (const { fullName, module } of twice) {
      console.log(`Passed only when told twice: ${module.relativeModuleId}: ${fullName}`);
    }
    // Written as the process ends, so that it stays the last line whatever other reporters have to say.
    process.once('exit', () => process.stdout.write(`${passed} passed, ${failed} failed\n`));
  }

  #announce({ name }: TestProject): void {
    if (this.#begun.has(name)) return;
    this.#begun.add(name);
    const phase = phases[name];
    if (!phase) return;
    const place = `${this.#order.indexOf(name) + 1} of ${this.#order.length}`;
    console.log(`\n── Phase ${place}: ${phase.title} (${this.#files.get(name) ?? 0} files): ${phase.what}\n`);
  }
}
