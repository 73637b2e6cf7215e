// The Salesforce package as its reviewer sees it: valid, complete, without what it promises not to have.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { capture } from '../../crm-package/capture.ts';
import { maps } from '../../edge-worker/connectors/salesforce/map.ts';
import { nodesOf, textsOf } from '../../edge-worker/connectors/salesforce/stand-in/package/metadata.ts';
import { PackageSource, packageRoot } from './crm-package-source.ts';
import { publishedTypes } from './metadata-types.ts';

const source = new PackageSource();
const types = publishedTypes();
const project = JSON.parse(readFileSync('crm-package/sfdx-project.json', 'utf8')) as Record<string, unknown>;
const hub = 'https://hub.tieout.example';
const scripts = source.paths.filter((path) => path.endsWith('.js'));
const textOf = (path: string) => readFileSync(path, 'utf8');

describe('The Salesforce package', () => {
  it('holds metadata that fits the published types', () => {
    const problems = source.files.flatMap(({ path, root, node }) =>
      types.problems(node, root).map((one) => `${path} ${one}`),
    );
    expect(problems).toEqual([]);
    expect(source.files.length).toBeGreaterThan(120);
  });

  it('is a project of its own namespace and one API version throughout', () => {
    expect(project).toMatchObject({ namespace: 'tieout', sourceApiVersion: '66.0' });
    const versions = source.files.flatMap(({ node }) => [node, ...nodesOf(node['outboundMessages'])]);
    const given = versions.flatMap((node) => ('apiVersion' in node ? [node['apiVersion']] : []));
    expect(new Set(given)).toEqual(new Set(['66.0']));
  });

  it('generates its flows and words freshly', () => {
    const checked = spawnSync(process.execPath, ['crm-package/gen.ts', '--check'], { encoding: 'utf8' });
    expect([checked.stderr, checked.status]).toEqual(['', 0]);
  });

  it('has no Apex, no Visualforce, no Aura, no remote site, no credential and no global app secret', () => {
    const code = /\.(cls|trigger|page|component|cmp)\b|\/aura\//;
    const access = /\.(remoteSite|namedCredential|externalCredential|ecaGlblOauth)-meta\b/;
    expect(source.paths.filter((path) => code.test(path) || access.test(path))).toEqual([]);
  });

  it('sends no session id and speaks https only, to one address', () => {
    const [message] = source.of('Workflow').flatMap(({ node }) => nodesOf(node['outboundMessages']));
    expect(message).toMatchObject({ includeSessionId: 'false', endpointUrl: `${hub}/hooks/salesforce` });
    expect(source.of('CspTrustedSite').map(({ node }) => node['endpointUrl'])).toEqual([hub]);
    const addresses = source.paths.flatMap((path) =>
      [...textOf(path).matchAll(/https?:\/\/[\w.-]+/g)].map(([found]) => found),
    );
    expect(new Set(addresses)).toEqual(new Set([hub, 'http://soap.sforce.com']));
  });
});

describe('Every name in the package', () => {
  const dangling = (names: Iterable<string>, known: { has(name: string): boolean }) =>
    [...names].filter((name) => !known.has(name));

  it('of a field or record type in a permission set, list view or message is one that exists', () => {
    const sets = source.of('PermissionSet');
    const fields = sets.flatMap(({ node }) => nodesOf(node['fieldPermissions']).map((one) => String(one['field'])));
    expect(dangling(fields, source.fields)).toEqual([]);
    const standard = new Set(['Account', 'Contact', 'Opportunity', 'Product2']);
    const granted = sets.flatMap(({ node }) => nodesOf(node['objectPermissions']).map((one) => String(one['object'])));
    expect(
      dangling(
        granted.filter((name) => !standard.has(name)),
        source.types,
      ),
    ).toEqual([]);
    const views = source.of('ListView').flatMap(({ path, node }) => {
      const type = /objects\/([^/]+)\//.exec(path)?.[1] ?? '';
      const filtered = nodesOf(node['filters']).map((one) => String(one['field']));
      return [...textsOf(node['columns']), ...filtered]
        .filter((name) => name.endsWith('__c'))
        .map((name) => `${type}.${name}`);
    });
    expect(dangling(views, source.fields)).toEqual([]);
  });

  it('of a tab, app, component, permission or label is one that exists', () => {
    const components = new Set(scripts.map((path) => /lwc\/(\w+)\//.exec(path)?.[1] ?? ''));
    const used = [
      ...source.of('CustomTab').flatMap(({ node }) => textsOf(node['lwcComponent'])),
      ...source.of('QuickAction').flatMap(({ node }) => textsOf(node['lightningWebComponent'])),
      ...[...JSON.stringify(source.of('FlexiPage').map(({ node }) => node)).matchAll(/"componentName":"(\w+)"/g)].map(
        ([, name = '']) => name,
      ),
    ];
    expect(dangling(used, components)).toEqual([]);
    const tabs = source.names('CustomTab');
    const shown = source.of('CustomApplication').flatMap(({ node }) => textsOf(node['tabs']));
    const set = source
      .of('PermissionSet')
      .flatMap(({ node }) => nodesOf(node['tabSettings']).map((one) => String(one['tab'])));
    expect(dangling([...shown, ...set], tabs)).toEqual([]);
    const given = source
      .of('PermissionSet')
      .flatMap(({ node }) => nodesOf(node['customPermissions']).map((one) => String(one['name'])));
    expect(dangling(given, source.names('CustomPermission'))).toEqual([]);
  });

  it('that a component imports from the org is one that exists', () => {
    const imports = scripts.flatMap((path) =>
      [...textOf(path).matchAll(/from '(@salesforce\/[^']+|c\/\w+)'/g)].map(([, name = '']) => name),
    );
    const permissions = source.names('CustomPermission');
    const unknown = imports.filter((name) => {
      const [, kind, rest = ''] = /^(@salesforce\/\w+|c)\/(.+)$/.exec(name) ?? [];
      if (kind === '@salesforce/label') return !source.labels.has(rest.replace(/^c\./, ''));
      if (kind === '@salesforce/customPermission') return !permissions.has(rest);
      if (kind === '@salesforce/schema') return !(source.types.has(rest) || source.fields.has(rest));
      if (kind === 'c') return !scripts.includes(`${packageRoot}/lwc/${rest}/${rest}.js`);
      return name !== '@salesforce/user/Id' && name !== '@salesforce/i18n/currency';
    });
    expect(unknown).toEqual([]);
  });

  it('in a flow is a field of ours, or one that its standard object is known to have', () => {
    const wrong = source.of('Flow').flatMap(({ name, node }) => {
      const [start] = nodesOf(node['start']);
      const type = String(start?.['object']);
      const row = capture.find(({ object }) => object === type);
      const ownFields = [...JSON.stringify(node).matchAll(/\$Record(?:__Prior)?\.(\w+__c)/g)].map(
        ([, field = '']) => field,
      );
      const missing = ownFields.filter((field) => !source.hasField(type, field));
      const created = nodesOf(node['recordCreates']).flatMap((one) =>
        nodesOf(one['inputAssignments'])
          .map((line) => String(line['field']))
          .filter((field) => !source.hasField(String(one['object']), field)),
      );
      return [...missing, ...created, ...(row || source.types.has(type) ? [] : [type])].map((one) => `${name}: ${one}`);
    });
    expect(wrong).toEqual([]);
  });
});

describe('Access in the package', () => {
  const permitted = (name: string) =>
    new Map(
      source
        .of('PermissionSet')
        .filter((file) => file.name === name)
        .flatMap(({ node }) => nodesOf(node['fieldPermissions']))
        .map((one) => [String(one['field']), one['editable'] === 'true'] as const),
    );
  const closable = [...source.fields]
    .filter(([name, node]) => node['required'] !== 'true' && !name.includes('__e.'))
    .map(([name]) => name);

  it('to every field is granted to admins, and to the integration user unless the outbox alone needs it', () => {
    expect(closable.filter((name) => !permitted('Tieout_Admin').has(name))).toEqual([]);
    expect(
      closable.filter((name) => !permitted('Tieout_Integration').has(name) && !name.startsWith('Outbox__c.')),
    ).toEqual([]);
  });

  it('lets people read what Tieout writes, and change none of it', () => {
    const user = permitted('Tieout_User');
    const written = ['Sync_Status__c', 'Invoice__c', 'Connection__c'];
    expect(
      [...user].filter(([name, isEditable]) => isEditable && written.some((type) => name.startsWith(type))),
    ).toEqual([]);
    expect(user.has('Connection__c.Pairing_Code__c')).toBe(false);
    expect(user.get('Account.Tieout_Id__c')).toBe(false);
  });

  it('lets nobody but the integration user see sessions of others', () => {
    const over = source.of('PermissionSet').flatMap(({ name, node }) =>
      nodesOf(node['objectPermissions'])
        .filter((one) => one['object'] === 'Session__c' && one['viewAllRecords'] === 'true')
        .map(() => name),
    );
    expect(over).toEqual(['Tieout_Integration']);
    expect(source.types.get('Session__c')?.['sharingModel']).toBe('Private');
    expect(source.types.get('Outbox__c')?.['sharingModel']).toBe('Private');
  });
});

describe('Every flow of the package', () => {
  const canFault = ['recordCreates', 'recordUpdates', 'recordDeletes', 'recordLookups', 'actionCalls', 'subflows'];

  for (const { name, node } of source.of('Flow')) {
    it(`${name} has a fault path on each step that can fail, entry conditions, and makes no call`, () => {
      const steps = canFault.flatMap((tag) => nodesOf(node[tag]));
      expect(steps.filter((step) => !('faultConnector' in step)).map((step) => step['name'])).toEqual([]);
      const [start] = nodesOf(node['start']);
      // The stamp must run on every save of a session row: a condition would be a way around it.
      const isStamp = start?.['triggerType'] === 'RecordBeforeSave';
      expect('filterFormula' in (start ?? {}) || 'filters' in (start ?? {}) || isStamp).toBe(true);
      expect(nodesOf(node['actionCalls']).every((one) => one['actionType'] === 'outboundMessage')).toBe(true);
      expect(String(node['runInMode'] ?? '')).not.toMatch(/WithoutSharing/);
    });
  }

  it('of a captured object listens to each field the hub reads there, as far as a formula can', () => {
    // No formula takes a long text; the currency is a field only in some orgs; lines have flows of their own.
    const beyond = new Set(['Description', 'CurrencyIsoCode', 'OpportunityLineItems', 'IsWon', 'IsClosed']);
    // What the hub itself writes is no news to it.
    const isHeard = ({ direction }: { readonly direction: string }) => direction !== 'out';
    const unheard = Object.values(maps).flatMap(({ recordType, fields }) => {
      const row = capture.find(({ object }) => object === recordType.replace(/^tieout__/, ''));
      const rows = Object.values<{ readonly at: string; readonly direction: string }>(fields).filter(isHeard);
      const read = rows.map(({ at }) => at.replace(/^tieout__/, ''));
      return row
        ? read.filter((at) => !row.fields.includes(at) && !beyond.has(at)).map((at) => `${recordType}.${at}`)
        : [];
    });
    expect(unheard).toEqual([]);
  });
});

describe('PROTOCOL.md and the package', () => {
  const page = textOf('edge-worker/connectors/salesforce/PROTOCOL.md');
  const [contract = ''] = page.split('\n## ');
  const sectionOf = (type: string) => new RegExp(`^- \`${type}\`[\\s\\S]*?(?=^- )`, 'm').exec(contract)?.[0] ?? '';
  const namesIn = (text: string) => [...new Set([...text.matchAll(/`(\w+__c)`/g)].map(([, name = '']) => name))];

  for (const type of source.types.keys()) {
    it(`agree on the fields of ${type}`, () => {
      const said = namesIn(sectionOf(type)).filter(
        (name) => name !== type && !(type.endsWith('__e') && name === 'Announces__c'),
      );
      const present = [...source.fields.keys()]
        .filter((name) => name.startsWith(`${type}.`))
        .map((name) => name.split('.')[1]);
      expect(said.sort()).toEqual(present.sort());
    });
  }

  it('agree on the fields added to accounts and opportunities', () => {
    const [, account = '', opportunity = ''] =
      /Fields added to Account:(.*)To Opportunity:([\s\S]*?)\n- /.exec(contract) ?? [];
    const added = (type: string) =>
      [...source.fields.keys()].filter((name) => name.startsWith(`${type}.`)).map((name) => name.split('.')[1]);
    expect(namesIn(account).sort()).toEqual(added('Account').sort());
    expect(namesIn(opportunity).sort()).toEqual(added('Opportunity').sort());
  });

  it('agree on what the one outbound message carries', () => {
    const [, said = ''] = /Outbound Message, fields: ([\w, ]+)\./.exec(contract) ?? [];
    const messages = source.of('Workflow').flatMap(({ node }) => nodesOf(node['outboundMessages']));
    expect(messages).toHaveLength(1);
    expect(textsOf(messages[0]?.['fields']).toSorted()).toEqual(said.split(', ').sort());
    expect(textsOf(messages[0]?.['fields']).filter((name) => !source.hasField('Outbox__c', name))).toEqual([]);
  });
});
