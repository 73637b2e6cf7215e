// Which account this is, in the words of the wire.
import * as runtime from 'N/runtime';

/** The system's name inside envelopes and tokens. */
export const systemName = 'netsuite';

export function accountId(): string {
  return runtime.accountId;
}

export function environment(): 'production' | 'sandbox' {
  return runtime.envType === runtime.EnvType.PRODUCTION ? 'production' : 'sandbox';
}
