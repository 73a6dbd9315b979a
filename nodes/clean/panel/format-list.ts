// The list of formats in clean's panel: those in use, in the order in which they are tried, each with how many of the
// last lines it takes.
//
// Node-RED takes this panel out of the document while the dialog of a format lies above it. So everything here is
// reached from the elements that were found when it opened, never by a search of the document.
import { deviceFormat } from '../../../lib/devices/device-event.ts'
import { checkDefinition } from '../../../lib/formats/check/check.ts'
import type { Match } from '../../../lib/formats/compile.ts'
import type { FormatDefinition } from '../../../lib/formats/model/definition.ts'
import { countByFormat } from '../../../lib/preview/format-preview.ts'
import type { RecentReading } from '../../../lib/preview/reading.ts'
import type { EditorNode } from '../../../types/node-red-editor.d.ts'
import type { Words } from '../../shared/panel/inputs.ts'
import { lastReadings } from '../../shared/panel/readings.ts'

const formatType = 'fieldlog-format'

export interface FormatList {
  /** ids of the formats to use, in order; none: every format of the workspace, new ones too */
  read(): string[]
  setHeight(height: number): void
  close(): void
}

/** What a row shows of a format. */
interface Row {
  id: string
  place: JQuery
  definition: FormatDefinition | undefined
  /** it is there, enabled and without problems */
  isUsable: boolean
}

/** Shows the formats of the node; the list follows what the panels above this one add, change or remove. */
export function formatList(saved: readonly string[], words: Words): FormatList {
  const list = $('#fieldlog-clean-formats')
  const every = $('#fieldlog-clean-every').prop('checked', saved.length === 0)
  const add = $('#fieldlog-clean-add')
  const note = $('#fieldlog-clean-all')
  const match = $('#node-input-match')
  let readings: readonly RecentReading[] | undefined

  list.editableList({
    addButton: false,
    sortable: true,
    removable: true,
    scrollOnAdd: false,
    addItem: (place: JQuery, _index: number, { id }: { id: string }) => {
      place.attr('data-format', id)
      makeMovable(place)
    },
    // what the user takes out or moves makes it a list of its own
    sortItems: () => choose(),
    removeItem: () => choose(),
  })
  fill(saved.length === 0 ? workspaceIds() : saved)
  every.on('change', () => {
    if (isEvery()) fill(workspaceIds())
    else show()
  })
  match.on('change', show)
  add.on('change', () => {
    const id = String(add.val())
    if (id === '') return
    list.editableList('addItem', { id })
    show()
  })
  RED.events.on('nodes:add', added)
  RED.events.on('nodes:change', later)
  RED.events.on('nodes:remove', removed)
  lastReadings().then(
    (last) => {
      readings = last.readings
      show()
    },
    // without readings there are no counts
    () => undefined,
  )
  return {
    read: () => (isEvery() ? [] : ids()),
    setHeight: (height) => list.editableList('height', height),
    close() {
      RED.events.off('nodes:add', added)
      RED.events.off('nodes:change', later)
      RED.events.off('nodes:remove', removed)
    },
  }

  function isEvery(): boolean {
    return every.prop('checked') === true
  }

  function choose(): void {
    every.prop('checked', false)
    show()
  }

  function places(): JQuery[] {
    return list
      .editableList('items')
      .toArray()
      .map((place: HTMLElement) => $(place))
  }

  function ids(): string[] {
    return places().map((place) => String(place.attr('data-format')))
  }

  function fill(shown: readonly string[]): void {
    list.editableList('empty')
    list.editableList(
      'addItems',
      shown.map((id) => ({ id })),
    )
    show()
  }

  /** What is made while this panel is open is to be used by it. */
  function added({ type, id }: EditorNode): void {
    if (type !== formatType || ids().includes(id)) return
    list.editableList('addItem', { id })
    later()
  }

  /** The editor tells of a node before the node has what its dialog held. */
  function later(): void {
    setTimeout(show, 0)
  }

  function removed({ type, id }: EditorNode): void {
    if (type === formatType) fill(ids().filter((each) => each !== id))
  }

  /** The handle by which a row is dragged also moves it by the arrow keys. */
  function makeMovable(place: JQuery): void {
    const item = place.parent()
    const name = words('move')
    item
      .children('.red-ui-editableList-item-handle')
      .attr({ tabindex: 0, role: 'button', title: name, 'aria-label': name })
      .on('keydown', (event) => {
        const isUp = event.key === 'ArrowUp'
        if (!isUp && event.key !== 'ArrowDown') return
        event.preventDefault()
        const other = isUp ? item.prev() : item.next()
        if (other.length === 0) return
        if (isUp) other.before(item)
        else other.after(item)
        // an element that is moved loses the focus
        $(event.currentTarget).trigger('focus')
        choose()
      })
    const remove = words('remove')
    item.children('.red-ui-editableList-item-remove').attr('aria-label', remove)
  }

  function show(): void {
    const rows = places().map(rowOf)
    const counts = takenBy(rows)
    const types = rows.map(({ definition }) => definition?.type)
    for (const [i, row] of rows.entries()) {
      const type = types[i]
      const isTwice = type !== undefined && type !== '' && types.indexOf(type) !== types.lastIndexOf(type)
      showRow(row, counts?.get(row.id), isTwice)
    }
    const workspace = workspaceIds()
    const others = workspace.filter((id) => !rows.some((row) => row.id === id))
    add.empty().toggle(others.length > 0)
    $('<option value="">').text(words('add')).appendTo(add)
    for (const id of others)
      $('<option>')
        .val(id)
        .text(nameOf(definitionOf(id), words))
        .appendTo(add)
    if (rows.length === 0) note.text(words(workspace.length > 0 ? 'emptyList' : 'noFormats'))
    else note.text(isEvery() ? '' : words('ownList'))
  }

  /** How many of the last lines each format takes; undefined while they are not known. */
  function takenBy(rows: readonly Row[]): Map<string, number> | undefined {
    if (readings === undefined) return undefined
    const usable = rows.filter(({ isUsable }) => isUsable)
    // the gateway's own format comes first there, too
    const definitions = [deviceFormat, ...usable.map(({ definition }) => definition as FormatDefinition)]
    const [, ...counts] = countByFormat(definitions, String(match.val()) as Match, readings)
    return new Map(usable.map(({ id }, i) => [id, counts[i] as number]))
  }

  function showRow(
    { id, place, definition, isUsable }: Row,
    count: number | undefined,
    isTwice: boolean,
  ): void {
    const hadFocus = place.find('button').is(':focus')
    const line = $('<div class="fieldlog-clean-format">').appendTo(place.empty())
    $('<span class="fieldlog-clean-name">').text(nameOf(definition, words)).appendTo(line)
    if (count !== undefined && readings !== undefined) {
      const values = { count, of: readings.length }
      $('<span class="fieldlog-clean-count">')
        .text(words(count > 0 ? 'takes' : 'takesNone', values))
        .appendTo(line)
    }
    place.toggleClass('fieldlog-clean-idle', count === 0 || !isUsable)
    if (definition !== undefined) {
      const edit = $('<button type="button" class="red-ui-button red-ui-button-small">')
        .attr({ title: words('edit'), 'aria-label': words('edit') })
        .append('<i class="fa fa-pencil"></i>')
        .on('click', () => RED.editor.editConfig('', formatType, id))
        .appendTo(line)
      if (hadFocus) edit.trigger('focus')
    }
    const warning = isTwice
      ? words('twice', { type: definition?.type })
      : !isUsable
        ? words(problemOf(id, definition))
        : undefined
    if (warning !== undefined) $('<div class="fieldlog-clean-warning">').text(warning).appendTo(place)
  }
}

function rowOf(place: JQuery): Row {
  const id = String(place.attr('data-format'))
  const definition = definitionOf(id)
  const isUsable =
    definition !== undefined && RED.nodes.node(id)?.d !== true && checkDefinition(definition).length === 0
  return { id, place, definition, isUsable }
}

/** Why a format is not used: a key of the texts. */
function problemOf(id: string, definition: FormatDefinition | undefined): string {
  if (definition === undefined) return 'missing'
  return RED.nodes.node(id)?.d === true ? 'disabled' : 'wrong'
}

/** `room`, or `room: Room nodes` where it has a title. */
function nameOf(format: FormatDefinition | undefined, words: Words): string {
  if (format === undefined) return words('nameless')
  const { type, name } = format
  if (type === '') return words('nameless')
  return name === undefined ? type : `${type}: ${name}`
}

function definitionOf(id: string): FormatDefinition | undefined {
  return RED.nodes.node(id)?.definition as FormatDefinition | undefined
}

/** All formats that are not disabled, in the order in which the gateway tries them. */
function workspaceIds(): string[] {
  const found: string[] = []
  RED.nodes.eachConfig(({ type, id, d }) => {
    if (type === formatType && d !== true) found.push(id)
  })
  return found
}
