// Which view is shown, and when it is shown anew.

import { load } from './api.js';
import { element, failure, number, show, tableAddress } from './dom.js';
import * as checkpoints from './checkpoints.js';
import * as files from './files.js';
import * as overview from './overview.js';
import * as record from './record.js';
import * as records from './records.js';
import * as schema from './schema.js';
import * as timeline from './timeline.js';

const views = [
  { address: '#/', name: 'Overview', view: overview },
  { address: '#/timeline', name: 'Timeline', view: timeline },
  { address: '#/files', name: 'Files', view: files },
  { address: '#/checkpoints', name: 'Checkpoints', view: checkpoints },
];
const main = document.getElementById('main');
const anewAtMost = 700; // milliseconds between two showings of a view that moves

let shown = null; // { view, context }
let shownAt = 0;
let waiting = false;

function route() {
  const hash = window.location.hash || '#/';
  const parts = hash.slice(2).split('/').map(decodeURIComponent);
  if (parts[0] === 'table' && parts[1]) {
    return { view: parts[2] === 'schema' ? schema : records, parts, current: tableAddress(parts[1]), title: parts[1] };
  }
  if (parts[0] === 'record' && parts.length > 2) {
    return { view: record, parts, current: tableAddress(parts[1]), title: `${parts[1]} ${parts[2]}` };
  }
  const known = views.find((each) => each.address === hash) ?? views[0];
  return { view: known.view, parts, current: known.address, title: known.name };
}

function markCurrent(current) {
  for (const link of document.querySelectorAll('nav a')) {
    if (link.getAttribute('href') === current) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
}

async function open() {
  shown?.controller.abort();
  const { view, parts, current, title } = route();
  const context = { parts, controller: new AbortController(), place: main };
  context.alive = () => shown === context;
  shown = context;
  context.view = view;
  document.title = `${title} – linedb`;
  markCurrent(current);
  try {
    await view.open(context);
  } catch (error) {
    if (context.alive() && error.name !== 'AbortError') show(main, failure(error));
  }
}

async function showAnew() {
  const context = shown;
  if (!context?.view.refresh) return;
  try {
    await context.view.refresh(context);
  } catch (error) {
    if (context.alive() && error.name !== 'AbortError') show(main, failure(error));
  }
}

// At most so often, and once more at the end.
function showSoon() {
  if (waiting) return;
  waiting = true;
  window.setTimeout(async () => {
    shownAt = performance.now();
    await Promise.all([showTables(), showAnew()]);
    waiting = false;
  }, Math.max(0, shownAt + anewAtMost - performance.now()));
}

async function showTables() {
  const answer = await load('overview').catch(() => null);
  if (answer === null) return;
  document.getElementById('directory').textContent = answer.directory;
  const links = answer.tables.map((each) => element('li', {},
    element('a', { href: tableAddress(each.table), id: `nav-${each.table}` }, each.table,
      element('span', { class: 'count' }, number(each.records)))));
  if (links.length === 0) links.push(element('li', { class: 'empty' }, 'none'));
  show(document.getElementById('tables'), ...links);
  markCurrent(route().current);
}

function tell(text, kind) {
  document.getElementById('following').className = `dot ${kind}`;
  const state = document.getElementById('state');
  if (state.textContent !== text) state.textContent = text;
}

async function follow() {
  let known = 0;
  for (;;) {
    try {
      const news = await load('news', { known });
      tell(news.failure || `following, lsn ${number(news.lsn)}`, news.failure ? 'off' : 'on');
      if (known !== 0 && news.version !== known) showSoon();
      known = news.version;
    } catch (error) {
      tell('dbtool ui has ended', 'off');
      return;
    }
  }
}

document.addEventListener('keydown', (event) => {
  const typing = event.target.matches('input, select, textarea');
  if (event.key === '/' && !typing && document.getElementById('filter')) {
    event.preventDefault();
    document.getElementById('filter').focus();
  } else if (event.key === 'Escape' && !typing && shown?.view.leave) {
    window.location.hash = shown.view.leave(shown);
  }
});
document.querySelector('.skip').addEventListener('click', (event) => {
  event.preventDefault(); // the address says which view is shown
  main.focus();
});
window.addEventListener('hashchange', () => { open().then(() => main.focus({ preventScroll: true })); });

show(document.getElementById('views'), ...views.map((each) => element('li', {},
  element('a', { href: each.address }, each.name))));
showTables();
open();
follow();
