// What systemd is told: that the gateway is ready, and that it does not hang. Without systemd nothing is told.
import { execFile } from 'node:child_process'
import { type Clock, idleClock } from '../kit/clock.ts'
import { doneWithin } from '../kit/deadline.ts'

/**
 * ms since the process began. The trial of an update has seen by then that the flow does not run (120 s), and systemd, which would
 * start the gateway anew again and again, has not given up (`TimeoutStartSec`): the editor is there, to mend the flow.
 */
const readyAnyway = 150_000

export interface ServiceParts {
  env: Record<string, string | undefined>
  clock: Clock
  /** what stands still, in words; undefined while all moves (service/watchdog.ts) */
  stalled(now: number): string | undefined
  complain(text: string): void
  /** runs a program; nobody waits for it */
  run(program: string, args: readonly string[]): void
}

/** Resolves when the gateway is ready: once the flow runs, or after so long without it. @param uptime ms */
export async function gatewayIsReady(
  flowRuns: Promise<unknown>,
  uptime: number,
  clock: Clock,
): Promise<void> {
  await doneWithin(flowRuns, Math.max(0, readyAnyway - uptime), clock)
}

/**
 * Tells systemd that the gateway is ready (`Type=notify`), and from now on that it works, three times in each WatchdogSec.
 * Where something stands still it is told no more, and starts the gateway anew. systemd-notify does it: Node.js has no datagram sockets of the kind that systemd listens to.
 */
export function serviceIsReady({ env, clock, stalled, complain, run }: ServiceParts): void {
  if (!env.NOTIFY_SOCKET) return
  run('systemd-notify', ['--ready'])
  const ms = Number(env.WATCHDOG_USEC) / 3_000
  if (!(ms > 0)) return
  let isSaid = false
  const turn = () => {
    const problem = stalled(clock.monotonic())
    if (problem === undefined) run('systemd-notify', ['WATCHDOG=1'])
    else if (!isSaid) complain(`${problem}: systemd starts the gateway anew soon`)
    isSaid = problem !== undefined
    clock.after(ms, turn)
  }
  clock.after(ms, turn)
}

/** @param complain says once where systemd-notify cannot be run */
export function serviceParts(
  env: ServiceParts['env'],
  stalled: ServiceParts['stalled'],
  complain: ServiceParts['complain'],
): ServiceParts {
  let hasFailed = false
  return {
    env,
    clock: idleClock,
    stalled,
    complain,
    run(program, args) {
      execFile(program, args, (error) => {
        if (!error || hasFailed) return
        hasFailed = true
        complain(`systemd cannot be told how the gateway is: ${error.message}`)
      })
    },
  }
}
