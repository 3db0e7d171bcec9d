// The log by time; it moves while somebody writes.

import { load } from './api.js';
import { counted, element, number, picture, recordAddress, show, table, time } from './dom.js';

const spans = [['0', 'All that is kept'], ['60', 'The last hour'], ['5', 'The last 5 minutes'], ['1', 'The last minute']];
let minutes = '0';

const words = { INSERT: 'insert', UPDATE: 'update', DELETE: 'delete', CREATE_TABLE: 'create table',
  ALTER_TABLE: 'alter table', DROP_TABLE: 'drop table', PURGE: 'purge', PURGED: 'purged' };

function change(one) {
  const name = one.key ? `${one.table} ${one.key}` : one.table;
  return element('li', {}, element('span', { class: 'operation' }, words[one.operation] ?? one.operation), ' ',
    one.key ? element('a', { href: recordAddress(one.table, one.key) }, name) : name,
    one.key ? element('span', { class: 'quiet mono' }, ` ${one.text}`) : null);
}

function changes(transaction) {
  const list = transaction.changes.slice(0, 4).map(change);
  const more = transaction.operations - list.length;
  if (more > 0) list.push(element('li', { class: 'quiet' }, `and ${number(more)} more`));
  return element('ul', { class: 'changes' }, list);
}

function transactions(page) {
  if (page.transactions.length === 0) return element('p', { class: 'empty' }, 'The log has no operation: nothing was written yet.');
  return table('Transactions', [{ name: 'When' }, { name: 'Transaction', number: true }, { name: 'Last lsn', number: true },
    { name: 'Operations', number: true }, { name: 'Changes' }],
  page.transactions.map((each) => [time(each.timestamp), number(each.transaction), number(each.last_lsn),
    number(each.operations), changes(each)]));
}

export async function open(context) {
  const page = await load('timeline', { minutes }, context.controller.signal);
  if (!context.alive()) return;
  const choice = element('select', { id: 'span', onchange: (event) => { minutes = event.target.value; open(context); } },
    spans.map(([value, name]) => element('option', { value, selected: value === minutes }, name)));
  show(context.place, element('h1', {}, 'Timeline'),
    element('div', { class: 'tools' }, element('div', {}, element('label', { for: 'span' }, 'Shows'), choice)),
    element('section', { 'aria-label': 'Operations by time' }, picture(page.picture),
      element('p', { class: 'quiet', id: 'timeline-count' }, `${counted(page.transactions_total, 'transaction')}, up to lsn ${number(page.lsn)}`)),
    element('section', { 'aria-label': 'Newest transactions', class: 'transactions' }, element('h2', {}, 'Newest transactions'), transactions(page)));
}

export async function refresh(context) {
  if (document.activeElement?.id === 'span') return; // somebody is choosing
  await open(context);
}
