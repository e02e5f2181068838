/** `/`: where Consul has its web interface, and here as there without it says what this server is. */
import { text } from '../answer.ts';
import type { Endpoint } from '../endpoint.ts';

const WORDS =
  'Consul Agent: UI disabled. To enable, set ui_config.enabled=true in the agent configuration and restart.';

export function root(): readonly Endpoint[] {
  return [{ method: 'GET', path: '/', handle: () => text(WORDS) }];
}
