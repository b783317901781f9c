// Where a step waits for the test, so that neither has to guess how long the other takes.

import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';

export class Meeting {
  private readonly guest: Promise<Socket>;

  private constructor(private readonly server: Server) {
    this.guest = once(server, 'connection').then(([socket]) => socket as Socket);
  }

  static async open(): Promise<Meeting> {
    const server = createServer();
    const meeting = new Meeting(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return meeting;
  }

  /** The first lines of the step's script; each `hear` in it waits for a `tell`. */
  get script(): string[] {
    const { port } = this.server.address() as AddressInfo;
    return ['#!/bin/bash', `exec 3<>/dev/tcp/127.0.0.1/${port}`, 'hear() { read -r _ <&3; }'];
  }

  /** Lets the step go on; waits for it to come first. */
  async tell(): Promise<void> {
    (await this.guest).write('go\n');
  }

  async close(): Promise<void> {
    this.server.close();
    (await this.guest).destroy();
  }
}
