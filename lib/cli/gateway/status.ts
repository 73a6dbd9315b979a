import { ageText } from '../../kit/age.ts'
import type { Status } from '../../pages/status.ts'
import { type Command, CommandError, type Io } from '../command.ts'
import { count, paint, size } from '../text.ts'
import { gatewayOptions, withGateway } from './gateway.ts'

type Row = [name: string, text: string]

export const status: Command = {
  args: '',
  about:
    'Shows on one screen how the running gateway is: what became of every reading, ports, brokers, journal, disk, and what is\n' +
    'wrong. The status is 1 where something is.\n' +
    'A login: --user with the password in FIELDLOG_PASSWORD, or --token (FIELDLOG_TOKEN).',
  options: gatewayOptions,
  count: { min: 0, max: 0 },

  run: (_args, options, io) =>
    withGateway(options, io, async (api) => {
      const found = (await api.ask('GET', 'fieldlog/api/status')) as Partial<Status>
      if (!found.gateway || !found.alarms) {
        throw new CommandError('the gateway answers, but does not say how it is: is it of another version?')
      }
      const state = found as Status
      await io.out(options.json ? `${JSON.stringify(state, null, 2)}\n` : screen(state, io))
      return state.alarms.length === 0 && state.accounts.every(({ balanced }) => balanced) ? 0 : 1
    }),
}

function screen(state: Status, io: Io): string {
  const rows: Row[] = [
    ['gateway', gatewayText(state)],
    ...state.ports.map((port): Row => ['port', portText(port, state.now, io)]),
    ...state.accounts.map((account): Row => ['flow', accountText(account, io)]),
    ...state.brokers.map((broker): Row => ['broker', brokerText(broker, io)]),
    ...state.journal.map((journal): Row => ['journal', journalText(journal, state.now, io)]),
    ['store', state.store.says],
    ['disk', diskText(state.disk)],
    ...state.alarms.map(
      ({ level, says }): Row => [level, paint(io, level === 'error' ? 'red' : 'yellow', says)],
    ),
  ]
  if (state.alarms.length === 0) rows.push(['errors', paint(io, 'green', 'none')])
  return rows.map(([name, text]) => `${name.padEnd(9)}${text}\n`).join('')
}

function gatewayText({ now, gateway: { name, version, started }, machine }: Status): string {
  const heat = machine.temperature === null ? '' : `, ${machine.temperature.toFixed(0)} °C`
  return `${name}, version ${version}, running for ${ageText(now - started)}; ${size(machine.rss)} of memory, load ${machine.load.toFixed(1)}${heat}`
}

function portText(port: Status['ports'][number], now: number, io: Io): string {
  const last = port.lastLine === null ? 'no line yet' : `last line ${ageText(now - port.lastLine)} ago`
  const state = port.state === 'open' ? port.state : paint(io, 'yellow', port.state)
  const problem = port.problem === null ? '' : `: ${port.problem}`
  return `${nameOf(port)}: ${state}, ${last}, ${count(port.perMinute)} lines a minute${problem}`
}

function accountText({ name, boxes, balanced, says }: Status['accounts'][number], io: Io): string {
  const counts = boxes
    .map(({ beside, ...box }) => `${beside ? ' + ' : ' → '}${box.name} ${count(box.count)}`)
    .join('')
    .slice(' → '.length)
  return `${name}: ${counts}: ${paint(io, balanced ? 'green' : 'red', says)}`
}

function journalText(journal: Status['journal'][number], now: number, io: Io): string {
  const { name, lastSeq, bytes, verified } = journal
  const what = `${name}: ${count(lastSeq)} entries, ${size(bytes)}`
  if (verified === null) return `${what}, not checked yet`
  const checked = `checked ${ageText(now - verified.at)} ago: ${verified.ok ? 'whole' : verified.says}`
  return `${what}, ${paint(io, verified.ok ? 'green' : 'red', checked)}`
}

function brokerText(broker: Status['brokers'][number], io: Io): string {
  const state = broker.connected ? 'connected' : paint(io, 'yellow', 'not connected')
  const problem = broker.problem === null ? '' : `: ${broker.problem}`
  return `${nameOf(broker)}: ${state}, ${count(broker.waiting)} waiting, ${count(broker.refused)} refused${problem}`
}

function diskText({ free, total, perDay, daysLeft }: Status['disk']): string {
  const rate = perDay === null ? '' : `, ${size(perDay)} a day`
  const days = daysLeft === null ? '' : `, full in ${count(Math.floor(daysLeft))} days`
  return `${size(free)} of ${size(total)} free${rate}${days}`
}

function nameOf({ name, address }: { name: string; address: string }): string {
  return name === '' || name === address ? address : `${name} (${address})`
}
