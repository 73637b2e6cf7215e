// The pages of the account as people use them, without any package.
import { expect, test } from 'vitest';
import { Bench } from './testing.ts';

const form = { 'Content-Type': 'application/x-www-form-urlencoded' };

test('a record is viewed, edited, copied, made and deleted on its page, as far as the role goes', async () => {
  const bench = new Bench();
  const { job } = bench.people();
  const page = (more: string, body?: string, role = 'ADMINISTRATOR') =>
    bench.call(body === undefined ? 'GET' : 'POST', `/app/accounting/project/project.nl${more}`, body, {
      ...form,
      Cookie: `role=${role}`,
    });
  expect((await page(`?id=${job}`)).text).toContain('<dd>Acme rollout</dd>');
  expect((await page(`?id=${job}&e=T`, 'companyname=Renamed&allowtime=T&wanted=save')).status).toBe(302);
  expect(bench.row('job', job)).toMatchObject({ companyname: 'Renamed', allowtime: true });
  const refused = await page(`?id=${job}&e=T`, 'companyname=&wanted=save');
  expect([refused.status, refused.text.includes('role="alert"')]).toEqual([400, true]);
  await page(`?id=${job}&cp=T`, 'companyname=Second&wanted=save');
  const second = bench.standIn.rows('job').at(-1);
  expect(second).toMatchObject({ companyname: 'Second', parent: bench.row('job', job)['parent'] });
  const denied = await page(`?id=${second?.id}&e=T`, 'wanted=delete', 'customrole_sales_clerk');
  expect(denied.status).toBe(403);
  expect((await page(`?id=${second?.id}&e=T`, 'wanted=delete')).status).toBe(302);
  expect((await page(`?id=${second?.id}`)).status).toBe(404);
});

test('time is approved and rejected on its page', async () => {
  const bench = new Bench();
  const { job, employee } = bench.people();
  const time = { employee, customer: job, tranDate: '2026-11-20', hours: '2', approvalStatus: '2' };
  const id = bench.standIn.create('timebill', time);
  const page = `/app/accounting/transactions/timebill.nl?id=${id}`;
  for (const [wanted, status] of [
    ['approve', '3'],
    ['reject', '4'],
  ]) {
    expect((await bench.call('GET', page)).text).toContain(`value="${wanted}"`);
    await bench.call('POST', page, `wanted=${wanted}`, form);
    expect(bench.row('timebill', id)['approvalstatus']).toBe(status);
  }
});

test('the home page lists what a role may see, and another role is chosen for the browser', async () => {
  const bench = new Bench();
  const { customer } = bench.people();
  const home = async (role: string) =>
    (await bench.call('GET', '/app/center/card.nl', undefined, { Cookie: role })).text;
  expect(await home('')).toContain(`/app/common/entity/custjob.nl?id=${customer}`);
  const chosen = await bench.call('POST', '/app/login/secure/changerole.nl', 'role=customrole_sales_clerk', form);
  const cookie = chosen.headers.get('set-cookie')?.split(';')[0] ?? '';
  bench.standIn.act('set-permission', { role: 'customrole_sales_clerk', permission: 'LIST_CUSTJOB', level: 'NONE' });
  expect(await home(cookie)).toContain('Sales Clerk');
  expect(await home(cookie)).not.toContain('custjob.nl');
});
