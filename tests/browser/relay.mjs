// A wire between a browser and the cluster that can be cut and mended.
import { connect, createServer } from 'node:net';

export class Relay {
  #sockets = new Set();
  #whole = true;
  #server;

  /** Listens on a port of its own and passes everything on to the cluster. */
  static async open(cluster_url) {
    const relay = new Relay();
    const { hostname, port } = new URL(cluster_url);
    relay.#server = createServer((near) => {
      if (!relay.#whole) return near.destroy();
      const far = connect(Number(port || 80), hostname);
      for (const [from, to] of [
        [near, far],
        [far, near],
      ]) {
        relay.#sockets.add(from);
        from.on('error', () => undefined); // a close follows
        from.on('close', () => {
          relay.#sockets.delete(from);
          to.destroy();
        });
        from.pipe(to);
      }
    });
    await new Promise((resolve) => relay.#server.listen(0, '127.0.0.1', resolve));
    return relay;
  }

  get url() {
    return `http://127.0.0.1:${this.#server.address().port}`;
  }

  /** Breaks every connection and refuses new ones. */
  cut() {
    this.#whole = false;
    for (const socket of this.#sockets) socket.destroy();
  }

  mend() {
    this.#whole = true;
  }

  async close() {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
