// What the last run of a deployed cluster node found: two of its fields as a scatter plot, with a legend.
import type { ClusterReport } from '../../../lib/cluster/report.ts'
import type { Words } from '../../shared/panel/inputs.ts'
import { markPainter } from './marks.ts'
import { drawPlot, type PlotPoint } from './plot.ts'

export interface Scatter {
  /** The place has another size. */
  resize(): void
}

/** Fills the place, and keeps it up to date when asked to. @param id of the node */
export function scatterPlot(place: JQuery, id: string, words: Words): Scatter {
  const head = $('<div class="fieldlog-cluster-head">').appendTo(place)
  const told = $('<span class="fieldlog-cluster-told">').appendTo(head)
  const across = fieldSelect(head, words('across'))
  const upward = fieldSelect(head, words('upward'))
  $('<button type="button" class="red-ui-button red-ui-button-small">')
    .attr({ title: words('again'), 'aria-label': words('again') })
    .append('<i class="fa fa-refresh"></i>')
    .on('click', look)
    .appendTo(head)
  const empty = $('<div class="fieldlog-cluster-empty">').appendTo(place)
  const body = $('<div class="fieldlog-cluster-body">').appendTo(place)
  const canvas = $('<canvas class="fieldlog-cluster-canvas" role="img">').appendTo(body)
  const legend = $('<ul class="fieldlog-cluster-legend">').appendTo(body)
  let report: ClusterReport | undefined
  across.add(upward).on('change', draw)
  look()
  return { resize: draw }

  function look(): void {
    $.getJSON(`fieldlog/clusters/${encodeURIComponent(id)}`).then(show, (failure: JQueryXHR) =>
      say(words(reasonOf(failure))),
    )
  }

  function say(text: string): void {
    report = undefined
    told.text('')
    across.add(upward).hide()
    body.hide()
    empty.text(text).show()
  }

  function show(answer: ClusterReport): void {
    const { summary, points, every, fields, sample } = answer
    if (!summary) {
      say(words(every > 0 ? 'noRunYet' : 'noRunAsked', { points, every }))
      return
    }
    report = answer
    const when = new Date(summary.time).toLocaleString()
    told.text(words('lastRun', { run: summary.run, when, points: summary.points.toLocaleString() }))
    offer(across, fields, 0)
    offer(upward, fields, 1)
    showLegend(summary)
    empty.text(words('noPoints')).toggle(sample === null)
    body.show()
    canvas.toggle(sample !== null)
    across.add(upward).toggle(sample !== null)
    draw()
  }

  function draw(): void {
    const { sample, fields, summary } = report ?? {}
    const element = canvas.get(0) as HTMLCanvasElement | undefined
    if (!sample || !fields || !element) return
    const [x, y] = [Number(across.val()), Number(upward.val())]
    const title = (j: number) => {
      const { name = '', unit = '' } = fields[j] ?? {}
      return unit === '' ? name : `${name} (${unit})`
    }
    const counts = new Map(summary?.clusters.map(({ label, count }) => [label, count]))
    const points = sample.points.map((point, i): PlotPoint => {
      return { x: point[x] ?? 0, y: point[y] ?? 0, label: sample.labels[i] ?? -1 }
    })
    // what belongs to none below, small clusters on top
    const height = ({ label }: PlotPoint) => (label < 0 ? Number.POSITIVE_INFINITY : (counts.get(label) ?? 0))
    points.sort((a, b) => (height(a) === height(b) ? 0 : height(b) - height(a)))
    canvas.attr('aria-label', words('described', { x: title(x), y: title(y), points: points.length }))
    drawPlot(element, points, { x: title(x), y: title(y) })
  }

  function showLegend({ clusters }: NonNullable<ClusterReport['summary']>): void {
    legend.empty()
    const drawMark = markPainter()
    for (const { label, count } of clusters) {
      const item = $('<li>').appendTo(legend)
      const mark = document.createElement('canvas')
      const ratio = 2
      mark.width = mark.height = 14 * ratio
      const context = mark.getContext('2d')
      context?.scale(ratio, ratio)
      if (context) drawMark(context, label, 7, 7, 4)
      item.append(mark)
      const values = { label, count: count.toLocaleString() }
      $('<span>')
        .text(words(label < 0 ? 'noise' : 'cluster', values))
        .appendTo(item)
    }
  }
}

function fieldSelect(place: JQuery, label: string): JQuery {
  return $('<select class="fieldlog-cluster-field">')
    .attr({ title: label, 'aria-label': label })
    .hide()
    .appendTo(place)
}

/** Keeps what the user has chosen as long as there are as many fields. */
function offer(select: JQuery, fields: ClusterReport['fields'], first: number): void {
  const chosen = select.find('option').length === fields.length ? String(select.val()) : String(first)
  select.empty()
  for (const [j, { name }] of fields.entries()) $('<option>').val(String(j)).text(name).appendTo(select)
  select.val(chosen)
}

/** A key of the locale. */
function reasonOf({ status }: JQueryXHR): string {
  if (status === 404) return 'notDeployed'
  return status === 401 || status === 403 ? 'mayNotRead' : 'noAnswer'
}
