// The admin endpoint from which the panel gets the clusters and some of the points.
import type { NodeAPI } from 'node-red'
import { clusterReport } from '../../lib/cluster/report.ts'
import { type Request, type Response, refuse } from '../shared/express.ts'
import { clusteringOf } from './registry.ts'

/** `GET /fieldlog/clusters/<node id>` (permission `fieldlog.read`): `ClusterReport`; 404 where no such node is deployed. */
export function serveClusters(RED: NodeAPI): void {
  RED.httpAdmin.get(
    '/fieldlog/clusters/:id',
    RED.auth.needsPermission('fieldlog.read'),
    ({ params }: Request<{ id: string }>, response: Response) => {
      const clustering = clusteringOf(RED, params.id)
      if (clustering) response.json(clusterReport(clustering))
      else refuse(response, 404, `there is no cluster node ${params.id} among the deployed flows`)
    },
  )
}
