/** An explanation of a DNS answer as `/v1/dns/explain` shows it. */
import type { ExplainedInstance, Explanation } from '../explanation.ts';

export function explainJson(explained: Explanation) {
  const { parsed, ttl } = explained;
  return {
    Name: explained.name,
    Type: explained.type,
    Client: explained.client,
    Transport: explained.transport,
    Parsed: parsed === undefined ? null : parsedJson(parsed),
    Source: explained.source,
    Outcome: explained.outcome,
    Rcode: explained.rcode,
    Why: explained.why,
    Notes: explained.notes,
    TTL: ttl === undefined ? null : { Seconds: ttl.seconds, Rule: ttl.rule },
    Instances: explained.instances.map(instanceJson),
    Truncated: explained.truncated,
    Bytes: explained.bytes,
    BytesMax: explained.bytesMax,
    Reply: explained.reply,
  };
}

/** `nearOnly` becomes `NearOnly`: the parts of a name are as many as the grammar has. */
function parsedJson(parsed: Readonly<Record<string, string>>) {
  return Object.fromEntries(
    Object.entries(parsed).map(([part, value]) => [
      part.charAt(0).toUpperCase() + part.slice(1),
      value,
    ]),
  );
}

function instanceJson(instance: ExplainedInstance) {
  return {
    Node: instance.node,
    ServiceID: instance.serviceId,
    Address: instance.address,
    Port: instance.port,
    Status: instance.status,
    Weight: instance.weight,
    Kept: instance.kept,
    Reason: instance.reason,
    Detail: instance.detail,
  };
}
