/** The service of the demonstration, as its health check sees it: an HTTP server whose answer can be changed. */
import { createServer } from 'node:http';

export interface HealthTarget {
  readonly url: string;
  /** Status code of the answers from now on. */
  answerWith(status: number): void;
  close(): void;
}

export async function startHealthTarget(): Promise<HealthTarget> {
  let status = 200;
  const server = createServer((_request, response) => {
    response.writeHead(status, { Connection: 'close' }).end();
  });
  await new Promise<void>((listening, refused) => {
    server.on('error', refused).listen(0, '127.0.0.1', listening);
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}/health`,
    answerWith(next) {
      status = next;
    },
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
