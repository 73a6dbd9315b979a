// Groups of events that are alike, as points of two fields. Drawing and marks are those of the node's panel.
import { markPainter } from '../../nodes/cluster/panel/marks.ts'
import { drawPlot } from '../../nodes/cluster/panel/plot.ts'
import type { ClusterRun } from '../model/wire.ts'
import { count, decimal, moment } from '../model/words.ts'
import { emptyState, paragraph, section, steps, table } from '../parts/blocks.ts'
import { type Child, element } from '../parts/element.ts'
import { Loaded } from './loaded.ts'
import type { Page, View } from './view.ts'

const markSize = 14

export class ClustersView implements View {
  readonly title = 'Clusters'
  readonly element: HTMLElement
  readonly #loaded: Loaded<ClusterRun[]>
  readonly #resized = new ResizeObserver(() => this.#draw())
  readonly #dark = matchMedia('(prefers-color-scheme: dark)')
  #plots: Array<{ canvas: HTMLCanvasElement; run: ClusterRun }> = []

  constructor(page: Page) {
    this.#loaded = new Loaded(
      page.gateway,
      () => page.gateway.api.clusters(),
      (runs) => this.#show(runs),
    )
    this.element = this.#loaded.element
    this.#resized.observe(this.element)
    this.#dark.addEventListener('change', this.#draw)
  }

  close(): void {
    this.#loaded.close()
    this.#resized.disconnect()
    this.#dark.removeEventListener('change', this.#draw)
  }

  #show(runs: readonly ClusterRun[]): Child[] {
    if (runs.length === 0) return [noClusters()]
    const all = runs.map((run) => ({ canvas: canvasOf(run), run }))
    // a run that has not been yet has nothing to draw
    this.#plots = all.filter(({ run }) => run.time !== null)
    requestAnimationFrame(this.#draw)
    return all.map(({ canvas, run }) => cluster(run, canvas))
  }

  readonly #draw = () => {
    for (const { canvas, run } of this.#plots) {
      const points = run.points.map(([x, y, label]) => ({ x, y, label }))
      drawPlot(canvas, points, { x: run.fields[0] ?? '', y: run.fields[1] ?? '' })
    }
  }
}

function canvasOf({ name, fields, groups }: ClusterRun): HTMLCanvasElement {
  const label = `${name}: points of ${fields.slice(0, 2).join(' and ')} in ${groups.length} groups, which the table lists`
  return element('canvas', { class: 'scatter', role: 'img', 'aria-label': label })
}

function cluster(run: ClusterRun, canvas: HTMLCanvasElement): HTMLElement {
  const { name, fields, groups, time } = run
  if (time === null) return section(name, paragraph('Not found yet: it needs more events.'))
  const all = groups.reduce((sum, group) => sum + group.count, 0)
  return section(
    name,
    paragraph(`Found ${moment(time)} in ${count(all)} events, by ${fields.join(', ')}.`),
    element(
      'div',
      { class: 'cluster' },
      canvas,
      table(
        `Groups of ${name}`,
        [
          { title: 'Group' },
          { title: 'events', number: true },
          { title: 'part', number: true },
          ...fields.map((title) => ({ title, number: true })),
        ],
        groups.map(({ label, count: events, centre }) => [
          element('span', {}, markOf(label), label < 0 ? ' none' : ` ${label}`),
          count(events),
          all === 0 ? '–' : `${Math.round((100 * events) / all)} %`,
          ...fields.map((field) => {
            const value = centre[field]
            return value === undefined ? '–' : decimal(value, null)
          }),
        ]),
      ),
    ),
  )
}

/** The mark of a group as it is in the plot. */
function markOf(label: number): HTMLElement {
  const canvas = element('canvas', {
    class: 'sign',
    width: markSize * 2,
    height: markSize * 2,
    'aria-hidden': 'true',
  })
  const context = canvas.getContext('2d')
  if (context) markPainter()(context, label, markSize, markSize, markSize * 0.7)
  return canvas
}

function noClusters(): HTMLElement {
  return emptyState(
    'No clusters',
    paragraph('A cluster node finds groups of events that are alike, and shows what belongs to none.'),
    steps(
      'Open the editor and wire a cluster node behind the clean node.',
      'Name two or more fields in it, and deploy.',
      'It shows its groups here once it has seen enough events.',
    ),
    paragraph(element('a', { href: '../' }, 'Open the editor')),
  )
}
