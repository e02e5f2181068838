import { describe, expect, it } from 'vitest';
import {
  CatalogError,
  deregister,
  type Registration,
  readInstances,
  readNodes,
  register,
} from '../../src/catalog/index.ts';
import { committed } from '../support/committed.ts';
import { checkInput, nodeInput, registration, serviceInput } from '../support/rows.ts';

const ID_1 = '11111111-1111-1111-1111-111111111111';
const ID_2 = '22222222-2222-2222-2222-222222222222';

function refusal(body: () => void): { code: string; field: string; message: string } {
  try {
    body();
  } catch (error) {
    if (error instanceof CatalogError) {
      return { code: error.code, field: error.field, message: error.message };
    }
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('register', () => {
  const refused: [string, Registration, string, string][] = [
    ['no node name', registration(nodeInput('')), 'node_missing', 'Must provide node'],
    [
      'no address',
      registration(nodeInput('n1', { address: '' })),
      'node_address_missing',
      'Must provide address if SkipNodeUpdate is not set',
    ],
    [
      'a node id that is no UUID',
      registration(nodeInput('n1', { id: 'zz' })),
      'node_id_invalid',
      'Bad node ID: invalid UUID: zz',
    ],
    [
      'a service id without a name',
      registration(nodeInput('n1'), serviceInput('', { id: 'w' })),
      'service_name_missing',
      'Must provide service name (Service.Service) when service ID is provided',
    ],
    [
      'an address nobody can connect to',
      registration(nodeInput('n1'), serviceInput('web', { address: '0.0.0.0' })),
      'service_address_invalid',
      'Invalid service address',
    ],
    [
      'a check of an unknown service',
      registration(nodeInput('n1'), undefined, [checkInput('c', { serviceId: 's' })]),
      'check_service_unknown',
      "Unknown service ID 's' for check ID 'c'",
    ],
    [
      'a check of another node',
      registration(nodeInput('n1'), undefined, [checkInput('c', { node: 'n2' })]),
      'check_node_mismatch',
      "Node 'n2' for check 'c' doesn't match register request node 'n1'",
    ],
    [
      'a name that cannot be a key',
      registration(nodeInput('n'.repeat(600))),
      'name_too_long',
      'Node is too long (600 > 512 bytes)',
    ],
  ];
  it.each(refused)('refuses %s and keeps nothing', (_title, request, code, message) => {
    const { state, commit } = committed();
    const refusedWith = refusal(() => commit((transaction) => register(transaction, request)));
    expect(refusedWith).toMatchObject({ code, message });
    expect(state.index).toBe(0);
    expect(readNodes(state).value).toEqual([]);
  });

  it('renames a node that comes back under another name, dropping what stood under the old one', () => {
    const { state, commit } = committed();
    const old = nodeInput('old', { id: ID_1 });
    commit((transaction) => register(transaction, registration(old, serviceInput('web'))));
    commit((transaction) => register(transaction, registration({ ...old, node: 'new' })));
    expect(readNodes(state).value.map((row) => row.node)).toEqual(['new']);
    expect(readInstances(state, 'web').value).toEqual([]);
  });

  it('keeps a name for a node that is alive, and gives it away once that node fails', () => {
    const { state, commit } = committed();
    const holder = nodeInput('n1', { id: ID_1, address: '10.0.0.1' });
    const alive = checkInput('serfHealth');
    const newcomer = registration(nodeInput('n1', { id: ID_2, address: '10.0.0.2' }));
    commit((transaction) => register(transaction, registration(holder, undefined, [alive])));
    const refusedWith = refusal(() => commit((transaction) => register(transaction, newcomer)));
    expect(refusedWith).toMatchObject({ code: 'node_name_reserved', field: 'Node' });
    expect(refusedWith.message).toContain(`reserved by node ${ID_1} with name n1 (10.0.0.1)`);
    const failing = checkInput('serfHealth', { status: 'critical' });
    commit((transaction) => register(transaction, registration(holder, undefined, [failing])));
    commit((transaction) => register(transaction, newcomer));
    expect(state.tables.nodes.get('n1')?.id).toBe(ID_2);
  });

  it('keeps the id of a node that is registered again without one', () => {
    const { state, commit } = committed();
    commit((transaction) => register(transaction, registration(nodeInput('n1', { id: ID_1 }))));
    commit((transaction) => register(transaction, registration(nodeInput('N1'))));
    expect(state.tables.nodes.get('n1')).toMatchObject({ node: 'n1', id: ID_1, modifyIndex: 1 });
  });

  it('leaves the node alone when told to skip it', () => {
    const { state, commit } = committed();
    commit((transaction) => register(transaction, registration(nodeInput('n1'))));
    const other = nodeInput('n1', { address: '10.9.9.9' });
    commit((transaction) =>
      register(transaction, { ...registration(other, serviceInput('web')), skipNodeUpdate: true }),
    );
    expect(state.tables.nodes.get('n1')).toMatchObject({ address: '10.0.0.1', modifyIndex: 1 });
    expect(readInstances(state, 'web').value).toHaveLength(1);
  });

  it('does everything in one index and leaves unchanged parts at theirs', () => {
    const { state, commit } = committed();
    const web = serviceInput('web');
    commit((transaction) => register(transaction, registration(nodeInput('n1'), web)));
    const index = commit((transaction) =>
      register(transaction, registration(nodeInput('n1'), web, [checkInput('c')])),
    );
    expect(index).toBe(2);
    const instance = readInstances(state, 'WEB').value[0];
    expect(instance?.node.modifyIndex).toBe(1);
    expect(instance?.service.modifyIndex).toBe(1);
    expect(instance?.checks[0]?.modifyIndex).toBe(2);
  });

  it('moves an instance whose service name changes', () => {
    const { state, commit } = committed();
    const instance = serviceInput('web', { id: 'i1' });
    commit((transaction) => register(transaction, registration(nodeInput('n1'), instance)));
    const renamed = serviceInput('api', { id: 'i1' });
    commit((transaction) => register(transaction, registration(nodeInput('n1'), renamed)));
    expect(readInstances(state, 'web').value).toEqual([]);
    expect(readInstances(state, 'api').value).toHaveLength(1);
    expect(readInstances(state, 'web').index).toBe(2);
  });
});

describe('deregister', () => {
  it('takes a service with its checks, a check alone, or a node with everything', () => {
    const { state, commit } = committed();
    const own = checkInput('own', { serviceId: 'web' });
    commit((transaction) =>
      register(
        transaction,
        registration(nodeInput('n1'), serviceInput('web'), [own, checkInput('node')]),
      ),
    );
    const gone = (what: { serviceId?: string; checkId?: string }): number =>
      commit((transaction) =>
        deregister(transaction, { node: 'N1', serviceId: '', checkId: '', ...what }),
      );
    gone({ serviceId: 'WEB' });
    expect([...state.tables.checks.all()].map((row) => row.checkId)).toEqual(['node']);
    gone({ checkId: 'node' });
    expect(state.tables.checks.size).toBe(0);
    gone({});
    expect(state.tables.nodes.size).toBe(0);
    expect(gone({}), 'what is not there changes nothing').toBe(4);
  });
});
