import { currentVersion } from '../../lib/migrate/migrate.ts'
import { colours } from '../shared/colours.ts'
import { bindInputs } from '../shared/panel/bind-inputs.ts'
import { editorDefaults } from '../shared/panel/editor-defaults.ts'
import { saveVersion } from '../shared/panel/migrated.ts'
import { type EventsOptions, eventsOptions } from './options.ts'

RED.nodes.registerType<EventsOptions>('fieldlog-events', {
  category: 'config',
  color: colours.events,
  defaults: { version: { value: currentVersion('fieldlog-events') }, ...editorDefaults(eventsOptions) },
  label() {
    return this.name || 'time events'
  },
  oneditprepare() {
    bindInputs(this, eventsOptions)
  },
  oneditsave() {
    saveVersion(this)
  },
})
