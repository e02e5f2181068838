export { type Conditions, type Described, fitsConditions } from './conditions.ts';
export { connectServiceOf } from './connect-service.ts';
export {
  type Coordinate,
  DIMENSIONS,
  distanceBetween,
  estimateRoundTrip,
  ORIGIN,
  type SegmentCoordinate,
} from './coordinate.ts';
export {
  type CompiledTemplate,
  type CompileResult,
  compileTemplate,
  NAME_PREFIX_MATCH,
  type TemplateDefinition,
} from './template.ts';
