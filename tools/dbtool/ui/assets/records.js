// The record browser: pages of one moment's records, by filter and order.

import { load } from './api.js';
import { element, failure, number, recordAddress, show } from './dom.js';
import { tabs } from './schema.js';

const pageSize = 50;
// What was asked of a table last: who comes back from a record finds it as it was.
const remembered = new Map();

const isNumber = (column) => column.type === 'int' || column.type === 'float';
const pages = (state) => Math.max(1, Math.ceil(state.total / pageSize));
const page = (state) => Math.floor(state.offset / pageSize) + 1;

// In digits; a name's letters are smaller than they, and it may get an arrow.
function width(column, rows, place) {
  const longest = Math.max(Math.ceil(column.name.length * 0.87 + 1), ...rows.map((row) => (row.cells[place] ?? 'null').length));
  return Math.min(Math.max(longest, 5), isNumber(column) ? 24 : 34) + 3;
}

function head(context, state, answer) {
  return answer.columns.map((column) => {
    const sorted = state.order === column.name;
    const sort = sorted ? (state.descending ? 'descending' : 'ascending') : null;
    const mark = sorted ? (state.descending ? ' ↓' : ' ↑') : '';
    const content = column.sortable
      ? element('button', { id: `sort-${column.name}`, title: `Sort by ${column.name}`, onclick: () => sortBy(context, column.name) }, column.name + mark)
      : column.name;
    return element('th', { scope: 'col', 'aria-sort': sort, class: isNumber(column) ? 'number' : null }, content);
  });
}

function body(state, answer) {
  return answer.rows.map((row, line) => element('tr', {}, row.cells.map((text, place) => {
    const column = answer.columns[place];
    const shown = text === null ? element('span', { class: 'null' }, 'null') : text;
    const content = place === 0
      ? element('a', { href: recordAddress(context_table(answer), row.key), class: 'row', tabindex: line === 0 ? '0' : '-1' }, shown)
      : shown;
    return element('td', { class: isNumber(column) ? 'number' : null, title: text }, content);
  })));
}
const context_table = (answer) => answer.table;

function grid(context, state, answer) {
  if (answer.total === 0) {
    return element('p', { class: 'empty' }, state.where ? 'No record meets this filter.' : 'The table has no records.');
  }
  // Widths are the first page's: the columns stay where they are from page to page.
  state.widths ??= answer.columns.map((column, place) => width(column, answer.rows, place));
  const columns = state.widths.map((characters) => {
    const column = element('col');
    column.style.width = `${characters}ch`;
    return column;
  });
  const table = element('table', { 'aria-label': `Records of ${answer.table}`, 'aria-rowcount': answer.total },
    element('colgroup', {}, columns), element('thead', {}, element('tr', {}, head(context, state, answer))),
    element('tbody', {}, body(state, answer)));
  table.style.minWidth = `${state.widths.reduce((sum, each) => sum + each, 0)}ch`;
  return element('div', { class: 'scroll', onkeydown: (event) => move(context, event) }, table);
}

function pager(context, state) {
  const last = pages(state);
  const button = (id, text, label, to) => element('button', { id, 'aria-label': label, disabled: to === null, onclick: () => goTo(context, to) }, text);
  const here = page(state);
  return element('div', { class: 'pager' },
    button('first', '⏮', 'First page', here > 1 ? 1 : null),
    button('previous', '◀', 'Previous page', here > 1 ? here - 1 : null),
    element('label', {}, 'Page ', element('input', { id: 'page', type: 'number', min: 1, max: last, value: here,
      onchange: (event) => goTo(context, Math.min(Math.max(1, Math.round(Number(event.target.value)) || 1), last)) })),
    element('span', {}, `of ${number(last)}`),
    button('next', '▶', 'Next page', here < last ? here + 1 : null),
    button('last', '⏭', 'Last page', here < last ? last : null),
    element('span', { class: 'grow' }),
    element('span', { id: 'range', role: 'status' }, state.total === 0 ? '0 records'
      : `${number(state.offset + 1)} – ${number(Math.min(state.offset + pageSize, state.total))} of ${number(state.total)}`));
}

const help = () => element('p', { class: 'quiet' }, element('kbd', {}, '/'), ' filter · ', element('kbd', {}, '↑'), ' ', element('kbd', {}, '↓'), ' ',
  element('kbd', {}, 'Home'), ' ', element('kbd', {}, 'End'), ' rows · ', element('kbd', {}, 'PgUp'), ' ', element('kbd', {}, 'PgDn'), ' pages · ',
  element('kbd', {}, 'Ctrl'), ' ', element('kbd', {}, 'Home'), ' ', element('kbd', {}, 'End'), ' first and last page · ', element('kbd', {}, 'Enter'), ' the record and its versions');

// Shows what the state asks for. `focus`: which row is focused then, counted from the end if negative.
async function update(context, focus = null) {
  const state = context.state;
  const place = context.grid;
  place.setAttribute('aria-busy', 'true');
  const asked = (context.asked = (context.asked ?? 0) + 1);
  try {
    const answer = await load('records', { table: state.table, where: state.where, order: state.order, descending: state.descending ? 1 : '',
      offset: state.offset, count: pageSize, view: state.view }, context.controller.signal);
    if (!context.alive() || asked !== context.asked) return;
    Object.assign(state, { total: answer.total, offset: answer.offset, view: answer.view, lsn: answer.lsn });
    if (state.offset >= state.total && state.total > 0) {
      state.offset = (pages(state) - 1) * pageSize;
      await update(context, focus);
      return;
    }
    show(context.fault);
    context.filter.removeAttribute('aria-invalid');
    if (!context.filter.placeholder) context.filter.placeholder = answer.example;
    show(place, grid(context, state, answer), pager(context, state));
    if (focus !== null) rowLinks(context).at(focus)?.focus();
  } catch (error) {
    if (error.name === 'AbortError' || !context.alive()) return;
    context.filter.setAttribute('aria-invalid', 'true');
    show(context.fault, failure(error));
  } finally {
    if (asked === context.asked) place.setAttribute('aria-busy', 'false');
  }
}

const rowLinks = (context) => [...context.grid.querySelectorAll('a.row')];

function goTo(context, to, focus = null) {
  context.state.offset = (to - 1) * pageSize;
  return update(context, focus);
}

function sortBy(context, column) {
  const state = context.state;
  state.descending = state.order === column && !state.descending;
  Object.assign(state, { order: column, offset: 0, view: 0 });
  update(context);
}

function move(context, event) {
  if (!event.target.matches('a.row')) return;
  const links = rowLinks(context);
  const at = links.indexOf(event.target);
  const here = page(context.state);
  const last = pages(context.state);
  const toRow = (row) => { links[row].focus(); };
  const toPage = (to, row) => { if (to >= 1 && to <= last && to !== here) goTo(context, to, row); else toRow(row < 0 ? links.length - 1 : Math.min(row, links.length - 1)); };
  const moves = {
    ArrowDown: () => (at + 1 < links.length ? toRow(at + 1) : here < last && goTo(context, here + 1, 0)),
    ArrowUp: () => (at > 0 ? toRow(at - 1) : here > 1 && goTo(context, here - 1, -1)),
    PageDown: () => toPage(here + 1, here < last ? 0 : -1),
    PageUp: () => toPage(here - 1, 0),
    Home: () => (event.ctrlKey ? toPage(1, 0) : toRow(0)),
    End: () => (event.ctrlKey ? toPage(last, -1) : toRow(links.length - 1)),
  };
  if (!(event.key in moves) || event.altKey || event.metaKey) return;
  event.preventDefault();
  moves[event.key]();
}

function apply(context) {
  const where = context.filter.value.trim();
  if (where === context.state.where && context.filter.getAttribute('aria-invalid') !== 'true') return Promise.resolve();
  Object.assign(context.state, { where, offset: 0, view: 0 });
  return update(context);
}

function onFilterKey(context, event) {
  if (event.key === 'Enter') apply(context);
  if (event.key !== 'Escape') return;
  event.preventDefault();
  event.stopPropagation();
  if (context.filter.value !== '') {
    context.filter.value = '';
    apply(context);
  } else {
    (rowLinks(context)[0] ?? context.place).focus();
  }
}

export async function open(context) {
  const name = context.parts[1];
  context.state = remembered.get(name) ?? { table: name, where: '', order: '', descending: false, offset: 0, total: 0, view: 0 };
  remembered.set(name, context.state);
  context.filter = element('input', { id: 'filter', type: 'search', value: context.state.where, spellcheck: 'false', autocomplete: 'off',
    'aria-describedby': 'filter-fault', onkeydown: (event) => onFilterKey(context, event), onchange: () => apply(context) });
  context.grid = element('div', { class: 'records', 'aria-busy': 'true' }, element('p', { class: 'empty' }, 'Loading …'));
  context.fault = element('div', { id: 'filter-fault' });
  context.newer = element('div');
  show(context.place, element('h1', {}, name), tabs(name, 'Records'),
    element('section', { 'aria-label': 'Records' },
      element('div', { class: 'tools' },
        element('div', { class: 'filter' }, element('label', { for: 'filter' }, 'Filter'), context.filter),
        element('button', { id: 'apply', onclick: () => apply(context) }, 'Apply'),
        element('button', { id: 'file-order', onclick: () => { Object.assign(context.state, { order: '', descending: false, offset: 0, view: 0 }); update(context); } }, 'File order')),
      context.fault, context.newer, context.grid, help()));
  await update(context);
}

// What is read stays as it is; that there is something newer is said.
export async function refresh(context) {
  if (context.newer.childElementCount > 0) return;
  const button = element('button', { id: 'newest', onclick: () => { show(context.newer); context.state.view = 0; update(context); } }, 'Show the newest');
  show(context.newer, element('p', { class: 'note', role: 'status' }, `The database has changed since lsn ${number(context.state.lsn ?? 0)}, which this shows.`, button));
}
