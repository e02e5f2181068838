/** Bodies as an agent answers them, for the commands that read them. */

export const NODES = [
  {
    ID: 'a1b2c3d4-0000-4000-8000-000000000001',
    Node: 'n1',
    Address: '127.0.0.1',
    Datacenter: 'dc1',
    TaggedAddresses: { wan: '127.0.0.1', lan: '127.0.0.1' },
    Meta: { rack: '7', 'consul-version': '1.16.4' },
    CreateIndex: 5,
    ModifyIndex: 6,
  },
  {
    ID: '',
    Node: 'external-node',
    Address: '192.0.2.7',
    Datacenter: 'dc1',
    TaggedAddresses: null,
    Meta: null,
    CreateIndex: 9,
    ModifyIndex: 9,
  },
];

export const SERVICE_NODES = [
  {
    ID: 'a1b2c3d4-0000-4000-8000-000000000001',
    Node: 'n1',
    Address: '127.0.0.1',
    Datacenter: 'dc1',
    TaggedAddresses: { lan: '127.0.0.1' },
    NodeMeta: { rack: '7' },
    ServiceID: 'web',
    ServiceName: 'web',
    ServiceMeta: { not: 'shown' },
  },
];

export const NODE_WITH_SERVICES = {
  Node: NODES[0],
  Services: {
    'web-1': { ID: 'web-1', Service: 'web', Tags: ['v1'], Port: 80 },
    'web-2': { ID: 'web-2', Service: 'web', Tags: ['v2', 'v1'], Port: 81 },
    consul: { ID: 'consul', Service: 'consul', Tags: [], Port: 8300 },
  },
};

export const MEMBERS = [
  {
    Name: 'c1',
    Addr: '::1',
    Port: 8301,
    Tags: { role: 'node', dc: 'dc1', vsn: '2', build: '1.16.4:', segment: '' },
    Status: 4,
  },
  {
    Name: 'n1',
    Addr: '127.0.0.1',
    Port: 8301,
    Tags: { role: 'consul', dc: 'dc1', vsn: '2', build: '1.16.4:', segment: '' },
    Status: 1,
  },
];

export const SELF = {
  Config: { NodeName: 'n1', Datacenter: 'dc1' },
  Stats: {
    consul: { server: 'true', leader: 'true' },
    agent: { services: '1', checks: '2' },
  },
};

export const CHECKS = {
  '_service_maintenance:web': {
    CheckID: '_service_maintenance:web',
    ServiceID: 'web',
    Notes: 'new disks',
  },
  _node_maintenance: { CheckID: '_node_maintenance', ServiceID: '', Notes: 'moving' },
  'service:web': { CheckID: 'service:web', ServiceID: 'web', Notes: '' },
};
