// Secrets that scripts use by name and never see: typed into a form's own field, or kept under Setup.
import { scriptError } from './script-error.ts';

interface Secret {
  readonly value: string;
  /** Script ids that may use it; null = all of the account. */
  readonly scripts: readonly string[] | null;
}

export class Secrets {
  readonly #kept = new Map<string, Secret>();

  /** The name under which scripts use it from now on. */
  keep(value: string, scripts: readonly string[] | null, name = `guid-${this.#kept.size + 1}`): string {
    this.#kept.set(name, { value, scripts });
    return name;
  }

  demand(name: string, script: string): void {
    const found = this.#kept.get(name);
    if (!found || (found.scripts !== null && !found.scripts.includes(script))) {
      throw scriptError('INVALID_KEY_OR_SECRET', `${script} has no secret ${name}`);
    }
  }

  valueOf(name: string): string {
    return this.#kept.get(name)?.value ?? '';
  }
}
