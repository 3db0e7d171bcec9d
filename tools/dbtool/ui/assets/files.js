// How the tables lie on the disk.

import { load } from './api.js';
import { bytes, element, fact, failure, number, picture, show, tableAddress } from './dom.js';

function file(each) {
  const title = element('h2', {}, element('a', { href: tableAddress(each.table), id: `file-${each.table}` }, each.table));
  if (each.error) return element('section', {}, title, failure(new Error(each.error)));
  const content = each.bytes === 0
    ? element('p', { class: 'empty' }, 'The file is empty.')
    : picture(each.picture);
  return element('section', { 'aria-label': each.table }, title, content,
    element('dl', { class: 'facts' },
      fact('File', element('code', {}, each.file)),
      fact('Size', bytes(each.bytes)),
      fact('Superseded', `${bytes(each.superseded_bytes)} in ${number(each.superseded_lines)} lines, ${each.superseded_share}`),
      fact('Since the last checkpoint', bytes(each.tail_bytes)),
      fact('Index files', bytes(each.index_file_bytes))));
}

export async function open(context) {
  const page = await load('files', {}, context.controller.signal);
  if (!context.alive()) return;
  show(context.place, element('h1', {}, 'Files'),
    element('p', { class: 'quiet' }, 'Each table from its first byte to its last. What is superseded, a compaction drops.'),
    ...page.files.map(file),
    page.files.length === 0 ? element('p', { class: 'empty' }, 'No tables yet.') : null);
}

export const refresh = open;
