import { createServer, connect as dial, type Socket } from 'node:net';

/** Between hopcheck and its database, to lose what passes as a firewall does that forgot its connections: nobody is told. */
export type Wire = {
  /** The database by way of this. */
  readonly url: string;
  /** From now on nothing passes. */
  lose(): void;
  /** Nothing passes any more as soon as hopcheck says this, and that does not pass either. */
  loseAt(text: string): void;
  readonly isLost: boolean;
  /** Connections made from now on are fine. Those from before stay as they are. */
  restore(): void;
  close(): Promise<void>;
};

export async function openWire(databaseUrl: string): Promise<Wire> {
  const target = new URL(databaseUrl);
  const all = new Set<Socket>();
  let isLost = false;
  let losing: string | undefined;
  const lose = () => {
    isLost = true;
    losing = undefined;
    for (const socket of all) socket.removeAllListeners('data').removeAllListeners('close').resume();
  };
  const open = (socket: Socket) => {
    all.add(socket);
    // A reset ends the connection, and `close` tells the other side.
    socket.on('error', () => {});
    socket.setNoDelay();
  };
  const server = createServer((near) => {
    open(near);
    if (isLost) {
      near.resume();
      return;
    }
    const far = dial(Number(target.port), target.hostname);
    open(far);
    near.on('data', (bytes) => {
      if (losing !== undefined && bytes.includes(losing)) return lose();
      far.write(bytes);
    });
    far.on('data', (bytes) => void near.write(bytes));
    near.on('close', () => far.destroy());
    far.on('close', () => near.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const url = new URL(databaseUrl);
  url.port = String(address.port);
  return {
    url: url.href,
    lose,
    loseAt(text) {
      losing = text;
    },
    get isLost() {
      return isLost;
    },
    restore() {
      isLost = false;
    },
    async close() {
      for (const socket of all) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
