/**
 * `/v1/coordinate`: where nodes are in the space of round-trip times. What an agent measured is readable as soon as it
 * is written, where Consul gathers it for some seconds.
 */
import {
  type CoordinateRow,
  putCoordinate,
  readCoordinates,
  readNodeCoordinates,
} from '../../catalog/index.ts';
import { type Coordinate, DIMENSIONS, ORIGIN } from '../../query/index.ts';
import { limits } from '../../runtime/index.ts';
import { type Answer, EMPTY, json } from '../answer.ts';
import { decodeBody } from '../decode/decode.ts';
import { type Decoded, type FieldsShape, number, text } from '../decode/shape.ts';
import type { HttpDeps } from '../deps.ts';
import type { Call, Endpoint } from '../endpoint.ts';
import { HttpError } from '../errors.ts';
import { answerPlainRead, type ReadDeps, requireDatacenter } from '../reads.ts';
import { requireName } from './catalog-reads.ts';

type Deps = ReadDeps & Pick<HttpDeps, 'commit'>;

const coordShape = {
  kind: 'fields',
  goType: 'coordinate.Coordinate',
  fields: {
    Vec: { kind: 'list', of: number, goType: '[]float64' },
    Error: number,
    Adjustment: number,
    Height: number,
  },
} as const satisfies FieldsShape;

const updateShape = {
  kind: 'fields',
  goType: 'structs.CoordinateUpdateRequest',
  fields: {
    Datacenter: text,
    Node: text,
    Segment: text,
    Coord: { kind: 'optional', of: coordShape },
  },
} as const satisfies FieldsShape;

export function coordinates(deps: Deps): readonly Endpoint[] {
  const { state } = deps;
  return [
    { method: 'GET', path: '/v1/coordinate/datacenters', handle: () => json(ownDatacenter(deps)) },
    {
      method: 'GET',
      path: '/v1/coordinate/nodes',
      handle: (call) =>
        answerPlainRead(deps, call, {
          read: () => readCoordinates(state),
          toAnswer: (rows, headers) => json(inSegment(call, rows).map(coordinateJson), headers),
        }),
    },
    { method: 'GET', path: '/v1/coordinate/node/', handle: (call) => readNode(deps, call) },
    { method: 'PUT', path: '/v1/coordinate/update', handle: (call) => update(deps, call) },
  ];
}

/** There is no other datacenter to measure against, so this one's server is where everyone starts. */
function ownDatacenter({ agent }: Deps) {
  const { datacenter, nodeName, server } = agent.identity;
  const own = { Node: `${nodeName}.${datacenter}`, Segment: '', Coord: coordJson(ORIGIN) };
  return [{ Datacenter: datacenter, AreaID: 'wan', Coordinates: server ? [own] : [] }];
}

/** A node without a coordinate has an index too, and can be waited for. */
function readNode(deps: Deps, call: Call): Answer | Promise<Answer> {
  const name = requireName(call, 'node_name_missing', 'Missing node name');
  return answerPlainRead(deps, call, {
    read: () => readNodeCoordinates(deps.state, name),
    toAnswer: (rows, headers) => {
      const found = inSegment(call, rows);
      if (found.length > 0) return json(found.map(coordinateJson), headers);
      for (const header in headers) call.reply.raw.setHeader(header, headers[header] ?? '');
      throw new HttpError('coordinate_unknown', '');
    },
  });
}

async function update({ agent, commit }: Deps, { query, body }: Call): Promise<Answer> {
  const decoded = decodeBody(updateShape, body);
  const named = query.get('datacenter') || query.get('dc') || decoded.Datacenter;
  requireDatacenter(named, agent.identity.datacenter);
  const { Node: node, Segment: segment } = decoded;
  const bytesMax = limits.nameBytes.default;
  if (Math.max(Buffer.byteLength(node), Buffer.byteLength(segment)) > bytesMax) {
    throw new HttpError('name_too_long', `Node or Segment is longer than ${bytesMax} bytes`);
  }
  const coordinate = toCoordinate(decoded.Coord);
  const segmentsMax = limits.coordinateSegments.default;
  await commit((transaction) =>
    putCoordinate(transaction, { node, segment, coordinate }, { segmentsMax }),
  );
  return EMPTY;
}

function toCoordinate(decoded: Decoded<typeof coordShape> | undefined): Coordinate {
  if (decoded === undefined)
    throw new HttpError('coordinate_invalid', 'invalid coordinate', 'Coord');
  const { Vec: vec, Error: error, Adjustment: adjustment, Height: height } = decoded;
  if (vec.length === DIMENSIONS) return { vec, error, adjustment, height };
  throw new HttpError('coordinate_invalid', 'incompatible coordinate', 'Coord.Vec');
}

function inSegment({ query }: Call, rows: readonly CoordinateRow[]): readonly CoordinateRow[] {
  if (!query.has('segment')) return rows;
  const segment = query.get('segment');
  return rows.filter((row) => row.segment === segment);
}

function coordinateJson({ node, segment, coordinate }: CoordinateRow) {
  return { Node: node, Segment: segment, Coord: coordJson(coordinate) };
}

/** A point as Consul shows it. */
export function coordJson({ vec, error, adjustment, height }: Coordinate) {
  return { Vec: vec, Error: error, Adjustment: adjustment, Height: height };
}
