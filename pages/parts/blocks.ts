// What several views show alike: headings, notes, empty states, marks.
import { formatRoute, type Route } from '../model/route.ts'
import { type Child, drawn, element } from './element.ts'

/** A part of a view with its heading. */
export function section(title: string, ...children: Child[]): HTMLElement {
  return element('section', {}, element('h2', {}, title), ...children)
}

/** What there is to do where there is nothing to see yet. */
export function emptyState(title: string, ...says: Child[]): HTMLElement {
  return element('div', { class: 'empty' }, element('h2', {}, title), ...says)
}

export function paragraph(...children: Child[]): HTMLElement {
  return element('p', {}, ...children)
}

export function steps(...texts: Child[]): HTMLElement {
  return element('ol', { class: 'steps' }, ...texts.map((text) => element('li', {}, text)))
}

export function problem(text: string): HTMLElement {
  return element('p', { class: 'problem', role: 'alert' }, text)
}

export type Tone = 'good' | 'warning' | 'bad' | 'quiet'

const signs: Record<Tone, string> = {
  good: 'M3 8.5l3.2 3.2L13 5',
  warning: 'M8 3v6.5M8 12.2v.6',
  bad: 'M4 4l8 8M12 4l-8 8',
  quiet: 'M4 8h8',
}

/** A round mark that says by form and colour how something is; what it means stands beside it as text. */
export function mark(tone: Tone): SVGElement {
  return drawn(
    'svg',
    { class: `mark ${tone}`, viewBox: '0 0 16 16', 'aria-hidden': 'true' },
    drawn('circle', { cx: 8, cy: 8, r: 8 }),
    drawn('path', { d: signs[tone] }),
  )
}

export function link(route: Route, attributes: Record<string, string>, ...children: Child[]): HTMLElement {
  return element('a', { ...attributes, href: formatRoute(route) }, ...children)
}

/** A link to a node in the editor: the editor selects the node that stands behind `#node/`. */
export function editorLink(id: string | null, ...children: Child[]): HTMLElement {
  return element('a', { href: id === null ? '../' : `../#node/${encodeURIComponent(id)}` }, ...children)
}

/** A time with the whole moment on hover. */
export function time(text: string, whole: string, at: number): HTMLElement {
  return element('time', { datetime: new Date(at).toISOString(), title: whole }, text)
}

export interface Column {
  title: string
  /** numbers stand at the right */
  number?: boolean
}

/**
 * A table whose rows a phone shows as cards, each value with the title of its column. The first cell of a row is its heading. Roles
 * are written out, as browsers forget that a table is one where its rows are shown as blocks.
 */
export function table(caption: string, columns: Column[], rows: Child[][]): HTMLElement {
  const kind = (index: number) => (columns[index]?.number ? 'number' : undefined)
  const head = columns.map(({ title }, index) =>
    element('th', { scope: 'col', role: 'columnheader', class: kind(index) }, title),
  )
  const cell = (content: Child, index: number) =>
    index === 0
      ? element('th', { scope: 'row', role: 'rowheader' }, content)
      : element(
          'td',
          { role: 'cell', class: kind(index), 'data-title': columns[index]?.title },
          element('span', {}, content),
        )
  const body = rows.map((cells) => element('tr', { role: 'row' }, ...cells.map(cell)))
  return element(
    'table',
    { role: 'table', class: 'cards' },
    element('caption', { class: 'unseen' }, caption),
    element('thead', { role: 'rowgroup' }, element('tr', { role: 'row' }, ...head)),
    element('tbody', { role: 'rowgroup' }, ...body),
  )
}

/** A choice of one among few, as a row of links; each is an address of its own. */
export function choices(
  label: string,
  options: Array<{ text: string; route: Route; chosen: boolean }>,
): HTMLElement {
  return element(
    'nav',
    { class: 'choices', 'aria-label': label },
    ...options.map(({ text, route, chosen }) =>
      element('a', { href: formatRoute(route), 'aria-current': chosen ? 'true' : undefined }, text),
    ),
  )
}

/** A bar for how much is done. @param done 0 … 1, or null where nobody knows */
export function progressBar(label: string, done: number | null): HTMLElement {
  return element('progress', { 'aria-label': label, max: 1, value: done === null ? undefined : done })
}

/** Gives a file to the user. */
export function save(name: string, content: Blob): void {
  const url = URL.createObjectURL(content)
  element('a', { href: url, download: name }).click()
  // the browser reads it after the click
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}
