import { compileNames, type DeviceRow } from '../../lib/devices/names.ts'
import { completeDeviceRow, rowsProblems, soundRows } from '../../lib/devices/rows.ts'
import { currentVersion } from '../../lib/migrate/migrate.ts'
import type { Sentence } from '../../lib/words/sentence.ts'
import { colours } from '../shared/colours.ts'
import { bindInputs } from '../shared/panel/bind-inputs.ts'
import { editorDefaults } from '../shared/panel/editor-defaults.ts'
import type { Words } from '../shared/panel/inputs.ts'
import { openMigrated, saveVersion } from '../shared/panel/migrated.ts'
import { type Speaker, said, saidInLines } from '../shared/panel/sentence-words.ts'
import type { DevicesReport } from './endpoints.ts'
import { showHeard } from './heard-list.ts'
import { type DevicesOptions, devicesDefaults, devicesOptions } from './options.ts'
import { type DeviceRowInputs, deviceHeader, deviceRow } from './row-inputs.ts'

/** ms between two looks at what was heard */
const lookInterval = 3_000

/** px: of the list of names at least, and what stands below it */
const smallestList = 150
const belowList = 52

/** of the dialog that is open */
let report: DevicesReport | undefined
let timer: ReturnType<typeof setInterval> | undefined
/** px */
let height = 0

RED.nodes.registerType<DevicesOptions>('fieldlog-devices', {
  category: 'config',
  color: colours.devices,
  hasUsers: false,
  defaults: {
    version: { value: currentVersion('fieldlog-devices') },
    ...editorDefaults(devicesOptions),
    devices: {
      value: devicesDefaults.devices,
      validate(this: Speaker, devices, _options) {
        return saidInLines(this, soundRows(devices).problems) || true
      },
    },
  },
  paletteLabel: 'devices',
  label() {
    return this.name || 'devices'
  },
  oneditprepare() {
    const words: Words = (key, values) => this._(`fieldlog-devices.${key}`, values)
    const { devices } = openMigrated(this, 'node-config-input')
    bindInputs(this, devicesOptions)
    const refresh = () => review(words, (sentence) => said(this, sentence))
    let isFilled = false
    list().editableList({
      addButton: words('add'),
      header: deviceHeader(words),
      sortable: true,
      removable: true,
      scrollOnAdd: false,
      addItem: (place: JQuery, _index: number, given: Partial<DeviceRow>) => {
        const row = deviceRow(place, completeDeviceRow(given), words)
        place.data('row', row)
        refresh()
        if (isFilled) row.focus()
      },
      removeItem: refresh,
      sortItems: refresh,
    })
    for (const row of devices ?? []) list().editableList('addItem', row)
    isFilled = true
    list().on('input change', 'input', refresh)
    report = undefined
    const look = () => void $.getJSON('fieldlog/devices').done(heard(refresh)).fail(notHeard(words))
    look()
    timer = setInterval(look, lookInterval)
    refresh()
  },
  oneditresize({ height: ofDialog }) {
    height = ofDialog
    arrange()
  },
  oneditsave() {
    stop()
    saveVersion(this)
    this.devices = rows().map((row) => row.read())
  },
  oneditcancel: stop,
  oneditdelete: stop,
})

function stop(): void {
  clearInterval(timer)
}

/** The list takes what is left below the upper one, so that both are in view; on a small screen the dialog scrolls. */
function arrange(): void {
  const rest = $('#fieldlog-devices-above').outerHeight(true) ?? 0
  list().editableList('height', Math.max(smallestList, height - rest - belowList))
}

function heard(refresh: () => void): (answer: DevicesReport) => void {
  return (answer) => {
    $('#fieldlog-devices-failed').hide()
    report = answer
    refresh()
  }
}

function notHeard(words: Words): (failure: { status?: number }) => void {
  return ({ status }) => {
    const key = status === 401 || status === 403 ? 'mayNotRead' : 'noAnswer'
    $('#fieldlog-devices-failed').text(words(key)).show()
  }
}

function list(): JQuery {
  return $('#fieldlog-devices-list')
}

function rows(): DeviceRowInputs[] {
  return list()
    .editableList('items')
    .toArray()
    .map((item: HTMLElement) => $(item).data('row') as DeviceRowInputs | undefined)
    .filter((row: DeviceRowInputs | undefined): row is DeviceRowInputs => row !== undefined)
}

/** Says what is wrong with each row, and shows what was heard of it; below them what has no row. */
function review(words: Words, say: (sentence: Sentence) => string): void {
  const inputs = rows()
  const now = inputs.map((row) => row.read())
  const problems = rowsProblems(now)
  const { heard = [], now: at = 0 } = report ?? {}
  // a row that is not finished has its device all the same
  const { find } = compileNames(now)
  inputs.forEach((row, place) => {
    const own = heard.find(({ source, type, key }) => find(source, type, key) === now[place])
    const problem = problems.get(place)
    row.show(problem && say(problem), own, at)
  })
  if (!report) return
  const unnamed = heard.filter(({ source, type, key }) => find(source, type, key) === undefined)
  showHeard(
    $('#fieldlog-devices-heard'),
    { unnamed, hasNamed: heard.length > unnamed.length, at, words },
    take,
  )
  arrange()
}

/** Makes a row of what was heard, with the cursor where its name is to be. */
function take({ source, type, key }: Pick<DeviceRow, 'source' | 'type' | 'key'>): void {
  list().editableList('addItem', { source, type, key })
}
