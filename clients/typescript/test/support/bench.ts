import { connect, type Client, type ConnectOptions, type ConnectionState } from '../../src/index';
import { FakeSocket, type Sent } from './fake_socket';
import { ManualClock, settled } from './manual_clock';

/** A client on a clock and on sockets moved by hand. */
export class Bench {
  readonly clock = new ManualClock();
  readonly sockets: FakeSocket[] = [];
  readonly states: ConnectionState[] = [];
  readonly client: Client;

  constructor(options: ConnectOptions = {}, urls: string[] = ['http://edge']) {
    const { sockets } = this;
    this.client = connect(urls, {
      clock: this.clock,
      random: () => 0.5,
      backoff: { base_ms: 1_000, cap_ms: 8_000 },
      transport: 'websocket',
      webSocket: class extends FakeSocket {
        constructor(url: string, protocols: string[]) {
          super(url, protocols);
          sockets.push(this);
        }
      },
      ...options,
    });
    this.client.onState((state) => this.states.push(state));
  }

  get socket(): FakeSocket {
    return this.sockets[this.sockets.length - 1]!;
  }

  get state(): ConnectionState {
    return this.client.state;
  }

  async greet(hello: object = {}): Promise<void> {
    this.socket.open();
    await settled();
    this.socket.ok(this.socket.command('hello'), {
      connection: 'c1',
      realm: 'dev',
      user: 'dev',
      edge: 'e1',
      heartbeat_ms: 25_000,
      max_message_bytes: 1_048_576,
      expires_us: null,
      ...hello,
    });
    await settled();
  }

  static async connected(options: ConnectOptions = {}): Promise<Bench> {
    const bench = new Bench(options);
    await bench.greet();
    return bench;
  }

  /** Answers the newest subscribe of a topic. */
  async subscribed(topic: string, offset: number, epoch = 'e1', more: object = {}): Promise<Sent> {
    await settled();
    const sent = this.socket.sent.filter((one) => one.cmd === 'subscribe' && one.topic === topic).at(-1)!;
    this.socket.ok(sent, { topic, epoch, offset, head: offset, tail: 1, resumed: false, ...more });
    await settled();
    return sent;
  }
}

export const event = (offset: number, topic = 'room/a') => ({
  topic,
  offset,
  type: 'note',
  time_us: offset,
  data: { n: offset },
});
