import { currentVersion } from '../../lib/migrate/migrate.ts'
import { colours } from '../shared/colours.ts'
import { bindInputs } from '../shared/panel/bind-inputs.ts'
import { editorDefaults } from '../shared/panel/editor-defaults.ts'
import { saveVersion } from '../shared/panel/migrated.ts'
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
    $.getJSON(path, (all: Array<{ id: string; says: string }>) => {
      const mine = all.find(({ id }) => id === this.id)
      say(mine?.says ?? this._('fieldlog-store.notDeployed'))
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
        .fail((answer: { responseJSON?: { error?: string } }) =>
          say(answer.responseJSON?.error ?? this._('fieldlog-store.notAsked')),
        )
    })
  },
  oneditsave() {
    saveVersion(this)
  },
})
