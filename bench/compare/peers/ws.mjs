// The package ws on Node: ?id=TOPIC watches, a message "TOPIC PAYLOAD" publishes.
import { createServer } from 'node:http';
import { WebSocketServer } from 'ws';

const server = createServer();
const sockets = new WebSocketServer({ server, perMessageDeflate: process.env.DEFLATE === '1' });
const watchers = new Map();

function watch(topic, socket) {
  if (!watchers.has(topic)) watchers.set(topic, new Set());
  watchers.get(topic).add(socket);
  socket.on('close', () => watchers.get(topic).delete(socket));
}

function publish(data) {
  const end = data.indexOf(32);
  const payload = data.subarray(end + 1);
  for (const socket of watchers.get(data.toString('utf8', 0, end)) ?? []) socket.send(payload, { binary: false });
}

sockets.on('connection', (socket, request) => {
  socket.on('error', () => {});
  const topic = new URL(request.url, 'http://localhost').searchParams.get('id');
  if (topic) watch(topic, socket);
  else socket.on('message', publish);
});
server.listen({ host: '127.0.0.1', port: Number(process.env.PORT), backlog: 4096 });
