// The proof of who looks at the settings page: signed, good for two minutes and, at the hub, for one use (PROTOCOL.md).
import * as random from 'N/crypto/random';
import * as runtime from 'N/runtime';
import { nowMs } from './clock.ts';
import { accountId, environment, systemName } from './environment.ts';
import type { Settings } from './settings.ts';
import { base64Url, sign } from './signing.ts';

const lifeSeconds = 120;
const version = 1;

export function pageToken(settings: Settings, open: string | null): string {
  const user = runtime.getCurrentUser();
  const iat = Math.floor(nowMs() / 1000);
  const payload = base64Url(
    JSON.stringify({
      v: version,
      iss: systemName,
      aud: settings.hub,
      ins: settings.installation,
      acct: accountId(),
      env: environment(),
      uid: String(user.id),
      name: user.name,
      email: user.email,
      role: user.roleId,
      open,
      iat,
      exp: iat + lifeSeconds,
      jti: random.generateUUID(),
    }),
  );
  return `${payload}.${sign(settings, iat, payload)[0] ?? ''}`;
}
