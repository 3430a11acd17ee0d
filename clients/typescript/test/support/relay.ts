import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net';

/** A network between a client and an edge: it can hang (no byte passes, nobody is told) and can refuse. */
export class Relay {
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();
  private hangs = false;

  private constructor(target: URL) {
    this.server = createServer((near) => {
      this.keep(near);
      if (this.hangs) return;
      const far = connect(Number(target.port), target.hostname);
      this.keep(far);
      this.carry(near, far);
      this.carry(far, near);
    });
  }

  static async open(target: string): Promise<Relay> {
    const relay = new Relay(new URL(target));
    await new Promise<void>((resolve) => relay.server.listen(0, '127.0.0.1', resolve));
    return relay;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** From now on bytes are lost. */
  hang(): void {
    this.hangs = true;
  }

  cut(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  heal(): void {
    this.hangs = false;
    this.cut();
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private keep(socket: Socket): void {
    this.sockets.add(socket);
    socket.on('error', () => undefined); // a close follows
    socket.on('close', () => this.sockets.delete(socket));
  }

  private carry(from: Socket, to: Socket): void {
    from.on('data', (bytes) => this.hangs || to.write(bytes));
    from.on('close', () => to.destroy());
  }
}
