// Our SuiteApp in NetSuite's stand-in: built as it is deployed, installed by an administrator, connected in its pages.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StandIn, StandInFactory } from '../../edge-worker/connectors/stand-in.ts';
import { bundleScripts, objectsOf } from '../../erp-suiteapp/build.ts';

const project = 'erp-suiteapp/src';
const cabinet = 'FileCabinet/SuiteApps/com.tieout.hub/scripts';
const sources = [
  'erp-suiteapp/build.ts',
  'erp-suiteapp/scripts',
  'shared/wire',
  'shared/words.ts',
  'shared/timeline-words.ts',
];
const kept = '.state/suiteapp';

export const suiteAppId = 'com.tieout.hub';
export const integrationRole = 'customrole_tieout_integration';
export const adminRole = 'customrole_tieout_admin';
export const outboxType = 'customrecord_tieout_outbox';
export const settingType = 'customrecord_tieout_setting';

/** Path below `src` -> text, the built scripts among them. */
export const suiteApp: ReadonlyMap<string, string> = await suiteAppWith([]);

/** With parts that are left out unless they are asked for. */
export async function suiteAppWith(options: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>();
  for (const path of pathsIn(project)) {
    if (path.endsWith('.xml') && !path.includes('/custevsub_')) {
      files.set(path.slice(project.length + 1), readFileSync(path, 'utf8'));
    }
  }
  for (const option of options) {
    for (const [name, text] of objectsOf(option)) files.set(`Objects/${name}`, text);
  }
  for (const [name, code] of await builtScripts(options)) files.set(`${cabinet}/${name}`, code);
  return files;
}

function pathsIn(path: string): readonly string[] {
  if (/\.\w+$/.test(path)) return [path];
  return readdirSync(path, { withFileTypes: true })
    .flatMap((entry) => pathsIn(join(path, entry.name)))
    .sort();
}

/** Many test files use the same build: it is made once for each state of the sources. */
async function builtScripts(options: readonly string[]): Promise<readonly (readonly [string, string])[]> {
  const hash = createHash('sha256');
  for (const path of sources.flatMap(pathsIn)) hash.update(path).update(readFileSync(path));
  for (const option of options) hash.update(option);
  const known = join(kept, `${hash.digest('hex').slice(0, 16)}.json`);
  if (existsSync(known)) return JSON.parse(readFileSync(known, 'utf8')) as [string, string][];
  const made = [...(await bundleScripts(options))];
  mkdirSync(kept, { recursive: true });
  // Written aside and moved in one go, so that another process never reads half a build.
  writeFileSync(`${known}.${process.pid}`, JSON.stringify(made));
  renameSync(`${known}.${process.pid}`, known);
  return made;
}

/** An account of a customer who has installed our package. */
export const withSuiteApp =
  (factory: StandInFactory): StandInFactory =>
  (options) => {
    const standIn = factory(options);
    const setUp = () => {
      // What the customer's administrator does after the installation: the integration logs in with our role.
      standIn.act('map-certificate', { role: integrationRole });
      standIn.act('set-permission', { permission: 'ADMI_OWN_CERTIFICATES', level: 'FULL', role: integrationRole });
    };
    standIn.install?.(suiteApp);
    setUp();
    return {
      ...standIn,
      subscribe: (to) => connectInPages(standIn, to),
      deliver: async () => {
        await standIn.deliver();
        return unsent(standIn);
      },
      reset: () => {
        standIn.reset();
        setUp();
      },
    };
  };

/** The admin enters on the settings page what the hub has shown: where the hub is, then installation, hook and key. */
function connectInPages(standIn: StandIn, to: Parameters<StandIn['subscribe']>[0]): void {
  const hook = to.url.replace(/^http:/, 'https:');
  const [setting] = standIn.rows(settingType);
  if (!setting) throw new Error('the SuiteApp has no settings row');
  standIn.update(settingType, setting.id, { custrecord_tieout_se_hub: new URL(hook).origin });
  const page = standIn.act('fill-in', {
    script: 'customscript_tieout_sl_settings',
    deploy: 'customdeploy_tieout_sl_settings',
    role: adminRole,
    values: {
      custpage_tieout_installation: to.installation ?? '',
      custpage_tieout_hook: hook,
      custpage_tieout_key: to.key ?? '',
    },
  }) as { readonly fields: Readonly<Record<string, string>> };
  const refusal = /<p role="alert">.*?<\/p>/s.exec(Object.values(page.fields).join(''))?.[0];
  if (refusal !== undefined) throw new Error(refusal);
}

function unsent(standIn: StandIn): number {
  const q = `SELECT COUNT(*) AS waiting FROM ${outboxType} WHERE custrecord_tieout_ob_sent = 'F'`;
  const [counted] = standIn.act('query', { q }) as readonly { readonly waiting: string }[];
  return Number(counted?.waiting ?? 0);
}
