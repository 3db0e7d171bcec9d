// What there is, in figures.

import { load } from './api.js';
import { bytes, element, fact, number, picture, show, table, tableAddress, time } from './dom.js';

function tables(rows) {
  if (rows.length === 0) return element('p', { class: 'empty' }, 'No tables yet: `dbtool create` or `dbtool import --create` makes one.');
  return table('Tables', [{ name: 'Table' }, { name: 'Live and superseded' }, { name: 'Records', number: true },
    { name: 'Live', number: true }, { name: 'Superseded', number: true }, { name: 'Indexes', number: true }],
  rows.map((row) => [element('a', { href: tableAddress(row.table), id: `table-${row.table}` }, row.table),
    row.error || picture(row.picture), number(row.records), bytes(row.live_bytes),
    `${bytes(row.superseded_bytes)} · ${row.superseded_share}`, bytes(row.index_bytes)]));
}

export async function open(context) {
  const page = await load('overview', {}, context.controller.signal);
  if (!context.alive()) return;
  show(context.place, element('h1', {}, 'Overview'),
    element('dl', { class: 'facts' },
      fact('Database', element('code', {}, page.database)),
      fact('Log', `${bytes(page.log_bytes)}, ${number(page.log_operations)} operations`),
      fact('Last operation', `lsn ${number(page.last_lsn)}`),
      fact('Last checkpoint', time(page.checkpoint_time), `, lsn ${number(page.checkpoint_lsn)}`),
      fact('Archives', `${number(page.archive_count)}, ${bytes(page.archive_bytes)}`)),
    ...page.notes.map((note) => element('p', { class: 'note' }, note)),
    element('section', { 'aria-label': 'Tables' }, element('h2', {}, 'Tables'), tables(page.tables)));
}

export const refresh = open;
