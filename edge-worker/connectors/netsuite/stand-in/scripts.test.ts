// How the account runs scripts of any project: when, as whom, at what price, and what it refuses to guess.
import { expect, test } from 'vitest';
import { Bench, type Json, listOf } from './testing.ts';

const cabinet = 'FileCabinet/SuiteScripts';
const manifest = '<manifest projecttype="ACCOUNTCUSTOMIZATION"><projectname>Acme</projectname></manifest>';

/** A script's file with its header; its body knows the modules by the last part of their names. */
function fileOf(type: string, modules: string, body: string): string {
  const names = modules.split(' ').filter((name) => name !== '');
  const wanted = names.map((name) => `'N/${name}'`).join(', ');
  const known = names.map((name) => name.split('/').at(-1)).join(', ');
  return `/**\n * @NApiVersion 2.1\n * @NScriptType ${type}\n */\ndefine([${wanted}], (${known}) => ${body});`;
}

function scriptXml(tag: string, id: string, deployment: string): string {
  return `<${tag} scriptid="customscript_${id}"><name>${id}</name>
<scriptfile>[/SuiteScripts/${id}.js]</scriptfile><scriptdeployments><scriptdeployment scriptid="customdeploy_${id}">
<isdeployed>T</isdeployed>${deployment}</scriptdeployment></scriptdeployments></${tag}>`;
}

const everybody = '<allroles>T</allroles>';
const customerEvents = '<recordtype>CUSTOMER</recordtype>';

type Part = readonly [id: string, tag: string, deployment: string, code: string];

/** An account with these scripts in it. */
function account(...parts: readonly Part[]): Bench {
  const files = new Map([['manifest.xml', manifest]]);
  for (const [id, tag, deployment, code] of parts) {
    files.set(`Objects/customscript_${id}.xml`, scriptXml(tag, id, deployment));
    files.set(`${cabinet}/${id}.js`, code);
  }
  return benchWith(files);
}

function benchWith(files: ReadonlyMap<string, string>): Bench {
  return new Bench((factory) => (options) => {
    const made = factory(options);
    made.install?.(files);
    return made;
  });
}

const logs = (bench: Bench) => listOf(bench.standIn.act('script-logs', {})).map(({ title }) => title);
const problems = (bench: Bench) =>
  listOf(bench.standIn.act('script-logs', {}))
    .filter(({ level }) => level === 'error')
    .map(({ details }) => details);

async function called(bench: Bench, id: string, body: unknown = {}) {
  const Authorization = `Bearer ${await bench.token('restlets')}`;
  const path = `/app/site/hosting/restlet.nl?script=customscript_${id}&deploy=customdeploy_${id}`;
  return bench.call('POST', path, body, { Authorization });
}

const restlet = (modules: string, body: string): Part => [
  'rl',
  'restlet',
  everybody,
  fileOf('Restlet', modules, `({ post: (given) => ${body} })`),
];

const pageOf = (id: string) => `/app/site/hosting/scriptlet.nl?script=customscript_${id}&deploy=customdeploy_${id}`;
const form = { 'Content-Type': 'application/x-www-form-urlencoded' };

const customer = { companyName: 'Acme', subsidiary: '1' };

test('a user event sees what kind of save it is, and an inline edit shows only what it changed', () => {
  const code = `({ afterSubmit: ({ type, newRecord, oldRecord, UserEventType }) => log.debug({
    title: [type, type === UserEventType.DELETE, String(newRecord.getValue('phone')), newRecord.getValue('companyname'),
      oldRecord ? oldRecord.getValue('phone') : 'new'].join() }) })`;
  const bench = account(['ue', 'usereventscript', customerEvents, fileOf('UserEventScript', '', code)]);
  const id = bench.standIn.create('customer', customer);
  bench.standIn.update('customer', id, { phone: '1' });
  bench.standIn.act('save', { type: 'customer', id, values: { phone: '2' }, event: 'xedit' });
  bench.standIn.remove('customer', id);
  expect(logs(bench)).toEqual([
    'create,false,,Acme,new',
    'edit,false,1,Acme,',
    'xedit,false,2,,1',
    'delete,true,2,Acme,2',
  ]);
});

test('a user event may change what is saved, and refuse it in its own words', async () => {
  const code = `({ beforeSubmit: ({ newRecord }) => {
    if (newRecord.getValue({ fieldId: 'phone' }) === '0') throw 'Not this number.';
    newRecord.setValue({ fieldId: 'comments', value: 'seen' });
  } })`;
  const bench = account(['ue', 'usereventscript', customerEvents, fileOf('UserEventScript', '', code)]);
  const id = bench.standIn.create('customer', customer);
  expect(bench.row('customer', id)['comments']).toBe('seen');
  const refused = await bench.record('PATCH', `customer/${id}`, { phone: '0' });
  expect([refused.status, refused.text.includes('Not this number.')]).toEqual([400, true]);
});

test('user events run in the contexts of their deployment, and not inside each other', async () => {
  const inside = `({ afterSubmit: ({ newRecord }) => {
    log.debug({ title: runtime.executionContext });
    if (newRecord.getValue('phone') !== 'again') return;
    record.submitFields({ type: 'customer', id: newRecord.id, values: { phone: 'done' } });
  } })`;
  const contexts = '<executioncontext>USERINTERFACE|RESTWEBSERVICES|RESTLET</executioncontext>';
  const bench = account(
    ['ue', 'usereventscript', customerEvents + contexts, fileOf('UserEventScript', 'record runtime', inside)],
    restlet('record', `record.submitFields({ type: 'customer', id: given.id, values: { phone: '3' } })`),
  );
  const id = bench.standIn.create('customer', customer);
  bench.standIn.act('save', { type: 'customer', id, values: { phone: '1' }, context: 'CSVIMPORT' });
  await bench.record('PATCH', `customer/${id}`, { phone: '2' });
  await called(bench, 'rl', { id });
  bench.standIn.update('customer', id, { phone: 'again' });
  expect(logs(bench)).toEqual(['USERINTERFACE', 'RESTWEBSERVICES', 'RESTLET', 'USERINTERFACE']);
  expect(bench.row('customer', id)['phone']).toBe('done');
});

test.each([
  ['a member of a module', 'runtime', 'runtime.getCurrentWeather()', 'N/runtime.getCurrentWeather is not known'],
  ['a module', 'render', 'render.create()', 'asks for N/render'],
  ['a record type', 'record', `record.load({ type: 'campaign', id: 1 })`, 'campaign'],
  ['a member of a record', 'record', `record.create({ type: 'customer' }).getMacros()`, 'getMacros'],
])('%s that is not known here fails with its name', async (_, modules, body, said) => {
  const reply = await called(account(restlet(modules, body)), 'rl');
  expect(reply.status).toBe(400);
  expect(reply.text).toContain(said);
});

test('no module may be called while a script is defined', async () => {
  const code = `/**\n * @NApiVersion 2.1\n * @NScriptType Restlet\n */\ndefine(['N/runtime'], (runtime) => {
    const script = runtime.getCurrentScript();
    return { post: () => script.id };
  });`;
  const reply = await called(account(['rl', 'restlet', everybody, code]), 'rl');
  expect(reply.text).toContain('SUITESCRIPT_API_UNAVAILABLE_IN_DEFINE');
});

test('a run that spends more than its units ends there, whatever it catches', async () => {
  const spend =
    '(() => { try { for (;;) record.load({ type: "customer", id: given.id }); } catch { return "caught"; } })()';
  const bench = account(restlet('record', spend));
  const id = bench.standIn.create('customer', customer);
  const reply = await called(bench, 'rl', { id });
  expect([reply.status, reply.text.includes('SSS_USAGE_LIMIT_EXCEEDED')]).toEqual([400, true]);
});

test('a deployment is for its roles, runs as the role it names, and has its own parameters', async () => {
  const parameters = '<custscript_greeting>Hello</custscript_greeting>';
  const greeting = `runtime.getCurrentScript().getParameter({ name: 'custscript_greeting' })`;
  const code = fileOf('Restlet', 'runtime', `({ post: () => [runtime.getCurrentUser().roleId, ${greeting}] })`);
  const roles = '<allroles>F</allroles><audslctrole>ADMINISTRATOR</audslctrole>';
  const bench = account(
    ['open', 'restlet', `${everybody}<runasrole>ADMINISTRATOR</runasrole>${parameters}`, code],
    ['closed', 'restlet', roles, code],
  );
  expect((await called(bench, 'open')).text).toBe('["administrator","Hello"]');
  expect((await called(bench, 'closed')).status).toBe(403);
});

test('a map/reduce goes from input over maps and reduces to its summary, and repeats a map after a crash', async () => {
  const code = `({
    getInputData: () => ['a', 'b', 'a'],
    map: (context) => {
      log.debug({ title: context.value + context.isRestarted });
      context.write({ key: context.value, value: 1 });
    },
    reduce: (context) => {
      if (context.key === 'b') throw new Error('no b');
      context.write(context.key, context.values.length);
    },
    summarize: ({ output, reduceSummary }) => {
      output.iterator().each((key, value) => { log.audit({ title: key + value }); return true; });
      reduceSummary.errors.iterator().each((key, problem) => { log.audit({ title: key + problem }); return true; });
    },
  })`;
  const bench = account(['mr', 'mapreducescript', '', fileOf('MapReduceScript', '', code)]);
  const run = (more: Json = {}) => bench.standIn.act('run', { script: 'customscript_mr', ...more });
  expect(await run()).toBe(3);
  expect(logs(bench)).toEqual(['afalse', 'bfalse', 'afalse', 'a2', 'bError: no b']);
  await run({ restartAfter: 1 });
  expect(logs(bench).slice(5)).toEqual(['afalse', 'bfalse', 'btrue', 'afalse', 'a2', 'bError: no b']);
});

test('a scheduled script comes by the clock, and a submitted one at once', async () => {
  const rhythm = '<status>SCHEDULED</status><recurrence><single><repeat>PT1H</repeat></single></recurrence>';
  const code = fileOf('ScheduledScript', '', `({ execute: () => log.debug({ title: 'ran' }) })`);
  const bench = account(
    ['ss', 'scheduledscript', rhythm, code],
    restlet('task', `({ id: task.create({ taskType: 'SCHEDULED_SCRIPT', scriptId: 'customscript_ss' }).submit() })`),
  );
  await bench.standIn.deliver();
  expect(logs(bench)).toEqual([]);
  bench.nowMs += 3_600_000;
  await bench.standIn.deliver();
  expect(logs(bench)).toEqual(['ran']);
  await called(bench, 'rl');
  expect((await called(bench, 'rl')).text).toContain('ALREADY_RUNNING');
  await bench.standIn.act('run-submitted', {});
  expect(logs(bench)).toEqual(['ran', 'ran']);
});

test('a Suitelet waits for an answer from outside, and does everything it does once', async () => {
  const body = `({ onRequest: ({ request, response }) => {
    const made = record.create({ type: 'customer' });
    made.setValue({ fieldId: 'companyname', value: request.parameters.name });
    made.setValue({ fieldId: 'subsidiary', value: 1 });
    const id = made.save();
    const { code } = https.get({ url: 'https://hub.example/?made=' + id });
    log.debug({ title: 'answered ' + code });
    const page = serverWidget.createForm({ title: 'Made ' + id });
    const { TEXT } = serverWidget.FieldType;
    page.addField({ id: 'custpage_name', type: TEXT, label: 'Name' }).defaultValue = '<i>' + code;
    page.addSubmitButton({ label: 'Make' });
    response.writePage(page);
  } })`;
  const bench = account(['sl', 'suitelet', everybody, fileOf('Suitelet', 'https record ui/serverWidget', body)]);
  bench.hub = () => new Response('', { status: 299 });
  const { text } = await bench.call('POST', pageOf('sl'), 'name=Nord', form);
  expect(bench.standIn.rows('customer')).toMatchObject([{ companyname: 'Nord' }]);
  expect(bench.pushed.map(({ url }) => url)).toEqual([
    `https://hub.example/?made=${bench.standIn.rows('customer')[0]?.id}`,
  ]);
  expect(logs(bench)).toEqual(['answered 299']);
  expect(text).toContain('value="&lt;i&gt;299"');
  expect(text).toContain('>Make</button>');
});

test('user events and RESTlets cannot call outside, and say so', async () => {
  const call = `https.get({ url: 'https://hub.example/' })`;
  const event = fileOf('UserEventScript', 'https', `({ afterSubmit: () => ${call} })`);
  const bench = account(['ue', 'usereventscript', customerEvents, event], restlet('https', call));
  expect((await called(bench, 'rl')).status).toBe(400);
  bench.standIn.create('customer', customer);
  expect(problems(bench)).toHaveLength(1);
  expect(bench.pushed).toEqual([]);
});

test('an event subscriber is told of saves by user events too, after them', async () => {
  const event = fileOf(
    'UserEventScript',
    'record',
    `({ afterSubmit: ({ type, newRecord }) => type === 'edit' &&
      record.submitFields({ type: 'job', id: newRecord.getValue('comments'), values: { comments: 'x' } }) })`,
  );
  const title = '{ title: context.recordType + payload.recordId }';
  const told = `({ handle: async ({ context, payload }) => log.debug(${title}) })`;
  const criterion = `<criterion><domain>RECORD</domain><type>UPDATED</type><parameters><parameter>
<name>RECORDTYPE</name><operator>EQ</operator><value>JOB</value></parameter></parameters></criterion>`;
  const subscriber = `<eventsubscriber scriptid="custevsub_x"><scriptfilepath>[/SuiteScripts/es.js]</scriptfilepath>
<criteria>${criterion}</criteria></eventsubscriber>`;
  const bench = account(['ue', 'usereventscript', customerEvents, event]);
  bench.standIn.install?.(
    new Map([
      ['manifest.xml', '<manifest><projectname>Other</projectname></manifest>'],
      ['Objects/custevsub_x.xml', subscriber],
      [`${cabinet}/es.js`, fileOf('EventSubscriber', '', told)],
    ]),
  );
  const { customer: id, job } = bench.people();
  bench.standIn.update('customer', id, { comments: job });
  expect(logs(bench)).toEqual([]);
  await bench.standIn.act('run-submitted', {});
  expect(logs(bench)).toEqual([`JOB${job}`]);
});

test('fields of a package that nobody may edit are not edited', async () => {
  const field = `<entitycustomfield scriptid="custentity_x"><label>X</label><fieldtype>TEXT</fieldtype>
<accesslevel>1</accesslevel><appliestocustomer>T</appliestocustomer></entitycustomfield>`;
  const bench = new Bench();
  bench.standIn.install?.(
    new Map([
      ['manifest.xml', manifest],
      ['Objects/custentity_x.xml', field],
    ]),
  );
  const { customer: id } = bench.people();
  const refused = await bench.record('PATCH', `customer/${id}`, { custentity_x: '1' });
  expect([refused.status, refused.text.includes('custentity_x')]).toEqual([400, true]);
});

test('a script is loaded with what it asks for, or it is said what this platform does not have', () => {
  const codes = {
    lines: 'define([], () => ({ total: (all) => all.length }));',
    order: "/** @NScriptType Suitelet */\ndefine(['./lines'], (lines) => ({ onRequest: () => lines.total([]) }));",
    chart: fileOf('Restlet', 'render', '({ get: () => 1 })'),
    eager: fileOf('Restlet', 'runtime', '({ get: runtime.getCurrentUser() })'),
  };
  const files = Object.entries(codes).map(([id, code]) => [`${cabinet}/${id}.js`, code] as const);
  const loaded = listOf(benchWith(new Map([['manifest.xml', manifest], ...files])).standIn.act('load-all', {}));
  expect(loaded.map(({ entries, problem }) => problem ?? entries)).toEqual([
    ['total'],
    ['onRequest'],
    '/SuiteScripts/chart.js asks for N/render',
    '/SuiteScripts/eager.js calls N/runtime.getCurrentUser',
  ]);
});
