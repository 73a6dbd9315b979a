// One device in the list: its name, place and when they hold, and below them where and how often it is heard.
import type { DeviceRow } from '../../lib/devices/names.ts'
import { completeDeviceRow } from '../../lib/devices/rows.ts'
import type { SeriesReport } from '../../lib/devices/watch/device-watch.ts'
import type { Words } from '../shared/panel/inputs.ts'
import { ageText, secondsText, valuesText } from './heard-texts.ts'

export interface DeviceRowInputs {
  /** The row as it stands in the inputs. */
  read(): DeviceRow
  /** @param problem what is wrong with it; @param heard what was heard of it last; @param at the gateway's time, ms */
  show(problem: string | undefined, heard: SeriesReport | undefined, at: number): void
  /** Puts the cursor into the name. */
  focus(): void
}

const upper = ['name', 'place', 'from', 'to'] as const
const lower = ['source', 'type', 'key', 'interval'] as const
type Column = (typeof upper)[number] | (typeof lower)[number]

/** Builds the inputs in the element of an editable list. */
export function deviceRow(place: JQuery, row: DeviceRow, words: Words): DeviceRowInputs {
  const element = $('<div class="fieldlog-device">').appendTo(place)
  const inputs = { ...line(element, upper, row, words), ...line(element, lower, row, words) }
  const heardText = $('<div class="fieldlog-device-heard">').appendTo(element)
  const problemText = $('<div class="fieldlog-device-problem">').appendTo(element)
  const read = () => {
    const texts = Object.entries(inputs).map(([column, input]) => [column, String(input.val() ?? '')])
    return completeDeviceRow(Object.fromEntries(texts))
  }
  return {
    read,
    show(problem, heard, at) {
      problemText.text(problem ?? '')
      element.toggleClass('fieldlog-device-wrong', problem !== undefined)
      const learnt = heard?.interval ?? null
      inputs.interval?.attr('placeholder', learnt === null ? words('learnt') : secondsText(learnt))
      heardText.toggleClass('fieldlog-device-silent', heard?.isSilent === true)
      if (!heard) heardText.text(words('notHeard'))
      else {
        const age = words(heard.isSilent ? 'silent' : 'heardAgo', { age: ageText(at - heard.lastHeard) })
        heardText.text([age, valuesText(heard.data)].filter((text) => text !== '').join(' · '))
      }
    },
    focus() {
      element[0]?.scrollIntoView({ block: 'nearest' })
      inputs.name?.trigger('focus')
    },
  }
}

function line(
  element: JQuery,
  columns: readonly Column[],
  row: DeviceRow,
  words: Words,
): Partial<Record<Column, JQuery>> {
  const place = $('<div class="fieldlog-device-line">').appendTo(element)
  return Object.fromEntries(
    columns.map((column) => {
      const input = $('<input type="text">').addClass(`fieldlog-device-${column}`).appendTo(place)
      const [placeholder, title] = [words(`placeholder.${column}`), words(`hint.${column}`)]
      input.val(String(row[column] ?? '')).attr({ placeholder, title, 'aria-label': words(column) })
      return [column, input]
    }),
  )
}

/** What stands over the columns of the list. */
export function deviceHeader(words: Words): JQuery {
  const header = $('<div class="fieldlog-device-header">')
  for (const columns of [upper, lower]) {
    const place = $('<div class="fieldlog-device-line">').appendTo(header)
    for (const column of columns) {
      $('<span>').addClass(`fieldlog-device-${column}`).text(words(column)).appendTo(place)
    }
  }
  return header
}
