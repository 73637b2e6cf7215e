// The arithmetic of the record handshake: a nonce that only this page knows, and the hash that stands in the row.

const base64Url = (bytes) =>
  btoa(String.fromCharCode(...bytes))
    .replace(/\+/g, '-')
    .replace(/\//g, '_')
    .replace(/=/g, '');

const randomBytes = (count) => crypto.getRandomValues(new Uint8Array(count));

export const makeNonce = () => base64Url(randomBytes(32));

/** Without letters and digits that people mix up. Its 32 signs divide 256, so each is equally likely. */
const signs = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789';

export const makePairingCode = () =>
  [...randomBytes(12)]
    .map((byte, index) => (index % 4 === 0 && index > 0 ? '-' : '') + signs[byte % signs.length])
    .join('');

export const sha256Hex = async (text) => {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
};
