/** The explanation of a DNS answer for people: a few lines, the instances as a table, notes, and the reply itself. */
import { columns } from './columns.ts';
import { type JsonObject, listOf, objectOf, textOf } from './json-value.ts';

/** `explained` is the JSON of `/v1/dns/explain`. */
export function formatExplanation(explained: JsonObject): string {
  const { Name, Type, Client, Transport, Rcode, Source, Why } = explained;
  const head = [
    ['Asked', `${textOf(Name)} ${textOf(Type)}, by ${textOf(Client)} over ${textOf(Transport)}`],
    ['Read as', formatParsed(explained.Parsed)],
    ['Answer', `${textOf(Rcode)} from ${textOf(Source)}: ${textOf(Why)}`],
    ...(explained.TTL === null ? [] : [['TTL', formatTtl(objectOf(explained.TTL))]]),
    ['Size', formatSize(explained)],
  ];
  const sections = [
    columns(head),
    formatInstances(listOf(explained.Instances).map(objectOf)),
    listed('Notes', listOf(explained.Notes).map(textOf)),
    listed('Reply', listOf(explained.Reply).map(textOf)),
  ];
  return sections.filter((section) => section !== '').join('\n');
}

/** `service "web", domain "consul."`: what kind of name it is, then its parts. */
function formatParsed(parsed: unknown): string {
  if (parsed === null) return 'no name of the catalog';
  const { Kind, ...parts } = objectOf(parsed);
  const kind = textOf(Kind);
  const shown = Object.entries(parts).map(([part, value]) => [wordsOf(part), textOf(value)]);
  const own = shown.find(([part]) => part === kind);
  const others = shown.filter((one) => one !== own);
  return [
    own === undefined ? kind : `${kind} "${own[1]}"`,
    ...others.map(([part, value]) => `${part} "${value}"`),
  ].join(', ');
}

/** `PeerName` → `peer name` */
function wordsOf(key: string): string {
  return key.replace(/(?<!^)[A-Z]/g, ' $&').toLowerCase();
}

function formatTtl({ Seconds, Rule }: JsonObject): string {
  return `${textOf(Seconds)} s, from ${textOf(Rule)}`;
}

function formatSize({ Bytes, BytesMax, Truncated }: JsonObject): string {
  const truncated = Truncated === true ? ', truncated' : '';
  return `${textOf(Bytes)} of ${textOf(BytesMax)} octets${truncated}`;
}

const HEADER = ['Node', 'Service ID', 'Address', 'Port', 'Status', 'Weight', 'Kept', 'Why'];

/** In the order of the API: those that are answered first. */
function formatInstances(instances: readonly JsonObject[]): string {
  if (instances.length === 0) return '';
  const rows = instances.map((instance) => [
    textOf(instance.Node),
    textOf(instance.ServiceID),
    textOf(instance.Address),
    textOf(instance.Port),
    textOf(instance.Status),
    textOf(instance.Weight),
    instance.Kept === true ? 'yes' : 'no',
    textOf(instance.Detail),
  ]);
  return columns([HEADER, ...rows]);
}

function listed(title: string, lines: readonly string[]): string {
  if (lines.length === 0) return '';
  const indented = lines.map((line) => (line === '' ? '' : `  ${line}`));
  return `${[`${title}:`, ...indented].join('\n')}\n`;
}
