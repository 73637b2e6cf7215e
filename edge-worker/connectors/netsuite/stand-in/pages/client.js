// What a page of the stand-in runs in the browser: its tabs, and client scripts with the N modules they may use.
(() => {
  const page = document.body.dataset;

  function say(kind, title, text, durationMs) {
    const banner = document.createElement('div');
    banner.className = `banner ${kind}`;
    const heading = document.createElement('strong');
    heading.textContent = title;
    banner.append(heading, text);
    document.getElementById('messages').append(banner);
    if (durationMs > 0) setTimeout(() => banner.remove(), durationMs);
    return banner;
  }

  /** A member that a module lacks fails loudly, as it does on the server. */
  function strict(name, known) {
    return new Proxy(known, {
      get(target, member) {
        if (typeof member === 'string' && !(member in target)) throw new Error(`${name}.${member} is not known here`);
        return target[member];
      },
    });
  }

  async function send(method, { url, headers = {}, body }) {
    const form = typeof body === 'object' && body !== null ? new URLSearchParams(body) : body;
    const response = await fetch(url, { method, headers, body: method === 'GET' ? undefined : form });
    return { code: response.status, headers: Object.fromEntries(response.headers), body: await response.text() };
  }

  const waiting = (method) =>
    Object.assign(
      () => {
        throw new Error('only the promise form is known here');
      },
      { promise: (options) => send(method, options) },
    );

  const kinds = ['confirmation', 'information', 'warning', 'error'];
  const modules = {
    'N/currentRecord': { get: () => ({ type: page.recordType, id: Number(page.recordId) }) },
    'N/https': { get: waiting('GET'), post: waiting('POST') },
    'N/ui/message': {
      Type: { CONFIRMATION: 0, INFORMATION: 1, WARNING: 2, ERROR: 3 },
      create: ({ type, title, message, duration = 0 }) => {
        let banner = null;
        return {
          show: () => {
            banner = say(kinds[type] ?? 'information', title, message, duration);
          },
          hide: () => banner?.remove(),
        };
      },
    },
    'N/url': {
      resolveScript: ({ scriptId, deploymentId, params = {} }) =>
        `/app/site/hosting/scriptlet.nl?${new URLSearchParams({ script: scriptId, deploy: deploymentId, ...params })}`,
    },
  };

  globalThis.define = (wanted, factory) => {
    const exported = {};
    const given = wanted.map((name) => {
      if (name === 'exports') return exported;
      if (!(name in modules)) throw new Error(`${name} is not known here`);
      return strict(name, modules[name]);
    });
    const made = factory(...given) ?? exported;
    made.pageInit?.({ mode: page.mode, currentRecord: modules['N/currentRecord'].get() });
    for (const button of document.querySelectorAll('button[data-function]')) {
      button.addEventListener('click', () => made[button.dataset.function]());
    }
  };

  function showTab(tabs, chosen) {
    for (const tab of tabs) {
      tab.setAttribute('aria-selected', String(tab === chosen));
      tab.tabIndex = tab === chosen ? 0 : -1;
      document.getElementById(tab.getAttribute('aria-controls')).hidden = tab !== chosen;
    }
  }

  for (const list of document.querySelectorAll('[role=tablist]')) {
    const tabs = [...list.querySelectorAll('[role=tab]')];
    const named = tabs.find((tab) => `#${tab.id}` === location.hash);
    showTab(tabs, named ?? tabs[0]);
    list.addEventListener('click', ({ target }) => {
      if (tabs.includes(target)) showTab(tabs, target);
    });
    list.addEventListener('keydown', ({ key, target }) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[key];
      if (step === undefined) return;
      const next = tabs[(tabs.indexOf(target) + step + tabs.length) % tabs.length];
      showTab(tabs, next);
      next.focus();
    });
  }
})();
