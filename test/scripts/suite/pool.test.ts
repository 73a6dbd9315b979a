import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { inParallel, run } from '../../../scripts/suite/pool.ts'

const command = (script: string, limit = 60_000) => ({
  program: process.execPath,
  args: ['-e', script],
  env: { PATH: process.env.PATH },
  cwd: '/',
  limit,
})

describe('the processes of a test run', () => {
  it('give their status and all that they print', async () => {
    const end = await run(command('console.log("out"); console.error("err"); process.exitCode = 3'), false)
    assert.deepEqual([end.status, end.signal, end.output.split('\n').sort()], [3, null, ['', 'err', 'out']])
  })

  it('tell the signal that ended them', async () => {
    const end = await run(command('process.kill(process.pid, "SIGKILL")'), false)
    assert.deepEqual([end.status, end.signal, end.hungFor], [null, 'SIGKILL', undefined])
  })

  it('are killed when their time is over', async () => {
    const end = await run(command('setInterval(() => {}, 1000)', 300), false)
    assert.deepEqual([end.signal, end.hungFor], ['SIGKILL', 300])
  })

  it('take with them what they started', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    const { port } = (await once(server, 'listening').then(() => server.address())) as { port: number }
    const hold = `require("net").connect(${port}, "127.0.0.1")`
    const parent = `require("child_process").spawn(process.execPath, ["-e", ${JSON.stringify(hold)}], { stdio: "inherit" })
      .unref(); setInterval(() => {}, 1000)`
    const connected = once(server, 'connection') as Promise<[Socket]>
    const ended = run(command(parent, 2_000), false)
    const [socket] = await connected
    const gone = once(socket.on('error', () => {}).resume(), 'close')
    await ended
    await gone
    server.close()
  })

  it('run so many at a time, with their results in order', async () => {
    let running = 0
    let most = 0
    const task = (number: number) => async () => {
      most = Math.max(most, ++running)
      await new Promise((resolve) => setImmediate(resolve))
      running--
      return number
    }
    assert.deepEqual(await inParallel([1, 2, 3, 4, 5].map(task), 2), [1, 2, 3, 4, 5])
    assert.equal(most, 2)
  })
})
