// An R2 bucket in memory: what the archive uses of one, and a way to make it fail.

export class R2OnNode {
  readonly texts = new Map<string, string>();
  /** Set to make calls fail, null to make them well again. */
  failure: string | null = null;
  /** Called before each call, with its verb; a test lets it fail from here on. */
  before: ((verb: string) => void) | null = null;

  /** As the platform hands it to the Worker. The parts left out are those that nobody uses. */
  get bucket(): R2Bucket {
    return this as unknown as R2Bucket;
  }

  async put(key: string, text: string): Promise<void> {
    this.#enter('put');
    this.texts.set(key, text);
  }

  async get(key: string): Promise<{ text(): Promise<string> } | null> {
    this.#enter('get');
    const text = this.texts.get(key);
    return text === undefined ? null : { text: async () => text };
  }

  /** Pages of three, so that every reader of pages is one. */
  async list({ prefix, cursor = '' }: { prefix: string; cursor?: string }) {
    this.#enter('list');
    const keys = [...this.texts.keys()].filter((key) => key.startsWith(prefix) && key > cursor).sort();
    const page = keys.slice(0, 3);
    const isCut = keys.length > page.length;
    return { objects: page.map((key) => ({ key })), truncated: isCut, ...(isCut && { cursor: page.at(-1) }) };
  }

  async delete(keys: readonly string[]): Promise<void> {
    this.#enter('delete');
    for (const key of keys) this.texts.delete(key);
  }

  #enter(verb: string): void {
    this.before?.(verb);
    if (this.failure !== null) throw new Error(this.failure);
  }
}
