// Socket.IO on Node, rooms for topics.
import { createServer } from 'node:http';
import { Server } from 'socket.io';

const server = createServer();
const io = new Server(server, {
  transports: ['websocket'],
  serveClient: false,
  perMessageDeflate: process.env.DEFLATE === '1',
});

io.on('connection', (socket) => {
  socket.on('watch', (topic, done) => {
    socket.join(topic);
    done();
  });
  socket.on('publish', (topic, payload) => io.to(topic).emit('event', payload));
});
server.listen({ host: '127.0.0.1', port: Number(process.env.PORT), backlog: 4096 });
