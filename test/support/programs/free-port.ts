// Free TCP ports of 127.0.0.1. They lie below those that the system gives to outgoing connections, so that nothing
// takes one by chance while its server is stopped; and they start at a random one, so that test processes that run
// side by side do not take the same.
import { once } from 'node:events'
import { createServer } from 'node:net'

const lowest = 15_000
const highest = 32_000

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const start = Math.floor(Math.random() * (highest - lowest))
  for (let step = 0; step < highest - lowest; step++) {
    const port = lowest + ((start + step) % (highest - lowest))
    if (await isFree(port)) return port
  }
  throw new Error(`no port from ${lowest} to ${highest} is free on 127.0.0.1`)
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer()
  try {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
  } catch {
    return false
  }
  server.close()
  await once(server, 'close')
  return true
}
