/** A prepared query as `/v1/query` shows it: what a GET answers can be put back. */
import type { QueryRow, QueryService } from '../../catalog/index.ts';
import { mapOrNull } from './node-json.ts';

export function queryJson(row: QueryRow) {
  const { type, regexp, removeEmptyTags } = row.template;
  return {
    ID: row.id,
    Name: row.name,
    Session: row.session,
    Token: row.token,
    Template: { Type: type, Regexp: regexp, RemoveEmptyTags: removeEmptyTags },
    Service: queryServiceJson(row.service),
    DNS: { TTL: row.dnsTtl },
    CreateIndex: row.createIndex,
    ModifyIndex: row.modifyIndex,
  };
}

function queryServiceJson(service: QueryService) {
  const { nearestN, datacenters, targets } = service.failover;
  return {
    Service: service.service,
    SamenessGroup: '',
    Failover: {
      NearestN: nearestN,
      Datacenters: listOrNull(datacenters),
      Targets: listOrNull(
        targets.map(({ peer, datacenter }) => ({ Peer: peer, Datacenter: datacenter })),
      ),
    },
    OnlyPassing: service.onlyPassing,
    IgnoreCheckIDs: listOrNull(service.ignoreCheckIds),
    Near: service.near,
    Tags: listOrNull(service.tags),
    NodeMeta: mapOrNull(service.nodeMeta),
    ServiceMeta: mapOrNull(service.serviceMeta),
    Connect: service.connect,
    Peer: service.peer,
  };
}

function listOrNull<Item>(list: readonly Item[]): readonly Item[] | null {
  return list.length === 0 ? null : list;
}
