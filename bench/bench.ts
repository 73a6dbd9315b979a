// `npm run bench [-- NAME [arguments]]`: without a name all of them, each in a process of its own, one by one.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

/** What each measures, always beside its peer in the same run. */
const benches: Record<string, string> = {
  gateway: 'the whole way, from a pty to the broker, beside a flow of core nodes and bare MQTT.js',
  serial: 'reading 100 kB a second from a pty, beside node-red-node-serialport',
  journal: 'durable appends, beside bare writes, the file node and SQLite',
  hops: 'what following events adds to each hop of a flow',
  formats: 'decoding a line and a telegram of 30 lines, beside a function node',
  clean: 'decoding and judging a line, beside function and switch nodes and JSONata',
  label: 'judging by rules, with and without memory',
  mqtt: 'our MQTT session beside bare MQTT.js',
  'broker/announcements': 'what the announcement of 200 devices costs live events, beside none',
  http: 'events over HTTP, durable before the answer, beside core http in and a function node',
  'datagrams/events': 'time events of 32 clients on queue, socket and UDP, beside a plain UDP receiver',
  'history/query': 'charts of a store of 10 million rows, beside a plain select',
  'history/store': 'the store: live events and a rebuild, beside bare inserts by node:sqlite',
  'mqtt-backlog': 'draining what waits after an outage, beside bare MQTT.js',
}

const [name, ...rest] = process.argv.slice(2)
if (name !== undefined && !(name in benches)) {
  process.stderr.write(`bench: there is no ${name}; one of: ${Object.keys(benches).join(', ')}\n`)
  process.exit(1)
}
const failed = (name === undefined ? Object.keys(benches) : [name]).filter((each) => !run(each))
process.exit(failed.length === 0 ? 0 : 1)

function run(bench: string): boolean {
  process.stdout.write(`\n${bench}: ${benches[bench]}\n`)
  const result = spawnSync(process.execPath, [join(import.meta.dirname, `${bench}.ts`), ...rest], {
    stdio: 'inherit',
  })
  return result.status === 0
}
