import { currentVersion } from '../../lib/migrate/migrate.ts'
import type { EditorNode } from '../../types/node-red-editor.d.ts'
import { colours } from '../shared/colours.ts'
import { bindInputs } from '../shared/panel/bind-inputs.ts'
import { editorDefaults } from '../shared/panel/editor-defaults.ts'
import { saveVersion } from '../shared/panel/migrated.ts'
import type { StoreReport } from './endpoints.ts'
import { type StoreOptions, storeOptions } from './options.ts'

RED.nodes.registerType<StoreOptions>('fieldlog-store', {
  category: 'fieldlog',
  color: colours.store,
  defaults: { version: { value: currentVersion('fieldlog-store') }, ...editorDefaults(storeOptions) },
  inputs: 1,
  outputs: 0,
  align: 'right',
  icon: 'fieldlog-store.svg',
  paletteLabel: 'store',
  label() {
    return this.name || 'store'
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : ''
  },
  oneditprepare() {
    bindInputs(this, storeOptions)
    const note = $('#fieldlog-store-note')
    const rebuild = $('#fieldlog-store-rebuild')
    const say = (text: string) => note.text(text)
    const path = `fieldlog/api/rebuild`
    $.getJSON(path, (all: StoreReport[]) => {
      const mine = all.find(({ id }) => id === this.id)
      say(mine ? stateIn(this, mine) : this._('fieldlog-store.notDeployed'))
      rebuild.prop('disabled', mine === undefined)
    })
    rebuild.on('click', () => {
      $.ajax({
        url: path,
        type: 'POST',
        contentType: 'application/json',
        data: JSON.stringify({ store: this.id }),
      })
        .done(() => say(this._('fieldlog-store.started')))
        .fail(({ status }: { status?: number }) => say(this._(`fieldlog-store.${refusalOf(status)}`)))
    })
  },
  oneditsave() {
    saveVersion(this)
  },
})

/** How the deployed store is, in the editor's language. */
function stateIn(node: Pick<EditorNode, '_'>, { state, says, done, oldVerdicts }: StoreReport): string {
  const key = state === 'ready' && oldVerdicts > 0 ? 'oldVerdicts' : state
  const values = { why: says, count: oldVerdicts, percent: Math.floor(done * 100) }
  return node._(`fieldlog-store.state.${key}`, values)
}

/** Why no rebuild was started: a key of the locale. */
function refusalOf(status: number | undefined): string {
  if (status === 401 || status === 403) return 'state.mayNot'
  if (status === 404) return 'notDeployed'
  return status === 409 ? 'state.refused' : 'notAsked'
}
