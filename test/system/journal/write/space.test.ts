import { describeSmallDisk } from '../../../lib/journal/support/small-disk-contract.ts'
import { mountedDisk } from '../../../support/programs/mounted-disk.ts'

describeSmallDisk('tmpfs', mountedDisk)
