// The entry point of the thread that checks a journal in the background, at a tenth of a processor and of what the disk reads in that time.
import { setTimeout as rest } from 'node:timers/promises'
import { parentPort, workerData } from 'node:worker_threads'
import { systemDisk } from '../disk/disk.ts'
import type { Checked, CheckRequest } from './check-thread.ts'
import { pacedDisk } from './paced-disk.ts'
import { verifyJournal } from './verify.ts'

const { directory, checkpoint } = workerData as CheckRequest
const disk = pacedDisk(systemDisk, { share: 0.1, slice: 10, now: () => performance.now(), rest })
const { problems, files, entries } = await verifyJournal(disk, directory, { checkpoint })
const first = problems[0] && `${problems[0].file}: ${problems[0].text}`
parentPort?.postMessage({ files, entries, problems: problems.length, first } satisfies Checked)
