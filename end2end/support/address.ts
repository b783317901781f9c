// An address that stays the same while the server behind it is replaced, as that of an installation does.

import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

export class LastingAddress {
  private server: Server;
  private port: number | undefined;
  private waiting: Socket[] = [];
  private readonly open = new Set<Socket>();

  private constructor() {
    this.server = createServer((socket) => this.greet(socket));
  }

  static async make(): Promise<LastingAddress> {
    const address = new LastingAddress();
    address.server.listen(0, '127.0.0.1');
    await once(address.server, 'listening');
    return address;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** From now on it leads to that server; while there is none, whoever comes waits. */
  leadTo(url: string | undefined): void {
    this.port = url === undefined ? undefined : Number(new URL(url).port);
    if (this.port !== undefined) for (const socket of this.waiting.splice(0)) this.greet(socket);
  }

  close(): void {
    this.server.close();
    for (const socket of this.open) socket.destroy();
  }

  private greet(socket: Socket): void {
    this.open.add(socket);
    // Also while nobody takes it.
    socket.on('error', () => {});
    if (this.port === undefined) {
      this.waiting.push(socket);
      return;
    }
    const behind = connect(this.port, '127.0.0.1');
    for (const [one, other] of [
      [socket, behind],
      [behind, socket],
    ] as const) {
      one.pipe(other);
      // Either side may leave in the middle of a word, and takes the other with it.
      one.on('error', () => other.destroy()).on('close', () => other.destroy());
    }
    socket.on('close', () => this.open.delete(socket));
  }
}
