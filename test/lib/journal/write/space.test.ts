import { quotaDisk } from '../support/small-disk.ts'
import { describeSmallDisk } from '../support/small-disk-contract.ts'

describeSmallDisk('in memory, with a quota', quotaDisk)
