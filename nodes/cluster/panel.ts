import { currentVersion } from '../../lib/migrate/migrate.ts'
import type { Completion } from '../../types/node-red-editor.d.ts'
import { knownFields } from '../label/panel/known-fields.ts'
import { colours } from '../shared/colours.ts'
import { bindInputs } from '../shared/panel/bind-inputs.ts'
import { editorDefaults } from '../shared/panel/editor-defaults.ts'
import { saveVersion } from '../shared/panel/migrated.ts'
import { workspaceFormats } from '../shared/panel/workspace-formats.ts'
import { type ClusterOptions, clusterOptions } from './options.ts'
import { completions } from './panel/completions.ts'
import { type Scatter, scatterPlot } from './panel/scatter.ts'

let scatter: Scatter | undefined

RED.nodes.registerType<ClusterOptions>('fieldlog-cluster', {
  category: 'fieldlog',
  color: colours.cluster,
  defaults: { version: { value: currentVersion('fieldlog-cluster') }, ...editorDefaults(clusterOptions) },
  inputs: 1,
  outputs: 2,
  outputLabels(index) {
    return this._(index === 0 ? 'fieldlog-cluster.events' : 'fieldlog-cluster.summary')
  },
  icon: 'fieldlog-cluster.svg',
  paletteLabel: 'cluster',
  label() {
    return this.name || 'cluster'
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : ''
  },
  oneditprepare() {
    bindInputs(this, clusterOptions)
    const formats = workspaceFormats()
    const fields = [...knownFields(formats).values()].filter(({ kind }) => kind === 'number')
    complete('fields', (text) => completions(fields, text))
    const types = [...new Set(formats.map(({ type }) => type))]
    complete('eventType', (text) => types.filter((type) => type.startsWith(text)).map((value) => ({ value })))
    for (const [choice, value] of [
      ['method', 'meanshift'],
      ['method', 'kmeans'],
      ['keep', 'last'],
    ] as const) {
      const select = $(`#node-input-${choice}`)
      // a variable of the environment may be either
      const isHidden = () => select.val() !== value && String(select.val()) in others[choice]
      const show = () => void $(`.fieldlog-cluster-${value}`).toggle(!isHidden())
      select.on('change', show)
      show()
    }
    scatter = scatterPlot($('#fieldlog-cluster-plot'), this.id, (key, values) =>
      this._(`fieldlog-cluster.plot.${key}`, values),
    )
  },
  oneditsave() {
    saveVersion(this)
  },
  oneditresize() {
    scatter?.resize()
  },
})

/** The choices that a select may show. */
const others: Record<'method' | 'keep', Record<string, true>> = {
  method: { meanshift: true, kmeans: true },
  keep: { last: true, all: true },
}

function complete(option: keyof ClusterOptions, search: (text: string) => Completion[]): void {
  $(`#node-input-${option}`).autoComplete({ minLength: 0, search })
}
