// The settings Suitelet: stores the connection, then frames the hub's settings page for a proven user.

/**
 * @NApiVersion 2.1
 * @NScriptType Suitelet
 * @NModuleScope SameAccount
 */
import type { EntryPoints } from 'N/types';
import { requestFlush } from '../flush-request.ts';
import { readSettings } from '../settings.ts';
import { connectForm, framedForm, notInstalledForm, storeConnection } from '../settings-page.ts';

const page = /^[a-z][a-z0-9/-]{0,120}$/;

export const onRequest: EntryPoints.Suitelet.onRequest = ({ request, response }) => {
  const settings = readSettings();
  if (settings === null) return response.writePage(notInstalledForm());
  if (String(request.method) === 'POST') {
    const refusal = storeConnection(settings, request.parameters);
    // The first flush says hello, which is what the checklist waits for.
    if (refusal === null) requestFlush();
    return response.writePage(connectForm(readSettings() ?? settings, refusal));
  }
  const isConnected = settings.state === 'connected' && settings.key !== '' && settings.proven !== '';
  if (!isConnected || request.parameters['connect'] === 'T') return response.writePage(connectForm(settings, null));
  const open = String(request.parameters['open'] ?? '');
  response.writePage(framedForm(settings, page.test(open) ? open : null));
};
