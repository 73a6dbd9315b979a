// `npm run soak [-- NAME [arguments]]`: what takes minutes: large journals, outages, deploys and kills by the hundred.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

const root = join(import.meta.dirname, '../..')
const mocha = join(root, 'node_modules/mocha/bin/mocha.js')

/** For each the commands that it runs, one by one; the first gets the arguments. */
const soaks: Record<string, string[][]> = {
  journal: [
    [join(root, 'bench/soak/journal.ts')],
    [mocha, 'test/system/journal/recover/other-reader.test.ts', 'test/lib/journal/recover/model.test.ts'],
  ],
  outages: [[join(root, 'bench/soak/outages.ts')]],
  everything: [[join(root, 'bench/soak/everything.ts')]],
  kills: [[join(root, 'bench/soak/kills.ts')]],
  flood: [[mocha, 'test/e2e/broker-flood.test.ts']],
  http: [[mocha, 'test/nodes/http-body/kill.test.ts']],
  refusals: [[join(root, 'bench/soak/refusals.ts')]],
  pages: [[join(root, 'bench/soak/pages.ts')]],
  small: [[join(root, 'bench/soak/small.ts')]],
  card: [[join(root, 'bench/soak/card.ts')]],
  package: [[join(root, 'bench/soak/package.ts')]],
  'node-reds': [[mocha, 'test/e2e/*.test.ts']],
  delivery: [[mocha, 'test/delivery/**/*.test.ts']],
  mqtt: [[mocha, 'test/lib/mqtt/**/*.test.ts']],
  serial: [
    [mocha, 'test/system/serial/unplugged.test.ts'],
    [join(root, 'bench/serial.ts'), '60'],
  ],
  events: [
    [mocha, 'test/e2e/time-events.test.ts', 'test/e2e/events-flood.test.ts'],
    [join(root, 'bench/datagrams/events.ts')],
  ],
  store: [[mocha, 'test/lib/history/**/*.test.ts']],
  formats: [[mocha, 'test/lib/formats/**/*.test.ts']],
  predicates: [[mocha, 'test/lib/predicates/**/*.test.ts', 'test/lib/labelling/**/*.test.ts']],
}

const [name, ...rest] = process.argv.slice(2)
if (name !== undefined && !(name in soaks)) {
  process.stderr.write(`soak: there is no ${name}; one of: ${Object.keys(soaks).join(', ')}\n`)
  process.exit(1)
}
const failed = (name === undefined ? Object.keys(soaks) : [name]).filter((each) => {
  process.stdout.write(`\nsoak: ${each}\n`)
  // other random numbers in each soak; a failure prints the seed that gives its own again
  const env = { FIELDLOG_SEED: 'random', ...process.env, FIELDLOG_SOAK: '1' }
  const statuses = soaks[each]!.map((command, index) => {
    const all = index === 0 ? [...command, ...rest] : command
    return spawnSync(process.execPath, all, { cwd: root, stdio: 'inherit', env }).status
  })
  return statuses.some((status) => status !== 0)
})
process.exit(failed.length === 0 ? 0 : 1)
