// What is public of the journal: `@fieldlog/node-red-gateway/journal`. It runs without Node-RED. What is not named here
// may change in any version; what is named changes as docs and CHANGELOG say. lib/journal/README.md explains it all.

export { type Disk, type DiskFile, systemDisk } from '../journal/disk/disk.ts'
export { JournalLockedError } from '../journal/disk/lock.ts'
export type { NewEntry } from '../journal/format/batch.ts'
export { type Entry, type Item, isEntry, type Notice, type PoisonEntry } from '../journal/format/entry.ts'
export { EntryTooDeepError, EntryTooLongError } from '../journal/format/entry-limit.ts'
export type { EntryKind } from '../journal/format/line.ts'
export { escapeText, unescapeBytes, unescapeLine } from '../journal/format/text.ts'
export type { Finding } from '../journal/inspect/findings.ts'
export { type Verification, type VerifyOptions, verifyJournal } from '../journal/inspect/verify.ts'
export {
  type DurableEntry,
  Journal,
  type JournalListener,
  type JournalStatistics,
  type StartResult,
} from '../journal/journal.ts'
export { type BackupOptions, backupJournal } from '../journal/keep/backup.ts'
export type { BackupResult } from '../journal/keep/file-backup.ts'
export { type FollowOptions, followJournal } from '../journal/read/follow.ts'
export { type Found, type PoisonReport, type Query, queryJournal } from '../journal/read/query.ts'
export { type DamageReport, type Reading, type ReadLimits, readJournal } from '../journal/read/reader.ts'
export type { Salvage } from '../journal/recover/recovery.ts'
export type { JournalOptions } from '../journal/write/options.ts'
