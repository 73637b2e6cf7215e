// What runs in the framed page: asks the host for a proof where that is how it is done, keeps the session in memory
// alone, renews it, and says how tall it is. Plain script, because it is sent as it stands.

export const pageScript = `(() => {
  const given = JSON.parse(document.getElementById('given').textContent);
  const content = document.getElementById('content');
  const notice = document.getElementById('notice');
  const renewEveryMs = 10 * 60000;
  let session = given.session;
  let timer = 0;

  const tell = (text) => { notice.textContent = text; notice.hidden = text === ''; };
  const say = (type, more) => {
    if (given.mode !== 'record') return;
    for (const origin of given.origins) parent.postMessage({ tieout: 1, type, ...more }, origin);
  };
  const call = (path, options) => fetch(path, {
    ...options, cache: 'no-store',
    headers: { authorization: 'Bearer ' + session.token, 'content-type': 'application/json' },
  });
  const lost = () => {
    session = null;
    clearTimeout(timer);
    if (given.mode === 'record') say('ready');
    else tell('Your session has ended. Load the page anew.');
  };

  const renew = async () => {
    const answer = await call('/v1/installations/' + session.installation + '/session', { method: 'POST' });
    if (answer.status === 401) return lost();
    if (answer.ok) session = await answer.json();
    timer = setTimeout(() => renew().catch(again), renewEveryMs);
  };
  const again = () => { timer = setTimeout(() => renew().catch(again), 60000); };

  const show = async () => {
    const answer = await call('/embed/page');
    if (answer.status === 401) return lost();
    if (!answer.ok) throw new Error(String(answer.status));
    content.innerHTML = await answer.text();
    tell('');
  };
  const begin = () => { timer = setTimeout(() => renew().catch(again), renewEveryMs); };

  const prove = async ({ installation, session: row, nonce }) => {
    if (session || installation !== given.installation) return;
    const answer = await fetch('/embed/' + given.system + '/session', {
      method: 'POST', headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ installation, session: row, nonce }),
    });
    const body = await answer.json();
    if (!answer.ok) {
      tell(body.detail + ' ' + body.next);
      return say('refused', { code: body.fields ? body.fields[0].problem : body.type });
    }
    session = body;
    say('accepted');
    await show();
    begin();
  };
  addEventListener('message', ({ source, origin, data }) => {
    if (source !== parent || !given.origins.includes(origin) || !data || data.tieout !== 1) return;
    if (data.type === 'session') prove(data).catch(() => tell('Tieout could not be reached. Load the page anew.'));
  });

  const check = async (button) => {
    const said = button.nextElementSibling;
    said.textContent = 'Checking…';
    const path = '/v1/installations/' + session.installation + '/connections/' + button.dataset.check + '/check';
    const answer = await call(path, { method: 'POST' });
    const body = await answer.json();
    said.textContent = answer.ok ? body.words : body.detail + ' ' + body.next;
  };
  content.addEventListener('click', ({ target }) => {
    const failed = () => tell('Tieout could not be reached. Try again in a minute.');
    if (target.id === 'refresh' && session) show().catch(failed);
    if (target.dataset.check && session) check(target).catch(failed);
  });

  const size = () => say('height', { heightPx: document.documentElement.scrollHeight });
  new ResizeObserver(size).observe(document.body);
  if (given.mode === 'record') say('ready');
  if (given.mode === 'token') begin();
})();`;
