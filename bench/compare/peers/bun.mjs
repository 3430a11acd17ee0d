// Bun's own publish and subscribe: ?id=TOPIC watches, a message "TOPIC PAYLOAD" publishes.
const server = Bun.serve({
  hostname: '127.0.0.1',
  port: Number(process.env.PORT),
  fetch(request, server) {
    const topic = new URL(request.url).searchParams.get('id');
    if (server.upgrade(request, { data: { topic } })) return undefined;
    return new Response('WebSocket only', { status: 426 });
  },
  websocket: {
    perMessageDeflate: process.env.DEFLATE === '1',
    open(socket) {
      if (socket.data.topic) socket.subscribe(socket.data.topic);
    },
    message(_socket, text) {
      const end = text.indexOf(' ');
      server.publish(text.slice(0, end), text.slice(end + 1), process.env.DEFLATE === '1');
    },
  },
});
