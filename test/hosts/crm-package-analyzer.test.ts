// Salesforce Code Analyzer, with its rules for AppExchange and security, over the Salesforce package: what the
// marketplace runs first. Skipped where it or Java could not be installed; `setup.mjs` has said so then.
import { execFile, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

const isThere =
  existsSync('.state/code-analyzer/node_modules/.fetched') && spawnSync('java', ['-version']).status === 0;
const scratch = mkdtempSync(join(tmpdir(), 'tieout-analyzed-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** A way out of the org that is neither encrypted nor ours. */
const remoteSite = `<?xml version="1.0" encoding="UTF-8"?>
<RemoteSiteSetting xmlns="http://soap.sforce.com/2006/04/metadata">
  <disableProtocolSecurity>true</disableProtocolSecurity>
  <isActive>true</isActive>
  <url>http://elsewhere.example</url>
</RemoteSiteSetting>
`;
const component = `import { LightningElement } from 'lwc';
export default class Planted extends LightningElement {
  renderedCallback() {
    this.template.querySelector('p').innerHTML = '<b>planted</b>';
    // eslint-disable-next-line @lwc/lwc/no-async-operation
    setTimeout(() => this.run(), 10);
  }
}
`;

const analyze = (folder: string) =>
  new Promise<{ readonly status: unknown; readonly lines: readonly string[] }>((resolve) => {
    const call = ['crm-package/analyze.ts', folder];
    execFile(process.execPath, call, { maxBuffer: 2 ** 24 }, (error, out, said) =>
      resolve({ status: error?.code ?? 0, lines: `${out}${said}`.split('\n') }),
    );
  });

describe.skipIf(!isThere)('Salesforce Code Analyzer', () => {
  it('finds only what the reviewer is told of, and in a copy of the package whatever else is planted', async () => {
    cpSync('crm-package', scratch, { recursive: true });
    const source = join(scratch, 'force-app/main/default');
    mkdirSync(join(source, 'remoteSiteSettings'));
    writeFileSync(join(source, 'remoteSiteSettings/Planted.remoteSite-meta.xml'), remoteSite);
    mkdirSync(join(source, 'lwc/planted'));
    writeFileSync(join(source, 'lwc/planted/planted.js'), component);
    const { status, lines } = await analyze(scratch);
    const found = lines.filter((line) => /^(known|NEW|GONE)/.test(line));
    const isPlanted = (line: string) => /^NEW .*planted/i.test(line);
    expect(found.filter((line) => !line.startsWith('known') && !isPlanted(line))).toEqual([]);
    for (const file of ['Planted.remoteSite', 'planted.js']) {
      expect(
        found.filter((line) => line.startsWith('NEW') && line.includes(file)),
        lines.join('\n'),
      ).not.toEqual([]);
    }
    expect(status).toBe(1);
  }, 400_000);
});
