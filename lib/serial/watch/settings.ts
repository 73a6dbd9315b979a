// What a port does about a device that falls silent: for the runtime and the editor's panel.
import { choice, wholeNumber } from '../../options/fields.ts'
import type { Settings } from '../../options/options.ts'

export const watchFields = {
  silentAfter: wholeNumber({
    title: 'silent after',
    description: 'Seconds without a byte after which the port says so; 0: never.',
    unit: 'seconds',
    min: 0,
    max: 604_800,
    default: 0,
    env: true,
  }),
  whenSilent: choice(['tell', 'reopen', 'reset'], {
    title: 'when silent',
    description:
      'What is done beside saying so: nothing, opening the port anew, or resetting the device by DTR.',
    default: 'tell',
    env: true,
  }),
}

export type WatchSettings = Settings<typeof watchFields>

export const noWatch: WatchSettings = { silentAfter: 0, whenSilent: 'tell' }
