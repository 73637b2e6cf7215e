// The settings Suitelet: stores the connection, then frames the hub's settings page for a proven user.

/**
 * @NApiVersion 2.1
 * @NScriptType Suitelet
 * @NModuleScope SameAccount
 */
import type { EntryPoints } from 'N/types';
import { requestFlush } from '../flush-request.ts';
import { pageToken } from '../page-token.ts';
import { readSettings } from '../settings.ts';
import { connectForm, framedForm, mayConnect, noticeForm, storeConnection } from '../settings-page.ts';

const page = /^[a-z][a-z0-9/-]{0,120}$/;

export const onRequest: EntryPoints.Suitelet.onRequest = ({ request, response }) => {
  const settings = readSettings();
  if (settings === null) {
    return response.writePage(noticeForm('The settings row of Tieout is missing: install the SuiteApp again.'));
  }
  const isConnected = settings.state === 'connected' && settings.key !== '' && settings.proven !== '';
  if (request.parameters['proof'] === 'T') {
    response.setHeader({ name: 'Content-Type', value: 'application/json; charset=utf-8' });
    return response.write({ output: JSON.stringify({ token: isConnected ? pageToken(settings, null) : null }) });
  }
  if (!mayConnect() && !isConnected) {
    const text = 'Tieout is not connected yet. Somebody with the role Tieout Admin connects it on this page.';
    return response.writePage(noticeForm(text));
  }
  if (mayConnect() && String(request.method) === 'POST') {
    const refusal = storeConnection(settings, request.parameters);
    // The first flush says hello, which is what the checklist waits for.
    if (refusal === null) requestFlush();
    return response.writePage(connectForm(readSettings() ?? settings, refusal));
  }
  const isAsked = mayConnect() && request.parameters['connect'] === 'T';
  if (!isConnected || isAsked) return response.writePage(connectForm(settings, null));
  const open = String(request.parameters['open'] ?? '');
  response.writePage(framedForm(settings, page.test(open) ? open : null));
};
