// Each node's options, its panel and its words are of one mind: what the panel asks for is what the schema describes.
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { migrate } from '../../../lib/migrate/migrate.ts'
import { compileTopic } from '../../../lib/mqtt/message/topic.ts'
import {
  type Fields,
  isChoice,
  isConfigNode,
  isFlag,
  isMultiline,
  isOptional,
} from '../../../lib/options/fields.ts'
import { problemsOf, readOptions } from '../../../lib/options/options.ts'
import { cleanOptions } from '../../../nodes/clean/options.ts'
import { clusterOptions } from '../../../nodes/cluster/options.ts'
import { devicesOptions } from '../../../nodes/devices/options.ts'
import { eventsOptions } from '../../../nodes/events/options.ts'
import { eventsInOptions } from '../../../nodes/events-in/options.ts'
import { httpBodyOptions } from '../../../nodes/http-body/options.ts'
import { readJournalOptions } from '../../../nodes/journal/options.ts'
import { journalOptions } from '../../../nodes/journal/settings.ts'
import { labelOptions } from '../../../nodes/label/options.ts'
import { logOptions } from '../../../nodes/log/settings.ts'
import { mqttOutOptions } from '../../../nodes/mqtt-out/options.ts'
import { portOptions, readPortOptions } from '../../../nodes/port/options.ts'
import { queryOptions } from '../../../nodes/query/options.ts'
import { editorDefaults } from '../../../nodes/shared/panel/editor-defaults.ts'
import { storeOptions } from '../../../nodes/store/options.ts'
import { timingOptions } from '../../../nodes/timing/options.ts'
import { fc } from '../../support/random.ts'

const nodes = join(import.meta.dirname, '../../../nodes')

/** The nodes whose options are described by a schema; a new node belongs here. */
const described: Record<string, Fields> = {
  port: portOptions,
  journal: journalOptions,
  log: logOptions,
  clean: cleanOptions,
  devices: devicesOptions,
  label: labelOptions,
  cluster: clusterOptions,
  timing: timingOptions,
  store: storeOptions,
  query: queryOptions,
  'mqtt-out': mqttOutOptions,
  'http-body': httpBodyOptions,
  events: eventsOptions,
  'events-in': eventsInOptions,
}

/** Inputs of what a flow file must not hold: Node-RED keeps it apart. */
const credentials: readonly string[] = ['token']

/** Nodes of before, whose only options are a name, the id of a config node, or a definition with a check of its own. */
const notYet = ['serial-in', 'format']

/** A node in an editor without translations. */
const speaker = { type: 'fieldlog-x', _: (key: string) => key } as never

describe('nodes: the options and their panels', () => {
  it('every node describes its options by a schema', () => {
    const all = readdirSync(nodes).filter((name) => existsSync(join(nodes, name, `${name}.html`)))
    assert.deepEqual(all.toSorted(), [...Object.keys(described), ...notYet].toSorted())
  })

  for (const [name, options] of Object.entries(described)) {
    describe(name, () => {
      const html = readFileSync(join(nodes, name, `${name}.html`), 'utf8')
      const locale = readFileSync(join(nodes, name, `locales/en-US/${name}.json`), 'utf8')
      const words = (JSON.parse(locale) as Record<string, Record<string, unknown>>)[`fieldlog-${name}`]!

      it('has an input for each option, and none for what is no option', () => {
        const all = [...html.matchAll(/<(\w+)[^>]* id="node-(?:config-)?input-(\w+)"/g)]
        const inputs = all.filter(([, , option]) => !credentials.includes(option!))
        const tags = Object.fromEntries(inputs.map(([, tag, option]) => [option, tag]))
        const wanted = Object.entries(options).map(([option, field]) => [
          option,
          isChoice(field) ? 'select' : isMultiline(field) ? 'textarea' : 'input',
        ])
        assert.deepEqual(tags, Object.fromEntries(wanted))
        const boxes = [...html.matchAll(/<input type="checkbox" id="node-(?:config-)?input-(\w+)"/g)]
        assert.deepEqual(
          boxes.map(([, option]) => option),
          Object.keys(options).filter((option) => isFlag(options[option]!)),
        )
      })

      it('leaves to the schema what it knows: choices and defaults', () => {
        const own = [
          ...html.matchAll(/<(?:select|input)[^>]* id="node-(?:config-)?input-\w+"[^>]*>[^<]*<?[^>]*/g),
        ]
        for (const [tag] of own) {
          assert.doesNotMatch(tag, /<option| placeholder="| data-i18n="\[placeholder\]fieldlog/)
        }
      })

      it('has words for each unit, so that it can be translated', () => {
        // the signs of units, such as MB, are the same in every language
        const isWord = (unit: string) => /[a-z]{3}/.test(unit)
        const missing = Object.entries(options).flatMap(([option, field]) => {
          const unit = 'unit' in field ? field.unit : undefined
          return unit && isWord(unit) && !words[`${option}-unit`] ? [`${option}-unit: ${unit}`] : []
        })
        assert.deepEqual(missing, [])
      })

      it('has words for an option only, and for each choice that is no number', () => {
        const units = Object.keys(words).filter((key) => /-(unit|placeholder)$/.test(key))
        for (const key of units) assert.ok(key.replace(/-\w+$/, '') in options, key)
        for (const [option, field] of Object.entries(options)) {
          if (!isChoice(field)) continue
          for (const value of field.enum.filter((value) => typeof value === 'string')) {
            assert.equal(typeof words[`${option}-${value}`], 'string', `${option}-${value}`)
          }
        }
      })

      it('starts with values that are right, and knows its config nodes', () => {
        const defaults = editorDefaults(options)
        for (const [option, field] of Object.entries(options)) {
          const { value, type, required, validate } = defaults[option]!
          if (isConfigNode(field)) {
            assert.deepEqual([value, type, required], ['', field.configType, !isOptional(field)])
            continue
          }
          assert.equal(value, field.default ?? '')
          // the editor shows a message only of a function of two parameters
          assert.equal(validate?.length, 2)
          assert.equal(validate?.call(speaker, value as never), true)
        }
      })
    })
  }

  for (const [name, options, read] of [
    ['port', portOptions, readPortOptions],
    ['journal', journalOptions, (saved: object) => readJournalOptions(saved, '/home')],
    ['mqtt-out', mqttOutOptions, readMqttOut],
  ] as const) {
    it(`${name}: the panel refuses what the runtime refuses, in the same words, and nothing else`, () => {
      const defaults = editorDefaults(options as Fields)
      const names = Object.keys(defaults).filter((option) => defaults[option]!.validate !== undefined)
      fc.assert(
        fc.property(fc.constantFrom(...names), likelyValue(), (option, value) => {
          const verdict = defaults[option]!.validate?.call(speaker, value as never)
          const attempt = () => read({ [option]: value })
          if (verdict === true) assert.doesNotThrow(attempt)
          else assert.throws(attempt, { message: verdict as string })
        }),
        { numRuns: 2_000 },
      )
    })
  }

  const file = join(import.meta.dirname, '../../fixtures/gateway-1.0.0-alpha.1.json')
  const flow = JSON.parse(readFileSync(file, 'utf8')) as Array<{ type: string }>
  const old = flow.filter(({ type }) => type.slice('fieldlog-'.length) in described)
  const optionsOf = ({ type }: { type: string }) => described[type.slice('fieldlog-'.length)]!

  it('take the flow of 1.0.0-alpha.1 as it is', () => {
    assert.equal(old.length, 8)
    for (const node of old) assert.deepEqual(problemsOf(optionsOf(node), node), {}, node.type)
  })

  it('have in that flow the value by which it ran: a migration gives it to an option that came later', () => {
    for (const node of old) {
      const today = migrate(node.type, node)
      const missing = Object.keys(optionsOf(node)).filter((option) => !(option in today))
      assert.deepEqual(missing, [], `${node.type}: add a step to lib/migrate/migrate.ts`)
    }
  })
})

function readMqttOut(saved: object): void {
  const { topic, lateTopic } = readOptions(mqttOutOptions, { broker: 'b1', ...saved })
  compileTopic(topic)
  if (lateTopic !== undefined) compileTopic(lateTopic)
}

/** What inputs, flow files and the environment give: numbers around the limits, paths, variables, and anything. */
function likelyValue(): fc.Arbitrary<unknown> {
  const edges = fc.constantFrom(0, 0.05, 1, 8, 49, 50, 16, 3600, 3601, 4_000_000, 4_000_001, 1_048_577, 1e8)
  const words = fc.constantFrom(
    'none',
    'even',
    'mark',
    'demo:',
    '/dev/ttyUSB0',
    'COM3',
    'tcp://h:1',
    '../x',
    'a/../..',
    'a/{type}',
    'a/#',
  )
  const variables = fc.constantFrom(`\${BAUD}`, ' $(BAUD)', '$BAUD', `\${A}\${B}`)
  const numbers = fc.oneof(edges, fc.integer(), fc.double())
  return fc.oneof(numbers, numbers.map(String), words, variables, fc.string(), fc.anything())
}
