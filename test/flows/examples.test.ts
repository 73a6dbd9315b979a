// The flows that are examples and nothing else: what holds for all of them, and what their rules say.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { compileFormats } from '../../lib/formats/compile.ts'
import type { FormatDefinition } from '../../lib/formats/model/definition.ts'
import { parseAddress } from '../../lib/serial/source/address.ts'
import { definitionProblem } from '../../nodes/format/options.ts'
import { predicatesProblems } from '../../nodes/label/options.ts'
import { type PortOptions, readPortOptions } from '../../nodes/port/options.ts'
import { energyFlow } from '../../scripts/flows/energy.ts'
import { broker } from '../../scripts/flows/parts.ts'
import { timeEventsFlow } from '../../scripts/flows/time-events.ts'
import { exampleFile, exampleFlows, type FlowNode, gatewayFlow } from '../../scripts/make-flow.ts'

interface Expected {
  /** what each node with an output leads to, by name or type */
  ways: Record<string, string[][]>
  port: [path: string, sourceName: string, baudRate: number]
  journal: string
}

const expected: Record<string, Expected> = {
  minimal: {
    ways: {
      lines: [['fieldlog-log'], [], []],
      'fieldlog-log': [['decode'], []],
      decode: [['readings'], ['rejected, unknown'], ['rejected, unknown']],
    },
    port: ['demo:', 'minimal', 57600],
    journal: 'minimal-journal',
  },
  'arduino-csv': {
    ways: {
      Arduino: [['fieldlog-log'], [], []],
      'fieldlog-log': [['three columns'], []],
      'three columns': [['too dry?'], ['rejected'], ['unknown']],
      'too dry?': [['good'], ['bad']],
    },
    port: ['/dev/ttyACM0', 'arduino', 9600],
    journal: 'arduino-journal',
  },
  'smart-meter-p1': {
    ways: {
      'P1 port': [['fieldlog-log'], [], []],
      'fieldlog-log': [['telegrams'], []],
      telegrams: [['voltage right?'], ['rejected'], []],
      'voltage right?': [['good'], ['bad']],
    },
    port: ['/dev/ttyUSB0', 'p1', 115200],
    journal: 'p1-journal',
  },
  alarm: {
    ways: {
      lines: [['fieldlog-log'], [], []],
      'fieldlog-log': [['decode'], []],
      decode: [['too hot?'], [], []],
      'too hot?': [['only changes'], ['only changes']],
      'only changes': [['alarm'], ['back to normal']],
    },
    port: ['demo:', 'alarm', 57600],
    journal: 'alarm-journal',
  },
  influxdb: {
    ways: {
      lines: [['fieldlog-log'], [], []],
      'fieldlog-log': [['decode'], []],
      decode: [['line protocol'], [], []],
      'line protocol': [['write']],
      write: [['answer']],
      answer: [[], ['refused'], ['again in 5 s']],
      'again in 5 s': [['line protocol']],
    },
    port: ['demo:', 'influx', 57600],
    journal: 'influx-journal',
  },
}

describe('flows: examples', () => {
  it('are those that are described here', () => {
    assert.deepEqual(Object.keys(exampleFlows), Object.keys(expected))
  })

  it('can stand beside each other and the shipped flows: only the broker is in several', () => {
    const flows = [gatewayFlow, energyFlow, timeEventsFlow, ...Object.values(exampleFlows)]
    const ids = flows.flatMap((flow) => flow().map(({ id }) => id)).filter((id) => id !== broker.id)
    assert.equal(new Set(ids).size, ids.length)
    for (const id of ids) assert.match(id, /^[0-9a-f]{16}$/)
  })

  it('take no line from the formats of the default flow, nor that one from theirs', () => {
    const definitions = (flow: FlowNode[]) =>
      flow.filter(({ type }) => type === 'fieldlog-format').map(({ definition }) => definition)
    const types = [gatewayFlow, ...Object.values(exampleFlows)].flatMap((flow) =>
      definitions(flow()).map((definition) => (definition as FormatDefinition).type),
    )
    assert.equal(new Set(types).size, types.length)
    const examples = Object.values(exampleFlows).flatMap((flow) => definitions(flow()))
    const formats = compileFormats(examples as FormatDefinition[])
    for (const payload of ['OK 12 1 118 182 0', '21.4,48,612']) {
      assert.equal(formats.decode({ payload, source: 'ttyUSB0' }).kind, 'unknown', payload)
    }
  })

  for (const [name, { ways, port, journal }] of Object.entries(expected)) {
    describe(name, () => {
      const flow = JSON.parse(readFileSync(exampleFile(name), 'utf8')) as FlowNode[]
      const byId = new Map(flow.map((node) => [node.id, node]))
      const ofType = (type: string) => flow.filter((node) => node.type === type)
      const called = ({ name, type }: FlowNode) => String(name || type)

      it('is what the generator makes', () => {
        assert.deepEqual(flow, exampleFlows[name]!(), 'run: node scripts/make-flow.ts')
      })

      it('leads each output where its comments say, with a name under each node', () => {
        const found = flow.flatMap((node) => {
          const wires = (node.wires as string[][] | undefined) ?? []
          if (wires.length === 0) return []
          return [[called(node), wires.map((ends) => ends.map((id) => called(byId.get(id)!)))]]
        })
        assert.deepEqual(Object.fromEntries(found), ways)
        for (const { info } of [...ofType('tab'), ...ofType('comment')]) {
          assert.ok(String(info).length > 40, String(info))
        }
        assert.ok(ofType('comment').length >= 3)
      })

      it('has its port, a journal of its own, and the broker of all flows', () => {
        const node = ofType('fieldlog-port')[0] as Partial<PortOptions> & FlowNode
        const { path, name, serial } = readPortOptions(node)
        assert.deepEqual([path, name, serial.baudRate], port)
        assert.doesNotThrow(() => parseAddress(path))
        assert.equal(ofType('fieldlog-serial-in')[0]!.port, node.id)
        assert.equal(ofType('fieldlog-journal')[0]!.directory, journal)
        assert.equal(ofType('fieldlog-log')[0]!.journal, ofType('fieldlog-journal')[0]!.id)
        for (const out of ofType('fieldlog-mqtt-out'))
          assert.equal(byId.get(String(out.broker)), byId.get(broker.id))
      })

      it('decodes by one format, which is right and takes its sample, and judges by rules that are right', () => {
        const [format] = ofType('fieldlog-format')
        assert.deepEqual(ofType('fieldlog-clean')[0]!.formats, [format!.id])
        assert.equal(definitionProblem(format!.definition), undefined)
        for (const { predicates } of ofType('fieldlog-label')) {
          assert.equal((predicates as unknown[]).length, 1)
          assert.deepEqual(predicatesProblems(predicates), [])
        }
      })

      it('is on the grid and in view, with nothing on top of anything else', () => {
        const placed = flow.filter((node) => typeof node.x === 'number') as Array<
          FlowNode & { x: number; y: number }
        >
        for (const { x, y } of placed) {
          assert.deepEqual([x % 10, y % 20], [0, 0])
          assert.ok(x <= 740 && y <= 560)
        }
        for (const [index, one] of placed.entries()) {
          for (const other of placed.slice(index + 1)) {
            const apart = Math.abs(one.x - other.x) >= 130 || Math.abs(one.y - other.y) >= 40
            assert.ok(apart, `${called(one)} and ${called(other)}`)
          }
        }
      })
    })
  }
})
