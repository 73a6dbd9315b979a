// The tests of test/outages with 100,000 events in all: lines from a pty, a Mosquitto that saves at every change, and
// its process, the gateway's, or both, stopped or killed at random moments meanwhile.
// `npm run soak -- kills [events, default 120000]`
import { setTimeout as pause } from 'node:timers/promises'
import { assertWhole, type Outcome, Way } from '../../test/outages/way.ts'
import { seed, seededRandom } from '../../test/support/random.ts'

interface Scenario {
  name: string
  times: number
  damage(way: Way): Promise<unknown>
  /** throws where something is missing */
  check(outcome: Outcome): void
}

const least = 100_000
/** some are lost on the pty while a gateway is away */
const events = Number(process.argv[2] ?? 1.2 * least)
/** lines a second: more than such a broker takes, so that something is always in flight */
const pace = 1_000
const random = seededRandom(seed)
const between = (low: number, high: number) => low + random() * (high - low)

const scenarios: Scenario[] = [
  {
    name: 'broker stopped',
    times: 10,
    damage: (way) => way.stopBroker('SIGTERM', between(0, 2_000)),
    // at most what was in flight at each of the ten ends
    check: (outcome) => assertWhole(outcome, 10 * 100),
  },
  {
    name: 'broker killed',
    times: 10,
    damage: (way) => way.stopBroker('SIGKILL', between(0, 2_000)),
    check: assertNothingLost,
  },
  { name: 'gateway killed', times: 5, damage: (way) => way.killGateway(), check: assertNothingLost },
  {
    name: 'both killed',
    times: 5,
    damage: (way) => Promise.all([way.killGateway(), way.stopBroker('SIGKILL', between(0, 2_000))]),
    check: assertNothingLost,
  },
]

console.log(`${events} events in all, FIELDLOG_SEED=${seed}`)
let failed = false
let total = 0
for (const scenario of scenarios) failed = !(await run(scenario, events / scenarios.length)) || failed
if (total < Math.min(events, least)) failed = true
console.log(`${total} events in all: ${failed ? 'failed' : 'passed'}`)
process.exitCode = failed ? 1 : 0

async function run({ name, times, damage, check }: Scenario, lines: number): Promise<boolean> {
  const way = await Way.start()
  way.stream(pace)
  const moments = Array.from({ length: times }, () => between(0, lines)).sort((a, b) => a - b)
  for (const moment of moments) {
    while (way.written < moment) await pause(20)
    await damage(way)
  }
  while (way.written < lines) await pause(20)
  await way.endStream()
  const outcome = await way.settled(900_000, 5_000)
  await way.close()
  total += outcome.sent
  console.log(`  ${name} ${times} times: ${JSON.stringify({ ...outcome, lost: outcome.lost.length })}`)
  try {
    check(outcome)
    return true
  } catch (error) {
    console.log(`  ${name}: ${String(error)}`)
    return false
  }
}

/** What the broker acknowledged and lost itself is not the gateway's to keep. */
function assertNothingLost({ lost, unknown }: Outcome): void {
  if (lost.length > 0 || unknown > 0) throw new Error(`${lost.length} lost, ${unknown} from nowhere`)
}
