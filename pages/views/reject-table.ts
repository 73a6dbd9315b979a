// Rejected readings with the reason and the raw line, and the way to the format that rejected them.
import type { EditorNodes, Reject } from '../model/wire.ts'
import { age, moment } from '../model/words.ts'
import { editorLink, time } from '../parts/blocks.ts'
import { element } from '../parts/element.ts'

export function rejectTable(
  rejects: readonly Reject[],
  now: number,
  nodes: EditorNodes | undefined,
): HTMLElement {
  const heading = (text: string) => element('th', { scope: 'col', role: 'columnheader' }, text)
  return element(
    'table',
    { class: 'rejects', role: 'table' },
    element('caption', { class: 'unseen' }, 'Rejected readings, newest first'),
    element(
      'thead',
      { role: 'rowgroup' },
      element('tr', { role: 'row' }, heading('When'), heading('From'), heading('Why, and the line')),
    ),
    element('tbody', { role: 'rowgroup' }, ...rejects.map((reject) => rejectRow(reject, now, nodes))),
  )
}

function rejectRow(reject: Reject, now: number, nodes: EditorNodes | undefined): HTMLElement {
  const { type, source, raw, reasons } = reject
  const format = type === null ? undefined : nodes?.formats[type]
  return element(
    'tr',
    { role: 'row' },
    element('td', { role: 'cell' }, time(`${age(reject.time, now)} ago`, moment(reject.time), reject.time)),
    element(
      'td',
      { role: 'cell' },
      element('b', {}, type ?? 'no type'),
      element('small', {}, source),
      format === undefined ? undefined : element('small', {}, editorLink(format, 'Open the format')),
    ),
    element(
      'td',
      { role: 'cell' },
      ...reasons.map((reason) => element('div', { class: 'reason' }, reason)),
      element('code', { class: 'raw' }, raw),
    ),
  )
}
