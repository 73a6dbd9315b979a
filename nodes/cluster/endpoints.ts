// The admin endpoint from which the panel gets the clusters and some of the points.
import type { NodeAPI } from 'node-red'
import { clusterReport } from '../../lib/cluster/report.ts'
import { clusteringOf } from './registry.ts'

/** The part of Express that is used here. */
interface Request {
  params: { id: string }
}
interface Response {
  status(code: number): Response
  json(value: unknown): void
}

/** `GET /fieldlog/clusters/<node id>` (permission `fieldlog.read`): `ClusterReport`; 404 where no such node is deployed. */
export function serveClusters(RED: NodeAPI): void {
  RED.httpAdmin.get(
    '/fieldlog/clusters/:id',
    RED.auth.needsPermission('fieldlog.read'),
    ({ params }: Request, response: Response) => {
      const clustering = clusteringOf(RED, params.id)
      if (clustering) response.json(clusterReport(clustering))
      else
        response.status(404).json({ error: `there is no cluster node ${params.id} among the deployed flows` })
    },
  )
}
